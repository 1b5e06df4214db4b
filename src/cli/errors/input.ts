import type {
  InputUnreadable,
  InvalidInput,
  InvalidKeyId,
  SettingsError,
  TokenWouldBeLost,
} from "../../domain/Errors.ts"
import { problem as labelProblem, maxLength } from "../../domain/Label.ts"
import { partsOf, scopes } from "../../domain/Scope.ts"
import { explained } from "../../services/files.ts"
import { mask } from "../../services/settings/Secrets.ts"
import { type Printable, printable } from "../output/printable.ts"
import type { UsageError } from "../strict/errors.ts"
import { exitCodes } from "./exitCodes.ts"
import { didYouMean, failed, type Report, type Table } from "./words.ts"

const invalid = (error: InvalidInput, message: Printable, hint: Printable): Report =>
  failed(error, exitCodes.misuse, message, hint, { type: "InvalidInput" })

const scopeHint = printable`Scopes: ${scopes.join(", ")} (quote '*' to prevent shell globbing). Repeat --scope for more than one.`

/** A value as a word of a command line to copy. */
const word = (value: string): string =>
  /^[\w./@%+:,][\w./@%+:,-]*$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`

/** How to find the PAT if what was typed is its label. */
const byLabel = ({ value, verb }: InvalidKeyId): Printable => {
  if (verb === undefined || labelProblem(value) !== undefined || mask(value, []) !== value)
    return printable`; see: zpcli pat list`
  const option = `--label${value.startsWith("-") ? "=" : " "}${word(value)}`
  return verb === "revoke"
    ? printable`. For a label: zpcli pat list ${option} --status active --quiet | zpcli pat revoke -`
    : printable`. For a label: zpcli pat ${verb} ${option}`
}

/** How to correct a setting, by where it comes from. */
const settingHint = ({ advice, source }: SettingsError): Printable => {
  if (advice !== undefined) return printable`${advice}`
  const [name = ""] = source.split(" ")
  return name.startsWith("--")
    ? printable`Correct it; the command's --help says what ${name} takes.`
    : printable`Correct ${name}, or unset it.`
}

/** Command lines that can't be understood, and values and settings that can't be used. */
export const input = {
  UsageError: (error) =>
    failed(
      error,
      exitCodes.misuse,
      // A token may have been typed where none belongs.
      printable`${mask(error.message, [])}`,
      printable`${mask(error.hint, [])}`,
    ),
  InvalidLabel: (error) => {
    const why = {
      blank: "must not be blank",
      "too-long": `has more than ${maxLength} characters`,
      "control-character": "must not contain control characters such as line breaks",
    }[error.reason]
    return invalid(
      error,
      printable`The label ${why}.`,
      printable`A label has 1 to ${maxLength} characters and no control characters.`,
    )
  },
  InvalidKeyId: (error) =>
    invalid(
      error,
      error.line === undefined
        ? printable`"${mask(error.value, [])}" is not a key ID.`
        : printable`Line ${error.line} of stdin is not a key ID: "${mask(error.value, []).slice(0, 100)}". Nothing was sent.`,
      printable`A key ID is four words joined by hyphens, such as law-hotel-shape-community${byLabel(error)}`,
    ),
  InvalidScope: (error) =>
    error.reason === "list"
      ? invalid(
          error,
          printable`"${error.value}" is more than one scope.`,
          printable`Repeat --scope for each: ${partsOf(error.value)
            .map((part) => `--scope ${part === "*" ? "'*'" : part}`)
            .join(" ")}`,
        )
      : invalid(error, printable`Unknown scope "${error.value}".${didYouMean(error.nearest)}`, scopeHint),
  ScopeMissing: (error) => invalid(error, printable`Option --scope is required.`, scopeHint),
  InvalidExpiry: (error) =>
    invalid(
      error,
      error.reason === "no-such-day"
        ? printable`There is no such day: ${error.value}.`
        : printable`"${error.value}" is not a date of the form YYYY-MM-DD.`,
      printable`Write the expiry as YYYY-MM-DD, such as --expiry 2027-12-31.`,
    ),
  InvalidDuration: (error) =>
    invalid(
      error,
      error.reason === "too-far"
        ? printable`${error.value} from now is past the year 9999.`
        : printable`"${error.value}" is not a valid duration.`,
      /^\d+m$/.test(error.value)
        ? printable`m may mean minutes or months. Write months as ${error.value}o, or the duration as 12h, 30d, 8w or 1y.`
        : printable`Write it as 12h, 30d, 8w, 6mo or 1y.`,
    ),
  InputUnreadable: (error) =>
    failed(
      error,
      exitCodes.misuse,
      error.reason === "too-large"
        ? printable`stdin contains more than 1 MiB. Nothing was sent.`
        : printable`stdin can't be read (${explained(error.code)}). Nothing was sent.`,
      printable`Write one key ID on each line, such as: zpcli pat list --quiet --unused-for 90d | zpcli pat revoke -`,
    ),
  SettingsError: (error) => {
    const { line, reason, source } = error
    const place = line === undefined ? "" : `, line ${line},`
    return failed(error, exitCodes.misuse, printable`${source}${place} ${reason}.`, settingHint(error))
  },
  TokenWouldBeLost: (error) =>
    failed(
      error,
      exitCodes.misuse,
      printable`stdout is closed or the null device: the token would be lost. Nothing was sent.`,
      printable`Write it to a file with --out FILE, or let stdout be a terminal, a pipe or a file.`,
    ),
} satisfies Table<UsageError | InvalidInput | InputUnreadable | SettingsError | TokenWouldBeLost>
