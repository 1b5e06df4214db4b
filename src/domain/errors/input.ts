/** Input that can't be used: typed, set, piped, or answered at a prompt. */
import * as Data from "effect/Data"
import { explained } from "./words.ts"

/** A value that breaks a rule of its type. The module with the rule writes the message. */
export class InvalidInput extends Data.TaggedError("InvalidInput")<{
  readonly kind: "label" | "key-id" | "scope" | "expiry" | "duration" | "username"
  /** The rule: `list` means several scopes in one value, and `missing` no scope. */
  readonly reason:
    | "blank"
    | "control-character"
    | "too-long"
    | "format"
    | "unknown"
    | "list"
    | "missing"
    | "no-such-day"
    | "too-far"
    | "white-space"
  readonly value: string
  readonly message: string
  /** What to do about it, if the type alone does not say. */
  readonly advice?: string
}> {}

/** stdin can't be read. */
export class InputUnreadable extends Data.TaggedError("InputUnreadable")<{
  readonly reason: "too-large" | "failed"
  /** The system's code, such as `EISDIR`, if it failed. */
  readonly code: string | undefined
}> {
  override get message(): string {
    return this.reason === "too-large"
      ? "stdin contains more than 1 MiB. Nothing was sent."
      : `stdin can't be read (${explained(this.code)}). Nothing was sent.`
  }
}

/** A setting that can't be used: a flag, an environment variable or a line of the rcfile. */
export class SettingsError extends Data.TaggedError("SettingsError")<{
  readonly source: string
  /** 1-based, when a line of the rcfile is wrong. */
  readonly line?: number
  readonly reason: string
  /** What to do about it, if the source alone does not say. */
  readonly advice?: string
}> {
  override get message(): string {
    const { line, reason, source } = this
    return `${source}${line === undefined ? "" : `, line ${line},`} ${reason}.`
  }
}

/** The sandbox's port can't be used. */
export class SandboxFailed extends Data.TaggedError("SandboxFailed")<{
  readonly port: number
  /** The system's code, such as `EADDRINUSE`. */
  readonly code: string
}> {
  override get message(): string {
    return `Port ${this.port} can't be used (${this.code}).`
  }
}

/** What disables prompts. */
export type AskingDisabled = "--no-input" | "ZPOOL_NO_INPUT"

/** Why a question was not asked. */
export type NotAsked = "no-terminal" | AskingDisabled

/** zpcli can't ask for a confirmation. `no-terminal`: there is no terminal to show the question on. */
export class CannotAsk extends Data.TaggedError("CannotAsk")<{ readonly notAsked: NotAsked }> {
  override get message(): string {
    return this.notAsked === "no-terminal"
      ? "There is no terminal to show the question on: nothing was changed."
      : `This needs confirmation, and ${this.notAsked} is set: nothing was changed.`
  }
}

/** The answer at the prompt was not yes; `no` if it was an explicit no. */
export class Declined extends Data.TaggedError("Declined")<{ readonly no?: boolean }> {
  override get message(): string {
    return "Declined: nothing was changed."
  }
}

/** Ctrl-C at a prompt. */
export class Quit extends Data.TaggedError("Quit") {
  override get message(): string {
    return "Interrupted."
  }
}
