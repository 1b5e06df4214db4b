/** Failures of another program that zpcli runs. */
import * as Data from "effect/Data"

/** How a signal ended a command, by the exit code that shells give it. */
const signalWords: Readonly<Record<number, string>> = {
  129: "hung up",
  130: "interrupted",
  131: "told to quit",
  134: "aborted",
  137: "killed",
  141: "ended by a closed pipe",
  143: "terminated",
}

/** Whether a command's exit code says that a signal ended it. */
export const signalled = (exitCode: number): boolean => signalWords[exitCode] !== undefined

/** How a command ended, by its exit code. */
export const exited = (exitCode: number): string =>
  signalled(exitCode) ? `was ${signalWords[exitCode]} (exit code ${exitCode})` : `exited with ${exitCode}`

/** A command can't be started. This was checked before anything was sent. */
export class CommandUnusable extends Data.TaggedError("CommandUnusable")<{
  readonly name: string
  readonly reason: "not-found" | "not-executable"
  /** The system's code, such as `EACCES`. */
  readonly code: string | undefined
  /** Of a script, if that is what can't be started. */
  readonly interpreter?: string
}> {
  override get message(): string {
    const { code, interpreter, name, reason } = this
    if (reason === "not-found") return `${name}: command not found.`
    if (interpreter === undefined) return `${name} can't be run (${code ?? "not executable"}).`
    return code === "ENOENT" || code === "ENOTDIR"
      ? `${name} can't be run: its interpreter ${interpreter} was not found.`
      : `${name} can't be run: its interpreter ${interpreter} can't be executed (${code ?? "unknown"}).`
  }
}

/** A command did not take the new token. */
export class CommandFailed extends Data.TaggedError("CommandFailed")<{
  readonly name: string
  /** `unread`: it exited with 0, but did not read the whole token. */
  readonly reason: "exit" | "unread" | "not-started"
  /** 128 plus the signal's number if a signal ended it. */
  readonly exitCode: number | undefined
  /** Whether it did not read the whole token, however it ended. */
  readonly leftToken?: boolean
  /** The system's code, if it could not be started. */
  readonly code: string | undefined
}> {
  override get message(): string {
    const { code, exitCode = 0, name, reason } = this
    if (reason === "exit") return `${name} ${exited(exitCode)}.`
    return reason === "unread"
      ? `${name} exited with ${exitCode}, but did not read the token from its stdin.`
      : `${name} could not be started (${code ?? "unknown"}).`
  }
}
