/** What a person typed or set, and can't be used. */
import * as Data from "effect/Data"

/** A label that breaks a rule of `domain/Label`. */
export class InvalidLabel extends Data.TaggedError("InvalidLabel")<{
  readonly reason: "blank" | "control-character" | "too-long"
  readonly value: string
}> {}

/** A key ID that does not have the form of one. */
export class InvalidKeyId extends Data.TaggedError("InvalidKeyId")<{
  readonly reason: "format"
  readonly value: string
  /** 1-based, where it is a line of stdin. */
  readonly line?: number
  /** What was to be done with the PAT, where it could have been found by its label. */
  readonly verb?: "revoke" | "rotate" | "show"
}> {}

/** What was to be read from stdin can't be. */
export class InputUnreadable extends Data.TaggedError("InputUnreadable")<{
  readonly reason: "too-large" | "failed"
  /** The system's code, such as `EISDIR`, where it failed. */
  readonly code: string | undefined
}> {}

/** A scope that the API does not have: a `list` is several that it has in one value. */
export class InvalidScope extends Data.TaggedError("InvalidScope")<{
  readonly reason: "unknown" | "list"
  readonly value: string
  /** The scope that was probably meant. */
  readonly nearest: string | undefined
}> {}

/** No scope was given, where at least one is needed. */
export class ScopeMissing extends Data.TaggedError("ScopeMissing") {}

/** An expiry that is not a date. */
export class InvalidExpiry extends Data.TaggedError("InvalidExpiry")<{
  readonly reason: "format" | "no-such-day"
  readonly value: string
}> {}

/** A duration that can't be read, or that ends after the year 9999. */
export class InvalidDuration extends Data.TaggedError("InvalidDuration")<{
  readonly reason: "format" | "too-far"
  readonly value: string
}> {}

/** A value from the command line that breaks a rule of its type. */
export type InvalidInput =
  | InvalidLabel
  | InvalidKeyId
  | InvalidScope
  | ScopeMissing
  | InvalidExpiry
  | InvalidDuration

/** A setting (flag, environment variable or rcfile line) that can't be used. */
export class SettingsError extends Data.TaggedError("SettingsError")<{
  /** The variable, flag or file that is wrong. */
  readonly source: string
  /** 1-based, when a line of the rcfile is wrong. */
  readonly line?: number
  readonly reason: string
  /** What to do about it, where the source alone does not tell. */
  readonly advice?: string
}> {}
