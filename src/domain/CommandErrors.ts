/** Failures of another program that zpcli runs. `Errors.ts` has them too. */
import * as Data from "effect/Data"

/** A command can't be started, as was found out before anything was done. */
export class CommandUnusable extends Data.TaggedError("CommandUnusable")<{
  readonly name: string
  readonly reason: "not-found" | "not-executable"
  /** The system's code, such as `EACCES`. */
  readonly code: string | undefined
  /** Of a script the interpreter that can't be started. */
  readonly interpreter?: string
}> {}

/** A command was to take a new token, and did not. */
export class CommandFailed extends Data.TaggedError("CommandFailed")<{
  readonly name: string
  /** `unread`: it ended well, but did not read the whole token. */
  readonly reason: "exit" | "unread" | "not-started"
  /** What it exited with; 128 and the signal's number where it died of a signal. */
  readonly exitCode: number | undefined
  /** Whether it left some or all of the token unread, however it ended. */
  readonly leftToken?: boolean
  /** The system's code where it could not be started. */
  readonly code: string | undefined
}> {}
