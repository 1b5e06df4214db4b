import type * as Terminal from "@effect/platform/Terminal"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { AskingDisabled, InputUnreadable } from "../domain/Errors.ts"

/** What stdout or stderr is attached to. */
export interface Stream {
  readonly isTerminal: boolean
  /** Whether colour and style may be used. */
  readonly color: boolean
  /** Width in columns at this moment; 80 unless it is a terminal. */
  readonly columns: () => number
}

/** The process that the program runs in: its streams, its user, its machine, and how it ends. */
export interface Surroundings {
  readonly stdin: { readonly isTerminal: boolean }
  readonly stdout: Stream & {
    /** Whether its output is lost: it is the null device, as a closed stdout becomes. */
    readonly discards: Effect.Effect<boolean>
  }
  readonly stderr: Stream & {
    /** Whether a command that shared it may have left a line there without a line break. */
    readonly mayHaveOpenLine: () => boolean
  }
  /** Everything on stdin up to its end, as text: at most 1 MiB. */
  readonly readStdin: Effect.Effect<string, InputUnreadable>
  /** Opens the terminal that the process belongs to, whatever its streams are; undefined if it has none. */
  readonly openTerminal: Effect.Effect<Terminal.Terminal | undefined, never, Scope.Scope>
  /** Whether `--no-input` was given: the program asks for nothing, but still reads data from stdin. */
  readonly noInput: boolean
  /** The numeric user ID; undefined on Windows. Files that another user owns are not trusted. */
  readonly uid: number | undefined
  readonly isWindows: boolean
  readonly hostName: Effect.Effect<string>
  /** Opens a page in the user's browser. Failures are ignored, since the address is always printed too. */
  readonly openPage: (url: string) => Effect.Effect<void>
  /** Ends the process shortly, even if something can't be cancelled (such as a name being looked up). */
  readonly endSoon: Effect.Effect<void>
}

const pipe: Stream = { isTerminal: false, color: false, columns: () => 80 }

/** A process without a terminal, a user or a browser, whose stdin is empty: what a library gets. */
export const detached: Surroundings = {
  stdin: { isTerminal: false },
  stdout: { ...pipe, discards: Effect.succeed(false) },
  stderr: { ...pipe, mayHaveOpenLine: () => false },
  readStdin: Effect.succeed(""),
  openTerminal: Effect.succeed(undefined),
  noInput: false,
  uid: undefined,
  isWindows: false,
  hostName: Effect.succeed("localhost"),
  openPage: () => Effect.void,
  endSoon: Effect.void,
}

export class Process extends Context.Reference<Process>()("zpcli/Process", {
  defaultValue: () => detached,
}) {}

/** The same process, with `--no-color` and `--no-input` in force where they were given. */
export const withOptions =
  ({ noColor, noInput }: { readonly noColor: boolean; readonly noInput: boolean }) =>
  (self: Surroundings): Surroundings => {
    const plain = noColor ? { color: false } : {}
    return { ...self, stdout: { ...self.stdout, ...plain }, stderr: { ...self.stderr, ...plain }, noInput }
  }

/** A variable of the environment, unless it is empty. */
export const variable = (name: string): Effect.Effect<Option.Option<string>> =>
  Effect.match(Config.string(name), {
    onFailure: () => Option.none(),
    onSuccess: (value) => (value === "" ? Option.none() : Option.some(value)),
  })

/** Why the program must not ask for anything: `--no-input`, or `ZPOOL_NO_INPUT`; undefined if it may. */
export const askingDisabled: Effect.Effect<AskingDisabled | undefined> = Effect.gen(function* () {
  if ((yield* Process).noInput) return "--no-input"
  return Option.exists(yield* variable("ZPOOL_NO_INPUT"), (value) => value.trim() !== "")
    ? "ZPOOL_NO_INPUT"
    : undefined
})
