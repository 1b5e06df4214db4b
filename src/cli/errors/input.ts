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
import type { UsageError } from "../strict/errors.ts"
import { exitCodes } from "./exitCodes.ts"
import { didYouMean, failed, type Report, type Table } from "./words.ts"

const invalid = (error: InvalidInput, message: string, hint: string): Report =>
  failed(error, exitCodes.misuse, message, hint, { type: "InvalidInput" })

const scopeHint = `Scopes: ${scopes.join(", ")} (quote '*' to prevent shell globbing). Repeat --scope for more than one.`

/** A value as a word of a command line to copy. */
const word = (value: string): string =>
  /^[\w./@%+:,][\w./@%+:,-]*$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`

/** How to find the PAT if what was typed is its label. */
const byLabel = ({ value, verb }: InvalidKeyId): string => {
  if (verb === undefined || labelProblem(value) !== undefined || mask(value, []) !== value)
    return "; see: zpcli pat list"
  const option = `--label${value.startsWith("-") ? "=" : " "}${word(value)}`
  return verb === "revoke"
    ? `. For a label: zpcli pat list ${option} --status active --quiet | zpcli pat revoke -`
    : `. For a label: zpcli pat ${verb} ${option}`
}

/** How to correct a setting, by where it comes from. */
const settingHint = ({ advice, source }: SettingsError): string => {
  if (advice !== undefined) return `${advice}`
  const [name = ""] = source.split(" ")
  return name.startsWith("--")
    ? `Correct it; the command's --help says what ${name} takes.`
    : `Correct ${name}, or unset it.`
}

/** Command lines that can't be understood, and values and settings that can't be used. */
export const input = {
  UsageError: (error) =>
    failed(
      error,
      exitCodes.misuse,
      // A token may have been typed where none belongs.
      `${mask(error.message, [])}`,
      `${mask(error.hint, [])}`,
    ),
  InvalidLabel: (error) => {
    const why = {
      blank: "must not be blank",
      "too-long": `has more than ${maxLength} characters`,
      "control-character": "must not contain control characters such as line breaks",
    }[error.reason]
    return invalid(
      error,
      `The label ${why}.`,
      `A label has 1 to ${maxLength} characters and no control characters.`,
    )
  },
  InvalidKeyId: (error) =>
    invalid(
      error,
      error.line === undefined
        ? `"${mask(error.value, [])}" is not a key ID.`
        : `Line ${error.line} of stdin is not a key ID: "${mask(error.value, []).slice(0, 100)}". Nothing was sent.`,
      `A key ID is four words joined by hyphens, such as law-hotel-shape-community${byLabel(error)}`,
    ),
  InvalidScope: (error) =>
    error.reason === "list"
      ? invalid(
          error,
          `"${error.value}" is more than one scope.`,
          `Repeat --scope for each: ${partsOf(error.value)
            .map((part) => `--scope ${part === "*" ? "'*'" : part}`)
            .join(" ")}`,
        )
      : invalid(error, `Unknown scope "${error.value}".${didYouMean(error.nearest)}`, scopeHint),
  ScopeMissing: (error) => invalid(error, "Option --scope is required.", scopeHint),
  InvalidExpiry: (error) =>
    invalid(
      error,
      error.reason === "no-such-day"
        ? `There is no such day: ${error.value}.`
        : `"${error.value}" is not a date of the form YYYY-MM-DD.`,
      "Write the expiry as YYYY-MM-DD, such as --expiry 2027-12-31.",
    ),
  InvalidDuration: (error) =>
    invalid(
      error,
      error.reason === "too-far"
        ? `${error.value} from now is past the year 9999.`
        : `"${error.value}" is not a valid duration.`,
      /^\d+m$/.test(error.value)
        ? `m may mean minutes or months. Write months as ${error.value}o, or the duration as 12h, 30d, 8w or 1y.`
        : "Write it as 12h, 30d, 8w, 6mo or 1y.",
    ),
  InputUnreadable: (error) =>
    failed(
      error,
      exitCodes.misuse,
      error.reason === "too-large"
        ? `stdin contains more than 1 MiB. Nothing was sent.`
        : `stdin can't be read (${explained(error.code)}). Nothing was sent.`,
      `Write one key ID on each line, such as: zpcli pat list --quiet --unused-for 90d | zpcli pat revoke -`,
    ),
  SettingsError: (error) => {
    const { line, reason, source } = error
    const place = line === undefined ? "" : `, line ${line},`
    return failed(error, exitCodes.misuse, `${source}${place} ${reason}.`, settingHint(error))
  },
  TokenWouldBeLost: (error) =>
    failed(
      error,
      exitCodes.misuse,
      "stdout is closed or the null device: the token would be lost. Nothing was sent.",
      "Write it to a file with --out FILE, or let stdout be a terminal, a pipe or a file.",
    ),
} satisfies Table<UsageError | InvalidInput | InputUnreadable | SettingsError | TokenWouldBeLost>
