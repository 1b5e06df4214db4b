import * as Context from "effect/Context"

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
    readonly stdout: Stream & {
      /** Whether what is written to it is lost: it is the null device, as a closed stdout becomes. */
      readonly discards: boolean
    }
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

/** The same streams, none of which may be coloured. */
export const withoutColor = ({ stderr, stdin, stdout }: Streams["Type"]): Streams["Type"] => ({
  stdin,
  stdout: { ...stdout, color: false },
  stderr: { ...stderr, color: false },
})
