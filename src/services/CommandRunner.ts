import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { CommandUnusable } from "../domain/Errors.ts"

/** A program and its arguments. It is not run through a shell. */
export type CommandLine = readonly [name: string, ...args: ReadonlyArray<string>]

/** How a command ended. */
export interface CommandEnd {
  /** 128 and the signal's number where it died of a signal, as shells have it. */
  readonly exitCode: number
  /** Whether it read all that was on its stdin, as far as the system tells. */
  readonly readAll: boolean
}

/** How to give a secret to a command. */
export interface Gift {
  /** All that is on its stdin: nothing follows, no line break either. */
  readonly secret: Redacted.Redacted
  /** Variables of our environment that it does not get. */
  readonly without: ReadonlyArray<string>
}

/** A command line for a shell, whose output is a secret. */
export interface ShellCommand {
  readonly command: Redacted.Redacted
  /** Whether it may read from the terminal, if that is our stdin. It reads nothing else that we get. */
  readonly interactive: boolean
  /** More output than this ends it. */
  readonly maxBytes: number
  /** Variables of our environment that it does not get. */
  readonly without: ReadonlyArray<string>
}

/** What a command line printed. */
export interface CommandOutput {
  /** 128 and the signal's number where the shell died of a signal. */
  readonly exitCode: number
  /** Undefined if there was too much of it. */
  readonly stdout: Redacted.Redacted | undefined
}

/** Changes to our environment for a command. A variable that is undefined is taken out. */
export type Environment = Readonly<Record<string, string | Redacted.Redacted | undefined>>

/** Our own credentials, which are no business of a command that we run. */
export const credentialVariables: ReadonlyArray<string> = ["ZPOOLPAT", "ZPOOL_PASSWORD"].flatMap((name) => [
  name,
  `${name}_FILE`,
  `${name}_COMMAND`,
])

/** Runs other programs. */
export class CommandRunner extends Context.Tag("zpcli/CommandRunner")<
  CommandRunner,
  {
    /** Fails where a command of this name can't be started, or is a script whose interpreter can't. */
    readonly find: (name: string) => Effect.Effect<void, CommandUnusable>
    /**
     * Gives a secret to a command, whose stdout and stderr go to our stderr, and
     * waits for its end. Signals are passed on to it meanwhile; SIGUSR1 and SIGUSR2,
     * at which a command may reload, do nothing to us.
     */
    readonly give: (command: CommandLine, gift: Gift) => Effect.Effect<CommandEnd, CommandUnusable>
    /**
     * Runs a command with our stdin, stdout and stderr, and gives its exit code:
     * 128 and the signal's number where it died of a signal. Signals go to it
     * meanwhile, and do not interrupt us; an interruption ends it.
     */
    readonly run: (command: CommandLine, environment: Environment) => Effect.Effect<number, CommandUnusable>
    /** Runs a command line by the system's shell, with our stderr. An interruption ends it. */
    readonly capture: (command: ShellCommand) => Effect.Effect<CommandOutput, CommandUnusable>
  }
>() {}
