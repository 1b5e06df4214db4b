import type { ChildProcess } from "node:child_process"
import { accessSync, closeSync, constants as modes, openSync, statSync } from "node:fs"
import { Socket } from "node:net"
import { constants } from "node:os"
import { delimiter, join } from "node:path"
import type { Writable } from "node:stream"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { CommandUnusable } from "../../domain/Errors.ts"
import { type CommandEnd, type CommandLine, CommandRunner, type Gift } from "../CommandRunner.ts"

const isWindows = process.platform === "win32"

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error ? String(error.code) : undefined

/** Why a command could not be started, by what the system said. */
export const unusable = (name: string, error: unknown): CommandUnusable => {
  const code = codeOf(error)
  const missing = code === "ENOENT" || code === "ENOTDIR" || name === ""
  return new CommandUnusable({ name, reason: missing ? "not-found" : "not-executable", code })
}

/** The exit code of a child, as shells have it: 128 and the signal's number where it died of one. */
export const exitCodeOf = (code: number | null, signal: NodeJS.Signals | null): number =>
  code ?? 128 + (signal === null ? 0 : constants.signals[signal])

const systemError = (code: string) => Object.assign(new Error(code), { code })

/** The files that the system would look for, in its order. */
const candidates = (name: string): ReadonlyArray<string> => {
  const hasFolder = name.includes("/") || (isWindows && name.includes("\\"))
  const files = hasFolder
    ? [name]
    : (process.env.PATH ?? "/usr/bin:/bin").split(delimiter).map((folder) => join(folder || ".", name))
  return isWindows ? files.flatMap((file) => [file, `${file}.exe`, `${file}.com`]) : files
}

const find = (name: string): Effect.Effect<void, CommandUnusable> =>
  Effect.suspend(() => {
    let refused: unknown
    for (const file of name === "" ? [] : candidates(name)) {
      try {
        if (statSync(file).isFile()) {
          accessSync(file, modes.X_OK)
          return Effect.void
        }
        if (file === name) refused = systemError("EISDIR")
      } catch (error) {
        const code = codeOf(error)
        if (code !== "ENOENT" && code !== "ENOTDIR") refused ??= error
      }
    }
    return Effect.fail(unusable(name, refused ?? systemError("ENOENT")))
  })

/** Whether a terminal controls this process, so that its Ctrl-C reaches what we start too. */
const hasTerminal = (): boolean => {
  if (isWindows) return true
  try {
    closeSync(openSync("/dev/tty", modes.O_RDONLY | modes.O_NOCTTY | modes.O_NONBLOCK))
    return true
  } catch {
    return false
  }
}

/** Passes signals on to a child, beside what else listens to them, until the release is called. */
const passSignalsTo = (child: ChildProcess): (() => void) => {
  const pass = (signal: NodeJS.Signals) => void child.kill(signal)
  // With a listener that does nothing a second one of them does not end us before the child.
  const passKeys = hasTerminal() ? () => {} : pass
  const listeners: ReadonlyArray<readonly [NodeJS.Signals, (signal: NodeJS.Signals) => void]> = [
    ["SIGTERM", pass],
    ["SIGHUP", pass],
    ["SIGINT", passKeys],
    ["SIGQUIT", passKeys],
  ]
  for (const [signal, listener] of listeners) process.on(signal, listener)
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener)
  }
}

/**
 * A child's stdin as a stream that is read too. Node's is only written, so that
 * nobody would learn that the child closed it with bytes left in it: Linux
 * says so to a reader of our end (ECONNRESET).
 */
const readable = (stdin: Writable): Writable => {
  const handle: unknown = Reflect.get(stdin, "_handle")
  return handle
    ? new Socket({ ...{ handle }, readable: true, writable: true, allowHalfOpen: true }).resume()
    : stdin
}

const give = ([name, ...args]: CommandLine, { secret, without }: Gift) =>
  // Loading it takes 5 ms, which is too much for each start.
  Effect.flatMap(
    Effect.promise(() => import("node:child_process")),
    ({ spawn }) =>
      Effect.async<CommandEnd, CommandUnusable>((resume) => {
        const env = { ...process.env }
        for (const variable of without) delete env[variable]
        let child: ChildProcess
        try {
          child = spawn(name, args, { stdio: ["pipe", 2, 2], shell: false, env })
        } catch (error) {
          return resume(Effect.fail(unusable(name, error)))
        }
        const release = passSignalsTo(child)
        let readAll = true
        if (child.pid !== undefined && child.stdin !== null) {
          readable(child.stdin)
            .on("error", () => {
              readAll = false
            })
            .end(Redacted.value(secret))
        }
        child.once("error", (error) => {
          release()
          resume(Effect.fail(unusable(name, error)))
        })
        child.once("exit", (code, signal) => {
          release()
          resume(Effect.succeed({ exitCode: exitCodeOf(code, signal), readAll }))
        })
      }),
  )

/** The `CommandRunner` of a real process. */
export const commandRunner = CommandRunner.of({ find, give })
