/** Input that can't be used: typed, set, piped, or answered at a prompt. */
import * as Data from "effect/Data"
import { explained } from "./words.ts"

/** A value that breaks a rule of its type. The module with the rule writes the message. */
export class InvalidInput extends Data.TaggedError("InvalidInput")<{
  readonly kind: "label" | "key-id" | "scope" | "expiry" | "duration" | "username"
  readonly value: string
  readonly message: string
  /** What to do about it, if the kind alone does not say. */
  readonly advice?: string | undefined
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
      ? "This needs confirmation, but there is no terminal to ask on. Nothing was changed."
      : `This needs confirmation, but ${this.notAsked} is set. Nothing was changed.`
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

/** Signing in needs a value that is not set, and zpcli can't ask for it. */
export class CredentialMissing extends Data.TaggedError("CredentialMissing")<{
  readonly variable: "ZPOOLPAT" | "ZPOOL_USER" | "ZPOOL_PASSWORD"
  /** The kind that `--auth` asks for. */
  readonly only: "pat" | "jwt" | undefined
  /** Undefined if there was no answer, or if zpcli never asks for it. */
  readonly notAsked?: NotAsked | undefined
  /** The page on which PATs are created: for `zpcli login`. */
  readonly page?: string
}> {
  override get message(): string {
    const { notAsked, page, variable } = this
    if (page === undefined && variable === "ZPOOLPAT")
      return "Not signed in: --auth pat needs a PAT, but ZPOOLPAT is not set."
    const what = page !== undefined ? "PAT" : variable === "ZPOOL_USER" ? "username" : "password"
    if (notAsked === undefined) return `Not signed in: no ${what} was given.`
    const missing = page === undefined ? `no ${what} is set` : "no PAT was given"
    return notAsked === "no-terminal"
      ? `Not signed in: ${missing}, and there is no terminal to ask on.`
      : `Not signed in: ${missing}, and ${notAsked} disables prompts.`
  }
}

/** A setting names a file or a command, but it doesn't give the secret. */
export class SecretUnavailable extends Data.TaggedError("SecretUnavailable")<{
  /** The variable, and the rcfile if it is set there. */
  readonly source: string
  readonly reason:
    | "missing"
    /** It can't be read or started: see `code`. */
    | "unusable"
    | "not-a-file"
    /** See `exitCode`. */
    | "exit"
    | "timeout"
    | "empty"
    | "too-large"
    | "not-a-pat"
  /** The file; undefined for a command. */
  readonly path: string | undefined
  /** Whether the command seems to open `/dev/stdout`, which it can't. */
  readonly opensStdout?: boolean
  readonly code?: string | undefined
  readonly exitCode?: number | undefined
}> {
  override get message(): string {
    const { path, source } = this
    const isCommand = path === undefined
    const why = {
      missing: "does not exist",
      unusable: isCommand ? `can't be run (${this.code})` : `can't be read (${explained(this.code)})`,
      "not-a-file": "is not a regular file",
      exit: `failed with exit code ${this.exitCode}`,
      timeout: "did not finish within 60 s",
      empty: isCommand ? "printed nothing" : "is empty",
      "too-large": isCommand ? "printed too much" : "is too large",
      "not-a-pat": `${isCommand ? "printed" : "contains"} an invalid PAT, with spaces or non-ASCII characters`,
    }[this.reason]
    return `Not signed in: ${isCommand ? `the command in ${source}` : `the file ${path} (${source})`} ${why}.`
  }
}
