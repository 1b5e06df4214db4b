import { fstatSync, statSync } from "node:fs"
import { hostname } from "node:os"
import { addAbortSignal } from "node:stream"
import { isatty, ReadStream } from "node:tty"
import * as Effect from "effect/Effect"
import { InputUnreadable } from "../../domain/Errors.ts"
import type { CommandLine } from "../CommandRunner.ts"
import type { Stream, Surroundings } from "../Process.ts"
import { mayHaveOpenLine, start } from "./commandRunner.ts"
import { openTerminal } from "./terminal.ts"

/** About 25,000 key IDs. */
const maxBytes = 1 << 20

const readStdin = Effect.tryPromise({
  try: async (signal) => {
    if (fstatSync(0).isDirectory()) throw new InputUnreadable({ reason: "failed", code: "EISDIR" })
    // A stream of its own at a terminal, since `process.stdin` is needed for a password and would be at its end.
    const stdin = isatty(0) ? new ReadStream(0) : process.stdin
    const chunks: Array<Buffer> = []
    let size = 0
    for await (const chunk of addAbortSignal(signal, stdin)) {
      size += chunk.length
      if (size > maxBytes) throw new InputUnreadable({ reason: "too-large", code: undefined })
      chunks.push(chunk)
    }
    return Buffer.concat(chunks).toString("utf8")
  },
  catch: (error) => {
    if (error instanceof InputUnreadable) return error
    const { code, message } = error as NodeJS.ErrnoException
    return new InputUnreadable({ reason: "failed", code: code ?? message })
  },
})

/**
 * Whether a descriptor is the null device, which Node opens if a standard stream
 * is closed. Always false on Windows.
 */
const isNullDevice = (descriptor: number): boolean => {
  try {
    const stat = fstatSync(descriptor)
    return stat.isCharacterDevice() && stat.rdev === statSync("/dev/null").rdev
  } catch {
    return false
  }
}

/**
 * Whether a stream may be coloured. A non-empty `NO_COLOR` forbids it, and then
 * `FORCE_COLOR` decides; otherwise it must be a terminal, and `TERM` not `dumb`.
 */
const colorAllowed = (isTerminal: boolean, env: NodeJS.ProcessEnv): boolean => {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "") return env.FORCE_COLOR !== "0"
  return isTerminal && env.TERM !== "dumb"
}

/** The program that opens a page, without a shell, which `start` on Windows would need. */
const opener: Readonly<Record<string, CommandLine>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
}

// The program keeps running after we have ended.
const openPage = (url: string) => {
  const command: CommandLine = [...(opener[process.platform] ?? (["xdg-open"] as const)), url]
  return Effect.ignore(
    start<void>(command, { detached: true, stdio: "ignore" }, (child, done) => {
      child.unref()
      done()
    }),
  )
}

/** How long the process may stay after its work is done, in milliseconds. */
const killAfterMillis = 300

// `process.exit` would wait for the thread of a DNS look-up.
const endSoon = Effect.sync(() => {
  setTimeout(() => process.kill(process.pid, "SIGKILL"), killAfterMillis).unref()
})

// Asking a descriptor is much faster than opening its stream.
const streamOf = (descriptor: 1 | 2): Stream => {
  const isTerminal = isatty(descriptor)
  return {
    isTerminal,
    color: colorAllowed(isTerminal, process.env),
    columns: () => (isTerminal && (descriptor === 1 ? process.stdout : process.stderr).columns) || 80,
  }
}

/** This process. Streams are opened only when they are used. */
export const makeProcess = (): Surroundings => ({
  stdin: { isTerminal: isatty(0) },
  stdout: { ...streamOf(1), discards: Effect.sync(() => isNullDevice(1)) },
  stderr: { ...streamOf(2), mayHaveOpenLine },
  readStdin,
  openTerminal,
  noInput: false,
  uid: process.getuid?.(),
  isWindows: process.platform === "win32",
  hostName: Effect.sync(hostname),
  openPage,
  endSoon,
})
