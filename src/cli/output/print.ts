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
 * `Console` has no error channel. The live one dies with an `OutputFailed`
 * where stdout can't be written, and this makes an error of it again.
 */
const recoverOutputFailure = Effect.catchSomeDefect((defect: unknown) =>
  defect instanceof OutputFailed ? Option.some(Effect.fail(defect)) : Option.none(),
)

/**
 * Writes text as it is to stdout, with a line break behind it. It must be safe to show: made of literals of ours, or
 * escaped where it was made, such as JSON and the rows of a long table, which are not to be looked at a second time.
 */
export const printSafe = (text: string): Effect.Effect<void, OutputFailed> =>
  recoverOutputFailure(Console.log(text))

/** Writes a result to stdout, each line escaped and with a line break behind it. */
export const print = (lines: Lines): Effect.Effect<void, OutputFailed> => printSafe(escapeLines(lines))

/**
 * Writes text as it is to stderr, with a line break behind it: it must be safe to show. A failed write is
 * ignored: there is nowhere left to report it.
 */
export const printErrorSafe = (text: string): Effect.Effect<void> =>
  Effect.catchAll(recoverOutputFailure(Console.error(text)), () => Effect.void)

/** Lines as a stream gets them: escaped, and wrapped at words where it is a terminal. */
export const linesFor = ({ columns, isTerminal }: Stream, lines: Lines): string =>
  isTerminal ? fold(lines, columns()) : escapeLines(lines)

/** Writes an error or notice to stderr, each line escaped, wrapped at a terminal, and with a line break behind it. */
export const printError = (lines: Lines): Effect.Effect<void> =>
  Effect.flatMap(Process, ({ stderr }) => printErrorSafe(linesFor(stderr, lines)))

/** Says on stderr when a new PAT expires, where its date was computed and not typed. */
export const printExpiry = (date: ExpiryDate): Effect.Effect<void> => printError(`Expires ${date} 00:00 UTC.`)

/** Prints JSON text on stdout as `jsonText` lays it out, in parts: it may be long. */
export const printJson = Effect.fnUntraced(function* (json: string | Iterable<string>, options?: JsonLayout) {
  for (const part of printJsonText(json, options)) yield* printSafe(escapeJson(part))
})
