import * as Data from "effect/Data"

/** The sandbox's port can't be used. */
export class SandboxFailed extends Data.TaggedError("SandboxFailed")<{
  readonly port: number
  /** The system's code, such as `EADDRINUSE`. */
  readonly code: string
}> {}
