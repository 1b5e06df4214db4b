import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { CommandUnusable } from "../domain/Errors.ts"

/** A program and its arguments. It is not run through a shell. */
export type CommandLine = readonly [name: string, ...args: ReadonlyArray<string>]

/** How a command ended. */
export interface CommandEnd {
  /** 128 and the signal's number if it died of a signal, as in shells. */
  readonly exitCode: number
  /** Whether it read all that was on its stdin, as far as the system tells. */
  readonly readAll: boolean
}

/** A command line for a shell, whose output is a secret. */
export interface ShellCommand {
  readonly command: Redacted.Redacted
  /** Whether it may read from the terminal, if that is our stdin. It reads nothing else that we get. */
  readonly interactive: boolean
  /** More output than this ends it. */
  readonly maxBytes: number
}

/** What a command line printed. */
export interface CommandOutput {
  /** 128 and the signal's number if the shell died of a signal. */
  readonly exitCode: number
  /** Undefined if there was too much of it. */
  readonly stdout: Redacted.Redacted | undefined
}

/** Variables that a command gets in addition to our environment, or in place of those. */
export type Environment = Readonly<Record<string, string | Redacted.Redacted>>

/** Our own credentials, which no command that we run gets from us. */
export const credentialVariables: ReadonlyArray<string> = ["ZPOOLPAT", "ZPOOL_PASSWORD"].flatMap((name) => [
  name,
  `${name}_FILE`,
  `${name}_COMMAND`,
])

/** Runs other programs, with our environment except for our credentials. */
export class CommandRunner extends Context.Tag("zpcli/CommandRunner")<
  CommandRunner,
  {
    /** Fails if no command of this name can be started, or if it is a script whose interpreter can't. */
    readonly find: (name: string) => Effect.Effect<void, CommandUnusable>
    /**
     * Gives a secret to a command on its stdin, with nothing after it, not even a
     * line break, and waits for its end. Its stdout and stderr go to our stderr.
     * Signals are passed on to it meanwhile; SIGUSR1 and SIGUSR2, at which a
     * command may reload, do nothing to us.
     */
    readonly give: (
      command: CommandLine,
      secret: Redacted.Redacted,
    ) => Effect.Effect<CommandEnd, CommandUnusable>
    /**
     * Runs a command with our stdin, stdout and stderr, and gives its exit code:
     * 128 and the signal's number if it died of a signal. Signals go to it
     * meanwhile, and do not interrupt us; an interruption ends it. On Windows only
     * programs (`.exe`) are found by their plain name: for a script such as
     * `npm.cmd`, give `cmd /c npm`.
     */
    readonly run: (command: CommandLine, environment: Environment) => Effect.Effect<number, CommandUnusable>
    /** Runs a command line in the system's shell, with our stderr. An interruption ends it. */
    readonly capture: (command: ShellCommand) => Effect.Effect<CommandOutput, CommandUnusable>
  }
>() {}
