/** What a person typed, set or answered, and can't be used. */
import * as Data from "effect/Data"
import { explained } from "./words.ts"

/** A value that breaks a rule of its type. The module that has the rule words it. */
export class InvalidInput extends Data.TaggedError("InvalidInput")<{
  readonly kind: "label" | "key-id" | "scope" | "expiry" | "duration" | "username"
  /** Which rule: a `list` is several scopes in one value, and `missing` none at all. */
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
  /** What to do about it, where the type alone does not tell. */
  readonly advice?: string
}> {}

/** What was to be read from stdin can't be. */
export class InputUnreadable extends Data.TaggedError("InputUnreadable")<{
  readonly reason: "too-large" | "failed"
  /** The system's code, such as `EISDIR`, where it failed. */
  readonly code: string | undefined
}> {
  override get message(): string {
    return this.reason === "too-large"
      ? "stdin contains more than 1 MiB. Nothing was sent."
      : `stdin can't be read (${explained(this.code)}). Nothing was sent.`
  }
}

/** A setting (flag, environment variable or rcfile line) that can't be used. */
export class SettingsError extends Data.TaggedError("SettingsError")<{
  /** The variable, flag or file that is wrong. */
  readonly source: string
  /** 1-based, when a line of the rcfile is wrong. */
  readonly line?: number
  readonly reason: string
  /** What to do about it, where the source alone does not tell. */
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

/** What keeps the program from asking for anything. */
export type AskingDisabled = "--no-input" | "ZPOOL_NO_INPUT"

/** Why a question was not asked. */
export type NotAsked = "no-terminal" | AskingDisabled

/** A confirmation can't be asked for. `no-terminal`: stdin is a terminal, and there is none to write to. */
export class CannotAsk extends Data.TaggedError("CannotAsk")<{ readonly notAsked: NotAsked }> {
  override get message(): string {
    return this.notAsked === "no-terminal"
      ? "There is no terminal to show the question on: nothing was changed."
      : `This needs confirmation, and ${this.notAsked} is set: nothing was changed.`
  }
}

/** The answer at the prompt was not yes; `no` if it was in so many words. */
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
