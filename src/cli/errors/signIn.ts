import type { Place } from "../../domain/Credential.ts"
import type {
  CredentialMissing,
  CredentialRefused,
  InvalidUsername,
  LoginRefused,
  NotAllowed,
  NotOffered,
  SecretUnavailable,
} from "../../domain/Errors.ts"
import { explained } from "../../services/files.ts"
import { exitCodes } from "./exitCodes.ts"
import { answerOf, failed, patFrom, serverSaid, type Table } from "./words.ts"

/** How to set another PAT, where one was found. */
const replacePat = ({ source, via }: Place): string => {
  if (via === "file") return `Put a valid PAT into the file that ${source} names`
  if (via === "command") return `Let the command in ${source} print a valid PAT`
  return source === "ZPOOLPAT" ? `Set ${source} to a valid PAT` : "Replace it with zpcli login"
}

/** What to check after a refused sign-in: what was typed can be typed again, the rest is a setting. */
const checkLogin = ({ password = "ZPOOL_PASSWORD", typed }: LoginRefused): string => {
  if (typed.password) {
    return typed.user
      ? "Run the command again, and check what you type."
      : "Run the command again and type the password again, or check ZPOOL_USER."
  }
  return typed.user
    ? `Run the command again and type the username again, or check ${password}.`
    : `Check ZPOOL_USER and ${password}; without ${password} a terminal asks for the password.`
}

/** Why nothing was asked, as the end of a sentence. */
const whyNotAsked = ({ notAsked }: CredentialMissing): string =>
  notAsked === undefined
    ? " was given"
    : notAsked === "no-terminal"
      ? ", and no terminal to ask on"
      : `, and ${notAsked} is set`

/** Failures of signing in, and of what a credential may do. */
export const signIn = {
  CredentialMissing: (error) => {
    const { only, page, variable } = error
    if (page !== undefined) {
      return failed(
        error,
        exitCodes.notSignedIn,
        `Not signed in: no PAT${whyNotAsked(error)}.`,
        `Create one at ${page}, and paste it at the prompt or pipe it into zpcli login.`,
      )
    }
    if (variable === "ZPOOLPAT") {
      return failed(
        error,
        exitCodes.notSignedIn,
        "Not signed in: --auth pat needs a PAT, and ZPOOLPAT is not set.",
        "Set ZPOOLPAT, or leave out --auth to sign in with username and password.",
      )
    }
    const what = variable === "ZPOOL_USER" ? "username" : "password"
    return failed(
      error,
      exitCodes.notSignedIn,
      `Not signed in: no ${what}${whyNotAsked(error)}.`,
      only === "jwt"
        ? `Set ${variable}.`
        : `Sign in with zpcli login, or set ZPOOLPAT to a PAT, or set ${variable}.`,
    )
  },
  SecretUnavailable: (error) => {
    const { code, exitCode, opensStdout, path, reason, source } = error
    const what = path === undefined ? `the command in ${source}` : `the file ${path} (${source})`
    const why = {
      missing: "does not exist",
      unusable: path === undefined ? `can't be run (${code})` : `can't be read (${explained(code)})`,
      "not-a-file": "is not a regular file",
      exit: `failed with exit code ${exitCode}`,
      timeout: "did not end within 60 s",
      empty: path === undefined ? "printed nothing" : "is empty",
      "too-large": path === undefined ? "printed too much" : "is too large",
      "not-a-pat": `${path === undefined ? "printed" : "contains"} no valid PAT: there are spaces or non-ASCII characters in it`,
    }[reason]
    return failed(
      error,
      exitCodes.notSignedIn,
      `Not signed in: ${what} ${why}.`,
      opensStdout
        ? "Let it print to its stdout without opening /dev/stdout, which is a socket here; or put | cat behind it."
        : path === undefined
          ? "Run that command by itself: it must print the secret alone, and exit with 0."
          : `Correct ${source}: the file must contain the secret alone.`,
      { childExitCode: exitCode },
    )
  },
  InvalidUsername: (error) =>
    failed(
      error,
      exitCodes.misuse,
      `"${error.value}" is not a valid username: it contains white space.`,
      "Run the command again, or set ZPOOL_USER.",
      { type: "InvalidInput" },
    ),
  LoginRefused: (error) =>
    failed(
      error,
      exitCodes.notSignedIn,
      `${error.host} refused the username or password of ${error.user}${serverSaid(error)}.`,
      checkLogin(error),
      answerOf(error),
    ),
  CredentialRefused: (error) => {
    const { credential } = error
    const refused = (message: string, hint: string) =>
      failed(error, exitCodes.notSignedIn, message, hint, answerOf(error))
    switch (credential._tag) {
      case "PAT":
        return refused(
          `The ${patFrom(credential)} was not accepted: it is revoked, expired or mistyped${serverSaid(error)}.`,
          `${replacePat(credential)}, or use --auth jwt to sign in with username and password.`,
        )
      case "NewPat":
        return refused(`The API did not accept it${serverSaid(error)}.`, "Run the command again.")
      case "Pasted":
        return refused(
          `The API did not accept this PAT: it is revoked, expired or mistyped${serverSaid(error)}. Nothing was saved.`,
          `Copy the whole PAT, or create another at ${credential.page}, and run the command again.`,
        )
      case "JWT":
        return refused(
          `The API did not accept this sign-in${serverSaid(error)}.`,
          "Run the command again to sign in afresh; if it still fails, check ZPOOL_API_URL.",
        )
    }
  },
  NotAllowed: (error) => {
    const { credential, needs } = error
    const refused = (message: string, hint: string) =>
      failed(error, exitCodes.notSignedIn, message, hint, answerOf(error))
    if (needs === undefined || credential._tag === "NewPat" || credential._tag === "Pasted") {
      return refused(
        `The request was refused with status ${error.status}${serverSaid(error)}.`,
        "Check ZPOOL_API_URL and any proxy: the answer may not have come from the API.",
      )
    }
    return credential._tag === "PAT"
      ? refused(
          `The ${patFrom(credential)} lacks the scope ${needs}, which this command needs${serverSaid(error)}.`,
          `Use a PAT with the scope ${needs} or *, or --auth jwt to sign in with the account instead.`,
        )
      : refused(
          `This account is not allowed to do this${serverSaid(error)}.`,
          "Sign in as another user with ZPOOL_USER, or ask the owner of the account.",
        )
  },
  NotOffered: (error) =>
    error.what === "login"
      ? failed(
          error,
          exitCodes.refused,
          `${error.host} does not offer signing in with username and password${serverSaid(error)}.`,
          `Make a PAT at ${error.page} and run zpcli login, or set ZPOOLPAT to it.`,
          answerOf(error),
        )
      : failed(
          error,
          exitCodes.refused,
          `${error.host} does not offer the creation of PATs on the command line${serverSaid(error)}.`,
          `Make it in the browser: ${error.page}`,
          answerOf(error),
        ),
} satisfies Table<
  | CredentialMissing
  | SecretUnavailable
  | InvalidUsername
  | LoginRefused
  | CredentialRefused
  | NotAllowed
  | NotOffered
>
