import * as Effect from "effect/Effect"
import { InvalidInput } from "../../domain/Errors.ts"
import * as KeyId from "../../domain/KeyId.ts"
import { Process } from "../../services/Process.ts"
import { mask } from "../../services/settings/Secrets.ts"
import { exclusive } from "../options.ts"
import { printError } from "../output/print.ts"
import { parseKeyId } from "./subject.ts"

/** The argument that means stdin. */
const stdinArgument = "-"

/** Whether the key IDs are to come from stdin. */
export const areOnStdin = (given: ReadonlyArray<string>): boolean => given.includes(stdinArgument)

/** The lines of stdin that are not empty, each of which is a key ID. Blanks around it and CRLF are fine. */
const readLines = Effect.gen(function* () {
  if ((yield* Process).stdin.isTerminal) {
    yield* printError("Type the key IDs, one on each line. Ctrl-D ends the list.")
  }
  const text = yield* (yield* Process).readStdin
  const lines = text.split("\n").map((line, index) => ({ value: line.trim(), line: index + 1 }))
  return yield* Effect.forEach(
    lines.filter(({ value }) => value !== ""),
    ({ line, value }) =>
      Effect.mapError(KeyId.parse(value), ({ kind, reason }) => {
        // A token may have been piped where none belongs.
        const shown = mask(value, []).slice(0, 100)
        const message = `Line ${line} of stdin is not a key ID: "${shown}". Nothing was sent.`
        return new InvalidInput({ kind, reason, value, message })
      }),
  )
})

/** The key IDs that are meant, each of them once: the arguments, or with `-` alone the lines of stdin. */
export const readKeyIds = Effect.fn("keyIds.read")(function* (
  path: ReadonlyArray<string>,
  given: ReadonlyArray<string>,
) {
  const args = given.filter((arg) => arg !== stdinArgument)
  yield* exclusive(path, { [stdinArgument]: areOnStdin(given), "key IDs as arguments": args.length > 0 })
  return [
    ...new Set(
      areOnStdin(given)
        ? yield* readLines
        : yield* Effect.forEach(args, (value) => parseKeyId(value, "revoke")),
    ),
  ]
})
