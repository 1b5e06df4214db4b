/** Failures of another program that zpcli runs. */
import * as Data from "effect/Data"

/** How a command ended that a signal ended, by its exit code, as shells have it. */
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

/** A command can't be started, as was found out before anything was done. */
export class CommandUnusable extends Data.TaggedError("CommandUnusable")<{
  readonly name: string
  readonly reason: "not-found" | "not-executable"
  /** The system's code, such as `EACCES`. */
  readonly code: string | undefined
  /** Of a script the interpreter that can't be started. */
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
}> {
  override get message(): string {
    const { code, exitCode = 0, name, reason } = this
    if (reason === "exit") return `${name} ${exited(exitCode)}.`
    return reason === "unread"
      ? `${name} exited with ${exitCode}, but did not read the token from its stdin.`
      : `${name} could not be started (${code ?? "unknown"}).`
  }
}
