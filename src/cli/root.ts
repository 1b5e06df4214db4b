import * as CliConfig from "@effect/cli/CliConfig"
import * as Command from "@effect/cli/Command"
import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import { isQuitException } from "@effect/platform/Terminal"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import { Quit } from "../domain/Errors.ts"
import { Notices } from "../services/Notices.ts"
import { version } from "../version.ts"
import type { Failure } from "./errors/describe.ts"
import { exitCodes } from "./errors/exitCodes.ts"
import { logger } from "./errors/logger.ts"
import { makeNotices } from "./errors/notices.ts"
import { InternalError } from "./errors/program.ts"
import { report } from "./errors/report.ts"
import { CommandLineRefused } from "./errors/usage.ts"
import * as hello from "./hello.ts"
import { print, printError } from "./output/print.ts"
import { Printable, printable } from "./output/printable.ts"
import * as create from "./pat/create.ts"
import * as list from "./pat/list.ts"
import * as revoke from "./pat/revoke.ts"
import * as rotate from "./pat/rotate.ts"
import * as sandbox from "./sandbox.ts"
import { completionsFor } from "./strict/completions.ts"
import { helpOf } from "./strict/help.ts"
import { interpret, type Request, wantsJson } from "./strict/parse.ts"
import { type CommandShape, paragraphs, shapeOf } from "./strict/read.ts"

const pat = Command.make("pat").pipe(
  Command.withDescription("Manage Personal Access Tokens (PATs)"),
  Command.withSubcommands([list.command, create.command, revoke.command, rotate.command]),
)

/** The whole command tree. */
export const command = Command.make("zpcli").pipe(
  Command.withDescription("Manage the Personal Access Tokens (PATs) of a zpools.io account"),
  Command.withSubcommands([pat, hello.command, sandbox.command]),
)

/** The command tree as plain data; computed once, when it is first asked for. */
export const shape = (): CommandShape =>
  shapeOf({
    command,
    examples: [
      { line: "zpcli pat list", says: "Your PATs" },
      { line: "zpcli sandbox -- zpcli pat list", says: "A try without an account" },
    ],
    children: [
      { command: pat, examples: list.examples.slice(0, 2), children: [list, create, revoke, rotate] },
      hello,
      sandbox,
    ],
  })

const config = CliConfig.make({ isCaseSensitive: true, showBuiltIns: false })

/**
 * Parses with `@effect/cli` and runs the command that was meant. It stands in
 * for `Command.run`, which prints a parse error by itself, with ANSI codes
 * whatever it is printed to.
 */
const execute = (argv: ReadonlyArray<string>) =>
  CommandDescriptor.parse(command.descriptor, ["zpcli", ...argv], config).pipe(
    Effect.mapError(
      ({ error }) =>
        new CommandLineRefused({
          reason: paragraphs(error).join(" ") || "The command line can't be understood.",
        }),
    ),
    Effect.flatMap((directive) =>
      directive._tag === "UserDefined"
        ? command.transform(command.handler(directive.value), directive.value)
        : Effect.dieMessage(`unexpected directive ${directive._tag}`),
    ),
    Effect.catchIf(isQuitException, () => new Quit()),
  )

/**
 * Runs a command line (without the program's name) and gives its exit code.
 * Everything that goes wrong has been reported on stderr by then.
 *
 * @param tree - the command tree, where the caller has it at hand already
 * @param request - what `argv` asks for, likewise
 */
export const run = (
  argv: ReadonlyArray<string>,
  tree: CommandShape = shape(),
  request: Request = interpret(tree, argv),
) => {
  const json = wantsJson(argv)
  const level = request._tag === "Run" ? request.logLevel : undefined
  const program = Effect.gen(function* () {
    switch (request._tag) {
      case "Help":
        return yield* print(Printable.trusted(helpOf(request.command).trimEnd()))
      case "Version":
        return yield* print(printable`${version}`)
      case "Completions":
        return yield* print(Printable.trusted(completionsFor(request.shell, tree).trimEnd()))
      case "Misuse":
        return yield* Effect.fail(request)
      case "Run":
        return yield* execute(request.argv)
    }
  })
  return program.pipe(
    Effect.as<number>(exitCodes.done),
    Effect.catchAll((failure: Failure) => report(failure, json)),
    Effect.catchAllCause((cause) =>
      Cause.isInterruptedOnly(cause)
        ? Effect.failCause(cause)
        : reportDefect(cause, json, level === "debug" || level === "trace" || level === "all"),
    ),
    Effect.provideService(Notices, makeNotices(json)),
    Logger.withMinimumLogLevel(levelOf(level)),
    Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
    Effect.withTracerEnabled(false),
  )
}

const levelOf = (name: string | undefined): LogLevel.LogLevel =>
  Option.getOrElse(
    Option.fromNullable(LogLevel.allLevels.find((level) => level._tag.toLowerCase() === name)),
    () => LogLevel.Warning,
  )

/** Reports a bug of ours; its stack is for those who ask for it. */
const reportDefect = (cause: Cause.Cause<never>, json: boolean, verbose: boolean) => {
  const stack = verbose ? Cause.pretty(cause).split("\n") : []
  return report(new InternalError({ defect: Cause.squash(cause) }), json).pipe(
    Effect.zipLeft(Effect.forEach(stack, (line) => printError(printable`${line}`), { discard: true })),
  )
}
