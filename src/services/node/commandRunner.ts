import type { ChildProcess } from "node:child_process"
import { Socket } from "node:net"
import type { Writable } from "node:stream"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import {
  type CommandEnd,
  type CommandLine,
  CommandRunner,
  type Environment,
  type Gift,
} from "../CommandRunner.ts"
import { capture } from "./capture.ts"
import { environmentWithout, exitCodeOf, hasTerminal, shareStderr, start, systemError } from "./child.ts"
import { find } from "./findCommand.ts"
import { handled, passSignals } from "./signals.ts"

/** How long a process that a command left behind may keep its stdin open before the token counts as unread. */
const heldMillis = 3_000

/**
 * A child's stdin as a stream that is read too. Node only writes to it, and
 * would not learn that the child closed it with bytes left in it: Linux says so
 * to a reader of our end (ECONNRESET). It closes without an error where all of
 * it was read.
 */
const readable = (stdin: Writable): Writable => {
  const handle: unknown = Reflect.get(stdin, "_handle")
  return handle
    ? new Socket({ ...{ handle }, readable: true, writable: true, allowHalfOpen: true }).resume()
    : stdin
}

/** Gives a secret to a command on its stdin: see `CommandRunner`. */
const give = ([name, ...args]: CommandLine, { secret, without }: Gift) =>
  Effect.suspend(() =>
    start<CommandEnd>(
      name,
      args,
      { stdio: ["pipe", 2, 2], env: environmentWithout(without) },
      (child, done) => {
        shareStderr()
        const release = passSignals((signal) => void child.kill(signal), hasTerminal(), [
          "SIGUSR1",
          "SIGUSR2",
        ])
        child.once("error", release)
        let exitCode: number | undefined
        let readAll: boolean | undefined
        const end = () => {
          if (exitCode === undefined || readAll === undefined) return
          release()
          done({ exitCode, readAll })
        }
        const { stdin } = child
        if (child.pid === undefined || stdin === null) return
        // Or Node closes it at the child's end, while another process may still read.
        child.stdin = null
        let timer: NodeJS.Timeout | undefined
        const ended = (all: boolean) => {
          clearTimeout(timer)
          readAll ??= all
          end()
        }
        const ours = readable(stdin)
          .on("error", () => ended(false))
          .once("close", () => ended(true))
          .end(Redacted.value(secret))
        child.once("exit", (code, signal) => {
          exitCode = exitCodeOf(code, signal)
          if (readAll === undefined)
            timer = setTimeout(() => ours.destroy(systemError("ETIMEDOUT")), heldMillis)
          end()
        })
      },
    ),
  )

/** How long a command that is to end may take before it is killed, in milliseconds. */
const killAfterMillis = 5_000

/** Asks a child to end, kills it if it doesn't, and waits until it has. */
const stop = (child: ChildProcess): Effect.Effect<void> =>
  Effect.async<void>((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
    const timer = setTimeout(() => child.kill("SIGKILL"), killAfterMillis)
    child.once("exit", () => {
      clearTimeout(timer)
      resume(Effect.void)
    })
    child.kill("SIGTERM")
  })

/**
 * Runs a command with our stdin, stdout and stderr, and with a changed
 * environment. It gives the command's exit code, or 128 and the number of the
 * signal that it died of, as shells do. Interruption ends the command.
 *
 * It is not run through a shell, so nothing in an argument is expanded. On
 * Windows only programs (`.exe`) are found by their plain name: for a script
 * such as `npm.cmd`, give `cmd /c npm`.
 */
export const runCommand = ([name, ...args]: CommandLine, environment: Environment) =>
  Effect.suspend(() => {
    const env = { ...process.env }
    for (const [variable, value] of Object.entries(environment)) {
      if (value === undefined) delete env[variable]
      else env[variable] = Redacted.isRedacted(value) ? Redacted.value(value) : value
    }
    return start<number>(name, args, { stdio: "inherit", env }, (child, done) => {
      shareStderr()
      // The runtime's own listeners would interrupt us, and with us a child that handles Ctrl-C itself.
      const release = passSignals((signal) => void child.kill(signal), hasTerminal(), handled)
      child.once("error", release)
      child.once("exit", (code, signal) => {
        release()
        done(exitCodeOf(code, signal))
      })
      return stop(child)
    })
  })

/** The `CommandRunner` of a real process. */
export const commandRunner = CommandRunner.of({ capture, find, give, run: runCommand })
