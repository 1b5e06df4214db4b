/** The exit codes: docs/exit-codes.md. */
export const exitCodes = {
  done: 0,
  refused: 1,
  misuse: 2,
  declined: 3,
  notSignedIn: 4,
  notFound: 5,
  unavailable: 6,
  tokenAtLarge: 7,
  rowsFound: 8,
  undelivered: 9,
  oldRemains: 10,
  commandNotStarted: 125,
  commandNotExecutable: 126,
  commandNotFound: 127,
  hungUp: 129,
  interrupted: 130,
} as const

/**
 * The exit code if a new token was not delivered. The choice between 7 and 9 is made here: 9 means that the new PAT
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

/** The exit codes that help lists, each with what it means. */
export const exitCodeMeanings: Readonly<Record<number, string>> = {
  [exitCodes.done]: "done",
  [exitCodes.refused]: "the API refused the request or sent an unreadable response, or zpcli has a bug",
  [exitCodes.misuse]: "the command line or the settings are wrong; no PAT was created or revoked",
  [exitCodes.declined]: "you declined at a prompt; nothing was changed",
  [exitCodes.notSignedIn]: "not signed in, or not allowed",
  [exitCodes.notFound]: "no such PAT",
  [exitCodes.unavailable]:
    "the API can't be reached or is busy, or another rotation is under way; try again later",
  [exitCodes.tokenAtLarge]:
    "a PAT may exist whose token you never received; read the message before you try again",
  [exitCodes.rowsFound]: "list --exit-code found PATs",
  [exitCodes.undelivered]: "the new token couldn't be delivered, so its PAT was revoked",
  [exitCodes.oldRemains]: "rotate delivered the new token, but the result needs your attention",
  [exitCodes.commandNotStarted]: "run failed before its command was started",
  [exitCodes.commandNotExecutable]: "the command after -- can't be executed; nothing was sent",
  [exitCodes.commandNotFound]: "the command after -- was not found; nothing was sent",
  [exitCodes.hungUp]: "the terminal was closed",
  [exitCodes.interrupted]: "interrupted (143: terminated)",
}
