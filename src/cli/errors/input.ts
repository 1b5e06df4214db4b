import type { InvalidInput } from "../../domain/Errors.ts"
import { maxLength } from "../../domain/Label.ts"
import { scopes } from "../../domain/Scope.ts"
import { type Printable, printable } from "../output/printable.ts"
import type { Misuse } from "../strict/parse.ts"

/** What is wrong with a command line, and what to type instead. */
export interface Advice {
  readonly message: Printable
  readonly hint?: Printable
}

const didYouMean = (candidate: string | undefined) =>
  candidate === undefined ? printable`` : printable` Did you mean ${candidate}?`

/** Words a command line that can't be understood. */
export const misuseMessage = (misuse: Misuse): Advice => {
  const { kind, name, nearest, path, valid = [], value = "" } = misuse
  const command = ["zpcli", ...path].join(" ")
  const help = printable`See: ${command} --help`
  switch (kind) {
    case "unknown-option":
      return {
        message: printable`Unknown option ${name} for ${command}.${didYouMean(nearest)}`,
        hint: printable`See: ${command} --help. An argument that begins with a dash goes behind --.`,
      }
    case "unknown-command":
      return {
        message: printable`Unknown command "${name}" for ${command}.${didYouMean(nearest)}`,
        hint: printable`Commands of ${command}: ${valid.join(", ")}.`,
      }
    case "missing-value":
      return {
        message: printable`Option ${name} needs a value.`,
        hint: printable`A value that begins with a dash is written ${name}=VALUE.`,
      }
    case "unexpected-value":
      return { message: printable`Option ${name} takes no value, and was given "${value}".`, hint: help }
    case "given-twice":
      return { message: printable`Option ${name} may be given only once.`, hint: help }
    case "missing-option":
      return { message: printable`Option ${name} is required: ${value}.`, hint: help }
    case "missing-argument":
      return { message: printable`The argument <${name}> is missing.`, hint: help }
    case "unexpected-argument":
      return {
        message: printable`Unexpected argument "${name}" for ${command}.`,
        hint: printable`Quote an argument that holds spaces. See: ${command} --help`,
      }
    case "not-a-choice":
      return {
        message: printable`"${value}" is no value of ${name}.${didYouMean(nearest)}`,
        hint: printable`${name} takes one of: ${valid.join(", ")}.`,
      }
    case "excluded":
      return {
        message: printable`${name} and ${value} can't be given together.`,
        hint: help,
      }
  }
}

/** Words a value that breaks a rule of its type. */
export const inputMessage = ({ nearest, reason, subject, value }: InvalidInput): Advice => {
  switch (subject) {
    case "label": {
      const why = {
        blank: "must not be blank",
        "too-long": `has more than ${maxLength} characters`,
        "control-character": "must not hold control characters such as line breaks",
      }[reason as "blank"]
      return { message: printable`The label ${why ?? "can't be used"}.` }
    }
    case "scope":
      return {
        message:
          reason === "missing"
            ? printable`Option --scope is required.`
            : printable`Unknown scope "${value}".${didYouMean(nearest)}`,
        hint: printable`Scopes: ${scopes.join(", ")} (quote '*' against the shell).`,
      }
    case "expiry":
      return {
        message:
          reason === "no-such-day"
            ? printable`The calendar has no ${value}.`
            : printable`"${value}" is no date of the form YYYY-MM-DD.`,
        hint: printable`Write the expiry as in: --expiry 2027-12-31`,
      }
    case "duration":
      return {
        message:
          reason === "too-far"
            ? printable`${value} from now is past the year 9999.`
            : printable`"${value}" is no length of time.`,
        hint: printable`Write it as 12h, 30d, 8w, 6mo or 1y.`,
      }
    case "key_id":
      return {
        message: printable`"${value}" is no key ID.`,
        hint: printable`A key ID is four words joined by hyphens, such as law-hotel-shape-community; see: zpcli pat list`,
      }
    case "status":
    case "port":
      return { message: printable`"${value}" is no ${subject}.${didYouMean(nearest)}` }
  }
}
