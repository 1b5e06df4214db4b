import * as Data from "effect/Data"

/** The sandbox could not be served. */
export class SandboxFailed extends Data.TaggedError("SandboxFailed")<{
  readonly reason: "port-in-use" | "port-unusable" | "state-unreadable" | "state-unwritable" | "state-locked"
  /** The port in digits, or the state file. */
  readonly subject: string
  /** The system's code, such as `EACCES`; undefined where a state file is damaged or in use. */
  readonly code: string | undefined
}> {}
