import type { ChildProcess } from "node:child_process"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { CommandUnusable } from "../../domain/Errors.ts"
import type { CommandLine, Environment } from "../CommandRunner.ts"
import { exitCodeOf, hasTerminal, shareStderr, unusable } from "./child.ts"

type Spawn = typeof import("node:child_process").spawn

/** How long a command that is to end may take before it is killed, in milliseconds. */
const killAfterMillis = 5_000

/**
 * Leaves signals to the child until the release is called. Other listeners are
 * set aside: the runtime's own would interrupt us, and with us a child that
 * handles Ctrl-C itself. A terminal sends SIGINT to both of us, so that one is
 * only ignored where there is a terminal; SIGTERM goes to one process, and is
 * passed on.
 */
const leaveSignalsTo = (child: ChildProcess): (() => void) => {
  const signals = ["SIGINT", "SIGQUIT", "SIGHUP", "SIGTERM"] as const
  const typed: ReadonlyArray<NodeJS.Signals> = hasTerminal() ? ["SIGINT", "SIGQUIT"] : []
  const releases = signals.map((signal) => {
    const action = typed.includes(signal) ? () => {} : () => void child.kill(signal)
    const others = process.rawListeners(signal) as Array<NodeJS.SignalsListener>
    process.on(signal, action)
    for (const other of others) process.off(signal, other)
    return () => {
      for (const other of others) process.on(signal, other)
      process.off(signal, action)
    }
  })
  return () => {
    for (const release of releases.splice(0)) release()
  }
}

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
 * signal that it died of, as shells do. Fails when it can't be started.
 * Interruption ends the command.
 *
 * It is not run through a shell, so nothing in an argument is expanded. On
 * Windows only programs (`.exe`) are found by their plain name: for a script
 * such as `npm.cmd`, give `cmd /c npm`.
 */
export const runCommand = (
  command: CommandLine,
  environment: Environment,
): Effect.Effect<number, CommandUnusable> =>
  // Loading it takes 5 ms, which is too much for each start. It also takes a turn, in which `runMain`
  // begins to listen for signals: its listeners have to be there before they can be set aside.
  Effect.flatMap(
    Effect.promise(() => import("node:child_process")),
    ({ spawn }) => run(spawn, command, environment),
  )

const run = (spawn: Spawn, command: CommandLine, environment: Environment) =>
  Effect.async<number, CommandUnusable>((resume) => {
    const [name, ...args] = command
    const env = { ...process.env }
    for (const [variable, value] of Object.entries(environment)) {
      if (value === undefined) delete env[variable]
      else env[variable] = Redacted.isRedacted(value) ? Redacted.value(value) : value
    }
    let child: ChildProcess
    try {
      child = spawn(name, args, { stdio: "inherit", shell: false, env })
    } catch (error) {
      // Some failures (a script without `#!`, an empty name) are thrown and not emitted.
      return resume(Effect.fail(unusable(name, error)))
    }
    shareStderr()
    const release = leaveSignalsTo(child)
    child.on("error", (error) => {
      release()
      resume(Effect.fail(unusable(name, error)))
    })
    child.once("exit", (code, signal) => {
      release()
      resume(Effect.succeed(exitCodeOf(code, signal)))
    })
    return stop(child)
  })

/** Lets nothing end the process while an effect runs: a first signal has interrupted it, and waits for its end. */
export const shield = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const ignore = () => {}
      for (const signal of shielded) process.on(signal, ignore)
      return ignore
    }),
    () => work,
    (ignore) =>
      Effect.sync(() => {
        for (const signal of shielded) process.off(signal, ignore)
      }),
  )

const shielded = ["SIGINT", "SIGTERM", "SIGHUP"] as const
