import * as Data from "effect/Data"

/** The sandbox could not be served, or the command to run against it could not be started. */
export class SandboxFailed extends Data.TaggedError("SandboxFailed")<{
  readonly reason:
    | "port-in-use"
    | "port-unusable"
    | "state-unreadable"
    | "state-unwritable"
    | "state-locked"
    | "command-not-found"
    | "command-not-executable"
  /** The port in digits, the state file, or the command's name. */
  readonly subject: string
  /** The system's code, such as `EACCES`; undefined where a state file is damaged or in use. */
  readonly code: string | undefined
}> {}
