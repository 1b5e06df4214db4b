/** What all programs that zpcli starts have in common. */
import type { ChildProcess, SpawnOptions } from "node:child_process"
import { closeSync, constants as modes, openSync } from "node:fs"
import { constants } from "node:os"
import * as Effect from "effect/Effect"
import { CommandUnusable } from "../../domain/Errors.ts"

export const isWindows = process.platform === "win32"

/** The system's code of an error. */
export const systemCodeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error ? String(error.code) : undefined

/** An error as the system gives it, by its code. */
export const systemError = (code: string) => Object.assign(new Error(code), { code })

/** Why a command could not be started, by what the system said. */
export const unusable = (name: string, error: unknown): CommandUnusable => {
  const code = systemCodeOf(error)
  const missing = code === "ENOENT" || code === "ENOTDIR" || name === ""
  return new CommandUnusable({ name, reason: missing ? "not-found" : "not-executable", code })
}

/**
 * Starts a program and watches it until `done` is called. An interruption does
 * what `watch` gives. Fails if the program can't be started.
 */
export const start = <A>(
  name: string,
  args: ReadonlyArray<string>,
  options: SpawnOptions,
  watch: (child: ChildProcess, done: (result: A) => void) => Effect.Effect<void> | void,
): Effect.Effect<A, CommandUnusable> =>
  // Loading it takes 5 ms, which is too much for each start. It also takes a turn, in which `runMain`
  // begins to listen for signals: its listeners have to be there before they can be set aside.
  Effect.flatMap(
    Effect.promise(() => import("node:child_process")),
    ({ spawn }) =>
      Effect.async<A, CommandUnusable>((resume) => {
        const failed = (error: unknown) => resume(Effect.fail(unusable(name, error)))
        let child: ChildProcess
        try {
          child = spawn(name, args, options)
        } catch (error) {
          // Some failures (a script without `#!`, an empty name) are thrown and not emitted.
          return failed(error)
        }
        child.on("error", failed)
        return watch(child, (result) => resume(Effect.succeed(result)))
      }),
  )

let shared = false

/** Notes that a program has our stderr: nobody knows whether it ends its last line. */
export const shareStderr = (): void => {
  shared = true
}

/** Whether a line that is not ours may be open on our stderr. */
export const mayBeOpen = (): boolean => shared

/** The exit code of a child as in shells: 128 plus the signal's number if it died from a signal. */
export const exitCodeOf = (code: number | null, signal: NodeJS.Signals | null): number =>
  code ?? 128 + (signal === null ? 0 : constants.signals[signal])

/** Our environment without these variables. */
export const environmentWithout = (variables: ReadonlyArray<string>): NodeJS.ProcessEnv => {
  const env = { ...process.env }
  for (const variable of variables) delete env[variable]
  return env
}

/** Whether a terminal controls this process, so that its Ctrl-C reaches what we start too. */
export const hasTerminal = (): boolean => {
  if (isWindows) return true
  try {
    closeSync(openSync("/dev/tty", modes.O_RDONLY | modes.O_NOCTTY | modes.O_NONBLOCK))
    return true
  } catch {
    return false
  }
}
