import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { Notices } from "../../services/Notices.ts"
import { Process } from "../../services/Process.ts"
import { Signals } from "../../services/Signals.ts"
import { escapeJson, escapeLines } from "../output/escape.ts"
import { linesFor, printError, printErrorSafe } from "../output/print.ts"
import { describe } from "./describe.ts"
import { exitCodes } from "./exitCodes.ts"
import type { Failure, Report } from "./failure.ts"

/** The fields in the order of docs/json.md. */
const fields = [
  "error",
  "type",
  "message",
  "hint",
  "status",
  "requestId",
  "retryable",
  "exitCode",
  "keyId",
  "oldKeyId",
  "keyIds",
  "delivered",
  "childExitCode",
]

const jsonOf = (report: Report, message: string): string => {
  const hint = report.hint && escapeLines(report.hint)
  return escapeJson(JSON.stringify({ error: { ...report, message: escapeLines(message), hint } }, fields))
}

/** The lines of a report: two for a person, or one JSON object without absent fields, or none. */
export const render = (report: Report, json: boolean): ReadonlyArray<string> => {
  const { hint, message, requestId } = report
  if (message === undefined) return []
  if (json) return [jsonOf(report, message)]
  const request = requestId === undefined ? "" : ` [request ID ${requestId}]`
  const first = `zpcli: ${message}${request}`
  return hint === undefined ? [first] : [first, hint]
}

/** Prints a report on stderr, always on a line of its own. Gives its exit code, or that of the signal that has come. */
const printReport = Effect.fnUntraced(function* (report: Report, json: boolean) {
  const exitCode = (yield* Signals).exitCode() ?? report.exitCode
  const lines = render({ ...report, exitCode }, json)
  if (lines.length === 0) return exitCode
  const all = (yield* Process).stderr.mayHaveOpenLine() ? ["", ...lines] : lines
  yield* json ? printErrorSafe(all.join("\n")) : printError(all)
  return exitCode
})

/** The PAT that an error is about, if the error itself may not say so. */
export interface About {
  readonly keyId: string
  /** Whether to put the key ID in front of the message. */
  readonly inMessage: boolean
}

const withAbout = (report: Report, { inMessage, keyId }: About): Report => ({
  ...report,
  keyId: report.keyId ?? keyId,
  message: inMessage && report.message !== undefined ? `${keyId}: ${report.message}` : report.message,
})

/** The errors of `pat run` that keep their exit codes. */
const passedOn: ReadonlyArray<Failure["_tag"]> = ["CommandUnusable", "ExitWith", "PatLeft", "Quit"]

/** `pat run` exits with its command's code, so its own errors have one that no command should have. */
const ofRunner = (failure: Failure, report: Report): Report =>
  passedOn.includes(failure._tag) ? report : { ...report, exitCode: exitCodes.commandNotStarted }

/** Prints an error on stderr, and gives its exit code. */
export const report = (
  failure: Failure,
  json: boolean,
  about?: About,
  runner = false,
): Effect.Effect<number> => {
  const described = runner ? ofRunner(failure, describe(failure)) : describe(failure)
  return printReport(about === undefined ? described : withAbout(described, about), json)
}

/** Prints the first notice at once, whatever the log level, with the exit code that the run will have. */
export const makeNotices = (json: boolean) => {
  let told = false
  return Notices.of({
    // With `--json`, stderr holds one object and nothing else.
    waiting: json
      ? Effect.void
      : Effect.flatMap(Signals, ({ exitCode }) => {
          // Nobody can press a key after another signal: it came from a program, or the terminal has gone.
          const stop = exitCode() === exitCodes.interrupted ? " Press Ctrl-C again to stop." : ""
          return printError(`Waiting up to 5 s for the answer, to revoke the new PAT.${stop}`)
        }),
    tell: (notice) =>
      Effect.suspend(() => {
        if (told) return Effect.void
        told = true
        return printReport({ ...describe(notice), exitCode: exitCodes.interrupted }, json)
      }),
  })
}

/** A cause in a few words, without its stack. */
const reasonOf = (cause: Cause.Cause<unknown>): string =>
  Cause.prettyErrors(cause)
    .map(({ message, name }) => message || name)
    .join("; ") || "interrupted"

/** The lines of a log entry: the messages, the last one with the reason, and the stack if `verbose`. */
const linesOf = (
  messages: ReadonlyArray<string>,
  cause: Cause.Cause<unknown>,
  verbose: boolean,
): ReadonlyArray<string> => {
  if (Cause.isEmpty(cause)) return messages
  const last = messages.at(-1)
  const reason = reasonOf(cause)
  const withReason = last === undefined ? reason : `${last.replace(/\.$/, "")}: ${reason}`
  return [...messages.slice(0, -1), withReason, ...(verbose ? Cause.pretty(cause).split("\n") : [])]
}

/** Logs to stderr, one escaped line for each message. */
export const logger: Logger.Logger<unknown, void> = Logger.withConsoleError(
  Logger.make(({ cause, context, logLevel, message }) => {
    const level = LogLevel.lessThan(logLevel, LogLevel.Info) ? LogLevel.Debug : logLevel
    const least = FiberRefs.getOrDefault(context, FiberRef.currentMinimumLogLevel)
    const verbose = LogLevel.lessThanEqual(least, LogLevel.Debug)
    const messages = (Array.isArray(message) ? message : [message]).map(String)
    const { stderr } = Context.get(FiberRefs.getOrDefault(context, FiberRef.currentContext), Process)
    return linesFor(
      stderr,
      linesOf(messages, cause, verbose).map((line) => `zpcli: ${level._tag.toLowerCase()}: ${line}`),
    )
  }),
)
