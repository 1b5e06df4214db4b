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
    // At a terminal a stream of its own: `process.stdin` would be at its end, and is needed for a password.
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
 * Whether a descriptor is the null device. Node opens it in the place of a
 * standard stream that is closed. Windows does not tell.
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
 * Whether a stream may be coloured: only a terminal, and not with `NO_COLOR`
 * (when not empty) or `TERM=dumb`; `FORCE_COLOR` forces it, unless `NO_COLOR`.
 */
const colorAllowed = (isTerminal: boolean, env: NodeJS.ProcessEnv): boolean => {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "") return env.FORCE_COLOR !== "0"
  return isTerminal && env.TERM !== "dumb"
}

/** The program that opens a page, without a shell in between: on Windows `start` would need one. */
const opener: Readonly<Record<string, CommandLine>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
}

// The program goes on when we have ended.
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

// `process.exit` would wait for the threads of a look-up.
const endSoon = Effect.sync(() => {
  setTimeout(() => process.kill(process.pid, "SIGKILL"), killAfterMillis).unref()
})

// Opening a stream, stdin above all, takes far longer than asking its descriptor.
const streamOf = (descriptor: 1 | 2): Stream => {
  const isTerminal = isatty(descriptor)
  return {
    isTerminal,
    color: colorAllowed(isTerminal, process.env),
    columns: () => (isTerminal && (descriptor === 1 ? process.stdout : process.stderr).columns) || 80,
  }
}

/** This process. Nothing is opened until it is asked for. */
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
