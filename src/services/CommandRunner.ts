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

/** Runs other programs. */
export class CommandRunner extends Context.Tag("zpcli/CommandRunner")<
  CommandRunner,
  {
    /** Fails where a command of this name can't be started. */
    readonly find: (name: string) => Effect.Effect<void, CommandUnusable>
    /**
     * Gives a secret to a command, whose stdout and stderr go to our stderr, and
     * waits for its end. SIGTERM and SIGHUP are passed on to it meanwhile, and
     * SIGINT where no terminal sends it to both.
     */
    readonly give: (command: CommandLine, gift: Gift) => Effect.Effect<CommandEnd, CommandUnusable>
  }
>() {}
