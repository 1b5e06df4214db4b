import * as Effect from "effect/Effect"
import { escapeJson, escapeLines } from "../output/escape.ts"
import { printError, printErrorSafe } from "../output/print.ts"
import { describe } from "./describe.ts"
import { exitCodes, Interruption, OpenLine } from "./exitCodes.ts"
import type { Failure, Report } from "./failure.ts"

/** A report in the form and order of docs/json.md. */
const jsonOf = (report: Report, message: string): string =>
  escapeJson(
    JSON.stringify({
      error: {
        type: report.type,
        message: escapeLines(message),
        hint: report.hint === undefined ? undefined : escapeLines(report.hint),
        status: report.status,
        requestId: report.requestId,
        retryable: report.retryable,
        exitCode: report.exitCode,
        keyId: report.keyId,
        oldKeyId: report.oldKeyId,
        keyIds: report.keyIds,
        delivered: report.delivered,
        childExitCode: report.childExitCode,
      },
    }),
  )

/**
 * The lines in which a report is printed: two for a person, or one JSON object with
 * absent fields left out. None where there is nothing to print.
 */
export const render = (report: Report, json: boolean): ReadonlyArray<string> => {
  const { hint, message, requestId } = report
  if (message === undefined) return []
  if (json) return [jsonOf(report, message)]
  const request = requestId === undefined ? "" : ` [request ID ${requestId}]`
  const first = `zpcli: ${message}${request}`
  return hint === undefined ? [first] : [first, hint]
}

/** Prints a report on stderr, as JSON where `json` is set. It begins on a line of its own, whoever wrote before. */
export const print = (report: Report, json: boolean): Effect.Effect<void> =>
  Effect.flatMap(OpenLine, ({ mayBe }) => {
    const lines = render(report, json)
    if (lines.length === 0) return Effect.void
    const all = mayBe() ? ["", ...lines] : lines
    return json ? printErrorSafe(all.join("\n")) : printError(all)
  })

/** The PAT that an error is about, where the error itself may not say so. */
export interface About {
  readonly keyId: string
  /** Whether the message begins with the key ID: with several, not every message names its own. */
  readonly inMessage: boolean
}

const withAbout = (report: Report, { inMessage, keyId }: About): Report => ({
  ...report,
  keyId: report.keyId ?? keyId,
  message: inMessage && report.message !== undefined ? `${keyId}: ${report.message}` : report.message,
})

/** The errors of `pat run` that keep their exit codes. */
const passedOn: ReadonlyArray<Failure["_tag"]> = ["CommandUnusable", "Exit", "PatLeft", "Quit"]

/** An error of `pat run`: any other code of ours could be taken for one of its command. */
const ofRunner = (failure: Failure, report: Report): Report =>
  passedOn.includes(failure._tag) ? report : { ...report, exitCode: exitCodes.commandNotStarted }

/** Prints an error on stderr, as JSON where `json` is set, and gives its exit code. */
export const report = (
  failure: Failure,
  json: boolean,
  about?: About,
  runner = false,
): Effect.Effect<number> =>
  Effect.flatMap(Interruption, ({ exitCode: signalled }) => {
    const described = runner ? ofRunner(failure, describe(failure)) : describe(failure)
    const exitCode = signalled() ?? described.exitCode
    const named = about === undefined ? described : withAbout(described, about)
    return Effect.as(print({ ...named, exitCode }, json), exitCode)
  })
