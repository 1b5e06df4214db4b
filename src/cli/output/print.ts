import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { OutputFailed } from "../../domain/Errors.ts"
import type { ExpiryDate } from "../../domain/Expiry.ts"
import { type JsonLayout, printJsonText } from "./jsonText.ts"
import { escapeJson, Printable, printable } from "./printable.ts"

/**
 * `Console` has no error channel. The live one dies with an `OutputFailed`
 * where stdout can't be written, and this makes an error of it again.
 */
const recoverOutputFailure = Effect.catchSomeDefect((defect: unknown) =>
  defect instanceof OutputFailed ? Option.some(Effect.fail(defect)) : Option.none(),
)

/** Writes a result to stdout, with a line break behind it. */
export const print = (text: Printable): Effect.Effect<void, OutputFailed> =>
  recoverOutputFailure(Console.log(text.value))

/**
 * Writes an error or notice to stderr, with a line break behind it. A failed
 * write is ignored: there is nowhere left to report it.
 */
export const printError = (text: Printable): Effect.Effect<void> =>
  Effect.catchAll(recoverOutputFailure(Console.error(text.value)), () => Effect.void)

/** Says on stderr when a new PAT expires, where its date was computed and not typed. */
export const printExpiry = (date: ExpiryDate): Effect.Effect<void> =>
  printError(printable`Expires ${date} 00:00 UTC.`)

/** Prints JSON text on stdout as `jsonText` lays it out, in parts: it may be long. */
export const printJson = Effect.fnUntraced(function* (text: string, options?: JsonLayout) {
  for (const part of printJsonText(text, options)) yield* print(Printable.trusted(escapeJson(part)))
})
