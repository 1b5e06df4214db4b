import type { Place } from "../../domain/Credential.ts"
import { exitCodes } from "./exitCodes.ts"

/** An error as it is reported: printed for a person or as JSON, and turned into an exit code. */
export interface Report {
  /** The error's name in JSON. */
  readonly type: string
  /** Undefined where nothing is printed. */
  readonly message: string | undefined
  /** What to do about it. */
  readonly hint?: string | undefined
  /** HTTP status. */
  readonly status?: number | undefined
  readonly requestId?: string | undefined
  /** The PAT that the error is about: of a create or rotation the new one. */
  readonly keyId?: string | undefined
  /** The PAT that was to be replaced. */
  readonly oldKeyId?: string | undefined
  /** The PATs that may be the one that it is about. */
  readonly keyIds?: ReadonlyArray<string> | undefined
  /** Whether the new token was handed over. */
  readonly delivered?: boolean | undefined
  /** What the command that was to take the new token exited with. */
  readonly childExitCode?: number | undefined
  /**
   * Whether running the same command again is safe and may work, whatever the exit code. It follows from what happened: the
   * API can't be reached or is busy, and whatever was begun was taken back. What somebody has to fix first is not retryable.
   */
  readonly retryable: boolean
  readonly exitCode: number
}

/** One function for each tag of a union of errors: one that is forgotten does not compile. */
export type Table<F extends { readonly _tag: string }> = {
  readonly [T in F["_tag"]]: (error: Extract<F, { readonly _tag: T }>) => Report
}

/** A report with a message and what to do about it. Its `type` is the error's tag, unless `more` has another. */
export const failed = (
  { _tag: type }: { readonly _tag: string },
  exitCode: number,
  message: string,
  hint: string,
  more: Partial<Report> = {},
): Report => ({ type, message, hint, retryable: exitCode === exitCodes.unavailable, exitCode, ...more })

/** What a report has of its cause, where what was begun may have been undone. */
export const afterUndo = (
  undone: boolean,
  cause: Report | undefined,
): Pick<Report, "childExitCode" | "retryable"> => ({
  childExitCode: cause?.childExitCode,
  retryable: undone && cause?.retryable === true,
})

/** A report of which nothing is printed. */
export const silent = ({ _tag: type }: { readonly _tag: string }, exitCode: number): Report => ({
  type,
  message: undefined,
  retryable: false,
  exitCode,
})

/** The server's own words, where it had any. */
export const serverSaid = ({ serverMessage }: { readonly serverMessage?: string | undefined }): string => {
  const words = serverMessage?.replace(/[.\s]+$/, "")
  return words ? ` (the API says: ${words})` : ""
}

/** A PAT that was found, by its place. */
export const patFrom = ({ source, via }: Place): string =>
  via === undefined ? `PAT in ${source}` : `PAT from ${source}`

/** How many attempts were made, where it was more than one. */
export const attempts = (count: number): string => (count > 1 ? ` (${count} attempts)` : "")

/** What names the answer behind an error. */
export const answerOf = ({
  requestId,
  status,
}: Pick<Report, "requestId" | "status">): Pick<Report, "requestId" | "status"> => ({ status, requestId })

/** Suggests the nearest word, where there is one. */
export const didYouMean = (candidate: string | undefined): string =>
  candidate === undefined ? "" : ` Did you mean ${candidate}?`
