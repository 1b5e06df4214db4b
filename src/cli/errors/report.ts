import * as Effect from "effect/Effect"
import { printError } from "../output/print.ts"
import { Printable, printable } from "../output/printable.ts"
import { describe, type Failure } from "./describe.ts"
import { Interruption } from "./exitCodes.ts"
import type { Report } from "./words.ts"

/**
 * A report as it is printed: two lines for a person, or one JSON object with
 * absent fields left out. Undefined where there is nothing to print.
 */
export const render = (report: Report, json: boolean): Printable | undefined => {
  const { exitCode, hint, message, requestId } = report
  if (message === undefined) return undefined
  if (json) {
    const { delivered, keyId, keyIds, oldKeyId, retryable, status, type } = report
    const error = {
      type,
      message: message.value,
      hint: hint?.value,
      status,
      requestId,
      retryable,
      exitCode,
      keyId,
      oldKeyId,
      keyIds,
      delivered,
    }
    return Printable.json({ error }, "compact")
  }
  const request = requestId === undefined ? printable`` : printable` [request ID ${requestId}]`
  const first = printable`zpcli: ${message}${request}`
  return hint === undefined ? first : Printable.join([first, hint], "\n")
}

/** Prints a report on stderr, as JSON where `json` is set. */
export const print = (report: Report, json: boolean): Effect.Effect<void> => {
  const rendered = render(report, json)
  return rendered === undefined ? Effect.void : printError(rendered)
}

/**
 * Prints an error on stderr, as JSON where `json` is set, and gives its exit code.
 *
 * @param about - what the error is about, put in front of its message
 */
export const report = (failure: Failure, json: boolean, about?: Printable): Effect.Effect<number> =>
  Effect.flatMap(Interruption, ({ exitCode: signalled }) => {
    const described = describe(failure)
    const { message } = described
    const exitCode = signalled() ?? described.exitCode
    const named = about === undefined || message === undefined ? message : printable`${about}: ${message}`
    return Effect.as(print({ ...described, exitCode, message: named }, json), exitCode)
  })
