import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { OutputFailed } from "../domain/Errors.ts"
import { Printable } from "./printable.ts"

/** What one of the process's streams is attached to. */
export interface Stream {
  readonly isTerminal: boolean
  /** Whether colour and style may be used: see `colorAllowed`. */
  readonly color: boolean
  /** Width in columns, where it is a terminal. */
  readonly columns: number
}

/** What stdin, stdout and stderr are attached to. */
export class Streams extends Context.Tag("zpcli/Streams")<
  Streams,
  {
    readonly stdin: { readonly isTerminal: boolean }
    readonly stdout: Stream
    readonly stderr: Stream
  }
>() {}

/** The variables that decide about colour. */
export interface ColorVariables {
  readonly NO_COLOR?: string | undefined
  readonly FORCE_COLOR?: string | undefined
  readonly TERM?: string | undefined
}

/**
 * Whether a stream may be coloured: only a terminal, and not with `NO_COLOR`
 * (when not empty) or `TERM=dumb`; `FORCE_COLOR` forces it, unless `NO_COLOR`.
 */
export const colorAllowed = (isTerminal: boolean, env: ColorVariables): boolean => {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "") return env.FORCE_COLOR !== "0"
  return isTerminal && env.TERM !== "dumb"
}

/**
 * `Console` has no error channel. The live one dies with an `OutputFailed`
 * where stdout can't be written, and this makes an error of it again.
 */
const recoverOutputFailure = Effect.catchSomeDefect((defect: unknown) =>
  defect instanceof OutputFailed ? Option.some(Effect.fail(defect)) : Option.none(),
)

/** Writes a result to stdout, with a line break behind it. */
export const print = (text: Printable): Effect.Effect<void, OutputFailed> =>
  recoverOutputFailure(Console.log(text.value))

/** Writes an error or notice to stderr, with a line break behind it. That it can't be written is nobody's news. */
export const printError = (text: Printable): Effect.Effect<void> =>
  Effect.catchAll(recoverOutputFailure(Console.error(text.value)), () => Effect.void)

/** Prints a value as JSON on stdout. */
export const printJson = (
  value: unknown,
  layout?: "indented" | "compact",
): Effect.Effect<void, OutputFailed> => Effect.suspend(() => print(Printable.json(value, layout)))
