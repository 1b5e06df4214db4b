import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { OutputFailed } from "../../domain/Errors.ts"
import type { ExpiryDate } from "../../domain/Expiry.ts"
import { Process, type Stream } from "../../services/Process.ts"
import { escapeJson, escapeLines, type Lines } from "./escape.ts"
import { type JsonLayout, printJsonText } from "./jsonText.ts"
import { fold } from "./wrap.ts"

/**
 * `Console` has no error channel: the live one dies with `OutputFailed` if stdout
 * can't be written. This turns it into an error again.
 */
const recoverOutputFailure = Effect.catchSomeDefect((defect: unknown) =>
  defect instanceof OutputFailed ? Option.some(Effect.fail(defect)) : Option.none(),
)

/**
 * Writes text to stdout as it is, and a line break. It must be safe to show: our own literals, or text that was
 * already escaped, such as JSON and the rows of a long table.
 */
export const printSafe = (text: string): Effect.Effect<void, OutputFailed> =>
  recoverOutputFailure(Console.log(text))

/** Writes lines to stdout, escaped. */
export const print = (lines: Lines): Effect.Effect<void, OutputFailed> => printSafe(escapeLines(lines))

/**
 * Writes text to stderr as it is, and a line break. It must be safe to show. A failed write is ignored, since there
 * is nowhere left to report it.
 */
export const printErrorSafe = (text: string): Effect.Effect<void> =>
  Effect.catchAll(recoverOutputFailure(Console.error(text)), () => Effect.void)

/** Lines for a stream: escaped, and wrapped at words if it is a terminal. */
export const linesFor = ({ columns, isTerminal }: Stream, lines: Lines): string =>
  isTerminal ? fold(lines, columns()) : escapeLines(lines)

/** Writes an error or notice to stderr: escaped, and wrapped at a terminal. */
export const printError = (lines: Lines): Effect.Effect<void> =>
  Effect.flatMap(Process, ({ stderr }) => printErrorSafe(linesFor(stderr, lines)))

/** Says on stderr when a new PAT expires, if the date was computed and not typed. */
export const printExpiry = (date: ExpiryDate): Effect.Effect<void> => printError(`Expires ${date} 00:00 UTC.`)

/** Prints JSON text on stdout, laid out by `printJsonText`, in parts, since it may be long. */
export const printJson = Effect.fnUntraced(function* (json: string | Iterable<string>, options?: JsonLayout) {
  for (const part of printJsonText(json, options)) yield* printSafe(escapeJson(part))
})
