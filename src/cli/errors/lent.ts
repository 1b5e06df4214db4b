import type { PatLeft } from "../../domain/Errors.ts"
import { exitCodes } from "./exitCodes.ts"
import { because, exited, howToRevoke, reportOf } from "./handover.ts"
import { program } from "./program.ts"
import { answerOf, failed, type Table } from "./words.ts"

/** How a command ended, as the beginning of a sentence, and the exit code that says so. */
const ended = (end: PatLeft["end"]): readonly [exitCode: number, words: string] => {
  if (end === undefined) return [exitCodes.interrupted, "Interrupted, and"]
  if (end === 0) return [exitCodes.tokenAtLarge, "The command succeeded, but"]
  if (typeof end === "number") return [end, `The command ${exited(end)}, and`]
  return [program.CommandUnusable(end).exitCode, `${end.name} could not be started, and`]
}

/** A PAT that was made for one command. */
export const lent = {
  PatLeft: (error) => {
    const { cause, end, expiry, keyId, label } = error
    const [exitCode, words] = ended(end)
    const report = reportOf(cause)
    const name = keyId === undefined ? `"${label}"` : `${keyId}`
    const unsaid = keyId === undefined ? "the API did not give its key ID" : "the API did not answer in time"
    const why = cause === undefined ? unsaid : because(report)
    const until = expiry === undefined ? "" : ` It expires on ${expiry}.`
    return failed(
      error,
      exitCode,
      `${words} it is not certain that its PAT ${name} was revoked: ${why}.${until}`,
      howToRevoke(keyId),
      { ...answerOf(report ?? {}), keyId, childExitCode: typeof end === "number" ? end : undefined },
    )
  },
} satisfies Table<PatLeft>
