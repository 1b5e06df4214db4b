import { type ChildProcess, spawn } from "node:child_process"
import * as Effect from "effect/Effect"
import type { CommandUnusable } from "../../domain/Errors.ts"
import type { CommandLine } from "../CommandRunner.ts"
import { exitCodeOf, unusable } from "./child.ts"

/** How long a command that is to end may take before it is killed, in milliseconds. */
const killAfterMillis = 5_000

/**
 * Leaves signals to the child until the release is called. Other listeners are
 * set aside: the runtime's own would interrupt us, and with us a child that
 * handles Ctrl-C itself. A terminal sends SIGINT to both of us, so that one is
 * only ignored; SIGTERM goes to one process, and is passed on.
 */
const leaveSignalsTo = (child: ChildProcess): (() => void) => {
  const actions: ReadonlyArray<readonly [NodeJS.Signals, () => void]> = [
    ["SIGINT", () => {}],
    ["SIGQUIT", () => {}],
    ["SIGHUP", () => child.kill("SIGHUP")],
    ["SIGTERM", () => child.kill("SIGTERM")],
  ]
  const releases = actions.map(([signal, action]) => {
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
 * Runs a command with our stdin, stdout and stderr, and with more environment
 * variables than ours. It gives the command's exit code, or 128 and the number
 * of the signal that it died of, as shells do. Fails when it can't be started.
 * Interruption ends the command.
 *
 * It is not run through a shell, so nothing in an argument is expanded. On
 * Windows only programs (`.exe`) are found by their plain name: for a script
 * such as `npm.cmd`, give `cmd /c npm`.
 */
export const runCommand = (
  command: CommandLine,
  environment: Record<string, string>,
): Effect.Effect<number, CommandUnusable> =>
  // `runMain` starts the program, and only then listens for signals: its
  // listeners have to be there before they can be set aside.
  Effect.zipRight(Effect.yieldNow(), run(command, environment))

const run = (command: CommandLine, environment: Record<string, string>) =>
  Effect.async<number, CommandUnusable>((resume) => {
    const [name, ...args] = command
    let child: ChildProcess
    try {
      // The one place in the sandbox that looks at our own environment: the child gets all of it.
      child = spawn(name, args, { stdio: "inherit", shell: false, env: { ...process.env, ...environment } })
    } catch (error) {
      // Some failures (a script without `#!`, an empty name) are thrown and not emitted.
      return resume(Effect.fail(unusable(name, error)))
    }
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
