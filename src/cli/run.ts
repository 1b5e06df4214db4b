import { isQuitException } from "@effect/platform/Terminal"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import { identity } from "effect/Function"
import * as HashSet from "effect/HashSet"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import { Quit } from "../domain/Errors.ts"
import { Notices } from "../services/Notices.ts"
import { Pages } from "../services/Pages.ts"
import { Process, withOptions } from "../services/Process.ts"
import { exitCodes } from "./errors/exitCodes.ts"
import { type Failure, InternalError } from "./errors/failure.ts"
import { logger, makeNotices, report } from "./errors/report.ts"
import { printError, printSafe } from "./output/print.ts"
import { orAsk, Typed } from "./output/prompt.ts"
import { path as runPath } from "./pat/run.ts"
import { commands } from "./root.ts"
import { completionsFor } from "./strict/completions/index.ts"
import { execute } from "./strict/execute.ts"
import type { Request } from "./strict/parse.ts"
import type { CommandShape } from "./strict/shape.ts"

/** Whether to print errors as JSON, even if the command line can't be understood. */
const wantsJson = (argv: ReadonlyArray<string>): boolean => {
  const end = argv.indexOf("--")
  return (end < 0 ? argv : argv.slice(0, end)).includes("--json")
}

/** The requests that `start.ts` answers without loading the program. */
export type Early = Extract<Request, { readonly _tag: "Help" | "Version" }>

/** Whether this is `pat run`, which exits with the exit code of the command that it runs. */
const isRunner = (request: Request): boolean => {
  if (request._tag === "UsageError") return request.command === ["zpcli", ...runPath].join(" ")
  return request._tag === "Run" && request.path.join(" ") === runPath.join(" ")
}

/**
 * Runs a command line (without the program's name), reports on stderr what goes wrong,
 * and returns the exit code.
 *
 * @param tree - the command tree as plain data: stored by the build, or from `shape()`
 * @param request - what `argv` asks for, from `parse`
 */
export const run = (argv: ReadonlyArray<string>, tree: CommandShape, request: Exclude<Request, Early>) => {
  const json = wantsJson(argv)
  const runner = isRunner(request)
  const level = request._tag === "Run" ? request.logLevel : undefined
  const program = Effect.gen(function* () {
    switch (request._tag) {
      case "Topic": {
        const { read } = yield* Pages
        return yield* printSafe((yield* read(request.name)).trimEnd())
      }
      case "Completions":
        return yield* printSafe(completionsFor(request.shell, tree).trimEnd())
      case "UsageError":
        return yield* Effect.fail(request)
      case "Run": {
        const { missing } = request
        const running = execute(commands, tree.command, request.argv)
        const asking =
          missing === undefined
            ? running
            : Effect.zipRight(orAsk(missing), Effect.provideService(running, Typed, argv))
        return yield* asking.pipe(
          Effect.catchIf(isQuitException, () => new Quit()),
          request.noInput || request.noColor ? Effect.updateService(Process, withOptions(request)) : identity,
        )
      }
    }
  })
  return program.pipe(
    Effect.as<number>(exitCodes.done),
    Effect.catchAll((failure: Failure) => report(failure, json, undefined, runner)),
    Effect.catchAllCause((cause) =>
      Cause.isInterruptedOnly(cause)
        ? Effect.failCause(cause)
        : reportDefect(cause, json, runner, level === "debug" || level === "trace" || level === "all"),
    ),
    Effect.provideService(Notices, makeNotices(json)),
    Logger.withMinimumLogLevel(levelOf(level)),
    // A layer would cost 400 steps of the runtime at every start.
    Effect.locally(FiberRef.currentLoggers, HashSet.make(logger)),
    Effect.withTracerEnabled(false),
  )
}

const levelOf = (name: string | undefined): LogLevel.LogLevel =>
  Option.getOrElse(
    Option.fromNullable(LogLevel.allLevels.find((level) => level._tag.toLowerCase() === name)),
    () => LogLevel.Warning,
  )

/** Reports a bug of zpcli, with its stack if the log level is debug or lower. */
const reportDefect = (cause: Cause.Cause<never>, json: boolean, runner: boolean, verbose: boolean) => {
  const stack = verbose ? Cause.pretty(cause).split("\n") : []
  return report(new InternalError({ defect: Cause.squash(cause) }), json, undefined, runner).pipe(
    Effect.zipLeft(stack.length === 0 ? Effect.void : printError(stack)),
  )
}
