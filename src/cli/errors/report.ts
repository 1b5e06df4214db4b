import { Printable, printable } from "../output/printable.ts"
import type { Told } from "./describe.ts"

/**
 * An error as it is shown: two lines for a person, or one JSON object with
 * absent fields left out.
 */
export const render = (told: Told, json: boolean): Printable => {
  const { exitCode, hint, message, requestId, retryable, status, type } = told
  if (json) {
    const error = { type, message: message.value, hint: hint?.value, status, requestId, retryable, exitCode }
    return Printable.json({ error }, "compact")
  }
  const request = requestId === undefined ? printable`` : printable` [request ID ${requestId}]`
  return printable`zpcli: ${message}${request}${hint === undefined ? printable`` : Printable.join([printable``, hint], "\n")}`
}
