import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { InvalidInput } from "./Errors.ts"

/** The most characters (code points) a label may have. */
export const maxLength = 255

const messages = {
  blank: "The label must not be blank.",
  "too-long": `The label has more than ${maxLength} characters.`,
  "control-character": "The label must not contain control characters such as line breaks.",
}

/** Why a text is not a label: it must have 1 to 255 characters, not all of them blank, and no control characters. */
export const problem = (value: string): keyof typeof messages | undefined =>
  value.trim() === ""
    ? "blank"
    : /\p{Cc}/u.test(value)
      ? "control-character"
      : [...value].length > maxLength
        ? "too-long"
        : undefined

/** The name that a user gives a PAT. */
export const Label = Schema.String.pipe(
  Schema.filter((value) => problem(value) === undefined),
  Schema.brand("Label"),
)
export type Label = typeof Label.Type

/** The label of a temporary PAT: it says where the command runs, and is unique. */
export const ofRun = (host: string, nonce: string): Label =>
  Label.make(`zpcli run ${host.replace(/[^\w.-]/g, "-").slice(0, 64) || "localhost"} ${nonce}`)

/** Reads a label from the command line. It is never trimmed. */
export const parse = (value: string): Either.Either<Label, InvalidInput> => {
  const reason = problem(value)
  return reason === undefined
    ? Either.right(Label.make(value))
    : Either.left(new InvalidInput({ kind: "label", value, message: messages[reason] }))
}
