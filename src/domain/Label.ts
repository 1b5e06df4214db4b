import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { InvalidInput } from "./Errors.ts"

/** The most characters (code points) a label may have. */
export const maxLength = 255

/** A PAT's human-readable name: 1 to 255 characters, not all blank, no control characters. */
export const Label = Schema.String.pipe(Schema.brand("Label"))
export type Label = typeof Label.Type

/** Reads a label from the command line. It is sent as typed: nothing is trimmed. */
export const parse = (value: string): Either.Either<Label, InvalidInput> => {
  const reject = (reason: InvalidInput["reason"]) =>
    Either.left(new InvalidInput({ subject: "label", reason, value }))
  if (value.trim() === "") return reject("blank")
  if (/\p{Cc}/u.test(value)) return reject("control-character")
  if ([...value].length > maxLength) return reject("too-long")
  return Either.right(Label.make(value))
}
