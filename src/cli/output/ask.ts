/** When the program may ask for what is missing on the command line, and what it says about it. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { askingDisabled, Process, variable } from "../../services/Process.ts"
import { escapeLines } from "./escape.ts"
import { printError, printErrorSafe } from "./print.ts"
import { quote } from "./shell.ts"

/** The words of the command line, without the program's name, as they were typed. */
export class Typed extends Context.Reference<Typed>()("zpcli/Typed", {
  defaultValue: (): ReadonlyArray<string> => [],
}) {}

/**
 * Fails if nothing may be asked: stdin or stderr is not a terminal, prompting
 * is disabled, the terminal is dumb, or this is a CI job (some CI systems run
 * jobs on a terminal). stdout may be a pipe.
 */
export const orAsk = <E>(error: E): Effect.Effect<void, E> =>
  Effect.gen(function* () {
    const { stderr, stdin } = yield* Process
    const mayAsk =
      stdin.isTerminal &&
      stderr.isTerminal &&
      (yield* askingDisabled) === undefined &&
      Option.isNone(yield* variable("CI")) &&
      !Option.contains(yield* variable("TERM"), "dumb")
    if (!mayAsk) return yield* Effect.fail(error)
  })

/** Prints the command line that does the same without asking, so that people learn it. */
export const printEquivalent = Effect.fnUntraced(function* (answers: ReadonlyArray<string>) {
  const typed = yield* Typed
  const end = typed.indexOf("--")
  const words =
    end === -1 ? [...typed, ...answers] : [...typed.slice(0, end), ...answers, ...typed.slice(end)]
  yield* printError("Equivalent command:")
  // Not wrapped, since it is there to be copied.
  yield* printErrorSafe(escapeLines(`  ${["zpcli", ...words].map(quote).join(" ")}`))
})
