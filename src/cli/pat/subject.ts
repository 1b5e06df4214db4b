import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { InvalidInput, type OutputFailed } from "../../domain/Errors.ts"
import * as KeyId from "../../domain/KeyId.ts"
import { problem as labelProblem, maxLength } from "../../domain/Label.ts"
import type { NewPat } from "../../domain/NewPat.ts"
import type { Pat, Time } from "../../domain/Pat.ts"
import { Process } from "../../services/Process.ts"
import { maskTokens } from "../../services/settings/Secrets.ts"
import { keyIdForm } from "../errors/hints.ts"
import { printError, printJson } from "../output/print.ts"
import { quote } from "../output/shell.ts"
import { formatter, type TimeForm } from "../output/time.ts"
import { withAlternative, withDynamicValues, withGroup } from "../strict/annotations.ts"
import { keyIdValues } from "./completeKeyIds.ts"

/**
 * The argument and the option that name a PAT, by its key ID or its label.
 *
 * @param verb - what the command does with the PAT, such as `show`
 * @param otherwise - which PAT is meant if none with the label is active, such as `the newest one`
 */
export const subjectOptions = (verb: string, otherwise: string) => ({
  keyId: Args.text({ name: "key_id" }).pipe(
    Args.withDescription(`Key ID of the PAT to ${verb}, such as law-hotel-shape-community`),
    Args.optional,
    withAlternative("--label"),
    withDynamicValues(keyIdValues),
  ),
  label: Options.text("label").pipe(
    Options.withPseudoName("label"),
    Options.withDescription(
      `${verb.charAt(0).toUpperCase()}${verb.slice(1)} the active PAT with exactly this label or, if none is active, ${otherwise}`,
    ),
    Options.optional,
    withGroup("Which PAT"),
  ),
})

/** Reads a key ID. The error helps if it is a label, and hides it if it is a token. */
export const parseKeyId = (value: string, verb: "revoke" | "rotate" | "show") =>
  Either.mapLeft(KeyId.parse(value), ({ kind }) => {
    const masked = maskTokens(value)
    const message = `"${masked}" is not a key ID.`
    if (labelProblem(value) !== undefined || masked !== value)
      return new InvalidInput({ kind, value, message })
    const option = `--label${value.startsWith("-") ? "=" : " "}${quote(value)}`
    const byLabel =
      verb === "revoke"
        ? `zpcli pat list ${option} --status active --quiet | zpcli pat revoke -`
        : `zpcli pat ${verb} ${option}`
    const advice = `${keyIdForm}. For a label: ${byLabel}`
    return new InvalidInput({ kind, value, message, advice })
  })

/** Reads key IDs from stdin, one per line. Empty lines, blanks around a key ID and CRLF are fine. */
export const keyIdsOnStdin = Effect.gen(function* () {
  if ((yield* Process).stdin.isTerminal) {
    yield* printError("Type key IDs, one per line, then press Ctrl-D.")
  }
  const text = yield* (yield* Process).readStdin
  const lines = text.split("\n").map((line, index) => ({ value: line.trim(), line: index + 1 }))
  return yield* Effect.forEach(
    lines.filter(({ value }) => value !== ""),
    ({ line, value }) =>
      Effect.mapError(KeyId.parse(value), ({ kind }) => {
        // Somebody may have piped a token by mistake.
        const shown = maskTokens(value).slice(0, 100)
        const message = `Line ${line} of stdin is not a key ID: "${shown}". Nothing was sent.`
        return new InvalidInput({ kind, value, message })
      }),
  )
})

/** A server's text in quotes, with escapes, cut to the length of the longest label. */
export const quoted = (text: string): string => {
  const characters = Array.from(text.slice(0, 2 * maxLength))
  const cut = characters.slice(0, maxLength).join("")
  const more = text.length > cut.length ? "…" : ""
  return `"${cut.replace(/["\\]/g, "\\$&")}${more}"`
}

/** A scope, quoted if it contains unexpected characters. */
const scope = (name: string): string => (/^[\w*.:-]{1,64}$/.test(name) ? name : quoted(name))

/** Scopes as a sentence lists them. */
export const scopeList = (scopes: ReadonlyArray<string>): string =>
  scopes.length === 0 ? "-" : scopes.map(scope).join(", ")

/** A time in UTC. An unreadable one is quoted. */
const timeText = (time: Time, form?: TimeForm): string =>
  typeof time === "string" ? quoted(time) : formatter(false)(time, "never", form)

/**
 * A PAT in a question: its key ID, label, scopes and last use. Text from the server
 * can't forge the end of the question.
 */
export const describePat = (keyId: KeyId.KeyId, pats: ReadonlyArray<Pat>): string => {
  const pat = pats.find((candidate) => candidate.key_id === keyId)
  if (pat === undefined) return `PAT ${keyId}`
  const { label = "-", last_used_at, scopes = [] } = pat
  return `PAT ${keyId} (${quoted(label)}, scopes ${scopeList(scopes)}, last used ${timeText(last_used_at)})`
}

/** Says that a PAT would be revoked. */
export const wouldRevoke = (keyId: KeyId.KeyId, pats: ReadonlyArray<Pat>): string =>
  `Would revoke ${describePat(keyId, pats)}.`

/**
 * Prints the JSON of a dry run.
 *
 * @param revoke - the key IDs of the PATs that would be revoked
 * @param create - the body of the request that would create a PAT
 */
export const printDryRun = (
  revoke: ReadonlyArray<string>,
  create?: NewPat["body"],
): Effect.Effect<void, OutputFailed> => {
  const detail = { revoke: revoke.length === 0 ? undefined : revoke, create }
  return printJson(JSON.stringify({ message: "Dry run", detail }))
}

/** When a PAT expires, as the end of a sentence about it. */
export const ending = (expiry: Time): string =>
  expiry === undefined ? "never expires" : `expires on ${timeText(expiry, "date")}`
