import { map } from "effect/Record"

/** Each exit code, with what it means in help: docs/exit-codes.md. */
const table = {
  done: [0, "done"],
  refused: [1, "the API refused the request or sent an unreadable response, or zpcli has a bug"],
  misuse: [2, "the command line or the settings are wrong; no PAT was created or revoked"],
  declined: [3, "you declined at a prompt; nothing was changed"],
  notSignedIn: [4, "not signed in, or not allowed"],
  notFound: [5, "no such PAT"],
  unavailable: [6, "the API can't be reached or is busy, or another rotation is under way; try again later"],
  tokenAtLarge: [7, "a PAT may exist whose token you never received; read the message before you try again"],
  rowsFound: [8, "list --exit-code found PATs"],
  undelivered: [9, "the new token couldn't be delivered, so its PAT was revoked"],
  oldRemains: [10, "rotate delivered the new token, but the result needs your attention"],
  commandNotStarted: [125, "run failed before its command was started"],
  commandNotExecutable: [126, "the command after -- can't be executed; nothing was sent"],
  commandNotFound: [127, "the command after -- was not found; nothing was sent"],
  hungUp: [129, "the terminal was closed"],
  interrupted: [130, "interrupted (143: terminated)"],
} as const

/** The exit codes by their names. */
export const exitCodes = map(table, ([code]): number => code)

/** What they mean, by the code. */
export const exitCodeMeanings: Readonly<Record<number, string>> = Object.fromEntries(Object.values(table))

/**
 * The exit code if a new token was not delivered. Only this function chooses between 7 and 9: 9 means that the new PAT
 * was certainly revoked, and 7 that it may still exist. If the command was interrupted, it is 130 either way.
 */
export const ofUndelivered = (revoked: boolean, interrupted: boolean): number => {
  if (interrupted) return exitCodes.interrupted
  return revoked ? exitCodes.undelivered : exitCodes.tokenAtLarge
}

/**
 * The exit code of `pat run` if its PAT may still work: 7 if the command succeeded, and otherwise the command's own.
 *
 * @param command - the exit code of the command; undefined if it was interrupted
 */
export const ofPatLeft = (command: number | undefined): number =>
  command === exitCodes.done ? exitCodes.tokenAtLarge : (command ?? exitCodes.interrupted)
