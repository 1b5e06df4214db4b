/** What all programs that zpcli starts have in common. */
import type { ChildProcess, SpawnOptions } from "node:child_process"
import { constants } from "node:os"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { CommandUnusable } from "../../domain/Errors.ts"
import { credentialVariables, type Environment } from "../CommandRunner.ts"

export const isWindows = process.platform === "win32"

/** Whether a code of the system says that there is no such file. */
export const isMissing = (code: string | undefined): boolean => code === "ENOENT" || code === "ENOTDIR"

/** Our environment without our credentials, with these variables in addition. */
const withVariables = (environment: Environment): NodeJS.ProcessEnv => {
  const env = { ...process.env }
  for (const name of credentialVariables) delete env[name]
  for (const [name, value] of Object.entries(environment))
    env[name] = Redacted.isRedacted(value) ? Redacted.value(value) : value
  return env
}

/**
 * Starts a program and watches it until `done` is called. An interruption does
 * what `watch` gives. Fails if the program can't be started.
 */
export const start = <A>(
  name: string,
  args: ReadonlyArray<string>,
  { environment = {}, ...options }: SpawnOptions & { readonly environment?: Environment },
  watch: (child: ChildProcess, done: (result: A) => void) => Effect.Effect<void> | void,
): Effect.Effect<A, CommandUnusable> =>
  // Loading it takes 5 ms, which is too much for each start. It also takes a turn, in which `runMain`
  // begins to listen for signals: its listeners have to be there before they can be set aside.
  Effect.flatMap(
    Effect.promise(() => import("node:child_process")),
    ({ spawn }) =>
      Effect.async<A, CommandUnusable>((resume) => {
        const failed = (error: unknown) => {
          const { code } = error as NodeJS.ErrnoException
          const reason = isMissing(code) || name === "" ? "not-found" : "not-executable"
          resume(new CommandUnusable({ name, reason, code }))
        }
        let child: ChildProcess
        try {
          child = spawn(name, args, { ...options, env: withVariables(environment) })
        } catch (error) {
          // Some failures (a script without `#!`, an empty name) are thrown and not emitted.
          return failed(error)
        }
        child.on("error", failed)
        return watch(child, (result) => resume(Effect.succeed(result)))
      }),
  )

/** Asks a child to end, kills it if it has not done so after `patience` milliseconds, and waits until it has. */
export const stop = (
  child: ChildProcess,
  kill: (signal: NodeJS.Signals) => void,
  patience: number,
): Effect.Effect<void> =>
  Effect.async((resume) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null)
      return resume(Effect.void)
    const timer = setTimeout(kill, patience, "SIGKILL")
    child.once("exit", () => {
      clearTimeout(timer)
      resume(Effect.void)
    })
    kill("SIGTERM")
  })

/** The exit code of a child as in shells: 128 plus the signal's number if it died from a signal. */
export const exitCodeOf = ({ exitCode, signalCode }: ChildProcess): number =>
  exitCode ?? 128 + (signalCode === null ? 0 : constants.signals[signalCode])
