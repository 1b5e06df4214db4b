import type { ChildProcess, SpawnOptions } from "node:child_process"
import { closeSync, constants, openSync } from "node:fs"
import { Socket } from "node:net"
import { constants as system } from "node:os"
import type { Writable } from "node:stream"
import { isatty } from "node:tty"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { CommandUnusable } from "../../domain/Errors.ts"
import {
  type CommandEnd,
  type CommandLine,
  type CommandOutput,
  CommandRunner,
  credentialVariables,
  type Environment,
  type ShellCommand,
} from "../CommandRunner.ts"
import { find, isMissing, isWindows } from "./findCommand.ts"
import { handled, passSignals } from "./signals.ts"

/** Our environment without our credentials, and with these variables. */
const withVariables = (environment: Environment): NodeJS.ProcessEnv => {
  const env = { ...process.env }
  for (const name of credentialVariables) delete env[name]
  for (const [name, value] of Object.entries(environment))
    env[name] = Redacted.isRedacted(value) ? Redacted.value(value) : value
  return env
}

type Options = SpawnOptions & { readonly environment?: Environment }

/** Watches a child, and calls `done` with its result. An interruption runs the effect that it returns. */
type Watch<A> = (child: ChildProcess, done: (result: A) => void) => Effect.Effect<void> | void

/** Starts a program and watches it. Fails if the program can't be started. */
export const start = <A>(
  [name, ...args]: CommandLine,
  { environment = {}, ...options }: Options,
  watch: Watch<A>,
): Effect.Effect<A, CommandUnusable> =>
  // Loading it takes 5 ms, too much for every start. It also gives `runMain` a turn of the event loop
  // to add its signal listeners, which must be there before `passSignals` can set them aside.
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
          // Some failures (a script without `#!`, an empty name) are thrown, not emitted.
          return failed(error)
        }
        child.on("error", failed)
        return watch(child, (result) => resume(Effect.succeed(result)))
      }),
  )

/** Asks a child to end, kills it if it still runs after `patience` milliseconds, and waits until it has ended. */
const stop = (
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

/** The exit code of a child, as shells report it: 128 plus the signal's number if a signal killed it. */
const exitCodeOf = ({ exitCode, signalCode }: ChildProcess): number =>
  exitCode ?? 128 + (signalCode === null ? 0 : system.signals[signalCode])

/** Whether this process has a controlling terminal, whose Ctrl-C also reaches the commands that we start. */
const hasTerminal = (): boolean => {
  if (isWindows) return true
  try {
    closeSync(openSync("/dev/tty", constants.O_RDONLY | constants.O_NOCTTY | constants.O_NONBLOCK))
    return true
  } catch {
    return false
  }
}

let shared = false

/** Whether a command had our stderr, and may have left an unfinished line there. */
export const mayHaveOpenLine = (): boolean => shared

/**
 * Starts a command with our stderr, and passes signals on to it until it is done.
 *
 * @param alone - the signals that only the command gets
 */
const startShared = <A>(
  command: CommandLine,
  options: Options,
  alone: ReadonlyArray<NodeJS.Signals>,
  watch: Watch<A>,
) =>
  start<A>(command, options, (child, done) => {
    shared = true
    const release = passSignals((signal) => void child.kill(signal), hasTerminal(), alone)
    child.once("error", release)
    return watch(child, (result) => {
      release()
      done(result)
    })
  })

/** How long a process that a command left behind may keep stdin open before the token counts as unread, in milliseconds. */
const heldMillis = 3_000

/**
 * A child's stdin as a stream that is also read. Node only writes to it, and
 * wouldn't notice that the child closed it with bytes left in it, which Linux tells
 * a reader of our end (ECONNRESET). Without an error, the child read all of it.
 */
const readable = (stdin: Writable): Writable => {
  const handle: unknown = Reflect.get(stdin, "_handle")
  return handle
    ? new Socket({ ...{ handle }, readable: true, writable: true, allowHalfOpen: true }).resume()
    : stdin
}

const give = (command: CommandLine, secret: Redacted.Redacted) =>
  startShared<CommandEnd>(command, { stdio: ["pipe", 2, 2] }, ["SIGUSR1", "SIGUSR2"], (child, done) => {
    const { stdin } = child
    if (child.pid === undefined || stdin === null) return
    // Otherwise Node closes it when the child ends, although another process may still read it.
    child.stdin = null
    const ours = readable(stdin)
    const read = new Promise<boolean>((resolve) => {
      ours
        .on("error", () => resolve(false))
        .once("close", () => resolve(true))
        .end(Redacted.value(secret))
    })
    child.once("exit", () => {
      setTimeout(() => ours.destroy(new Error("held")), heldMillis).unref()
      void read.then((readAll) => done({ exitCode: exitCodeOf(child), readAll }))
    })
  })

/** How long a command may take to end before it is killed, in milliseconds. */
const killAfterMillis = 5_000

// Only the command gets the signals. The runtime would interrupt us, and with us a command that handles Ctrl-C itself.
const run = (command: CommandLine, environment: Environment) =>
  startShared<number>(command, { stdio: "inherit", environment }, handled, (child, done) => {
    child.once("exit", () => done(exitCodeOf(child)))
    return stop(child, (signal) => void child.kill(signal), killAfterMillis)
  })

/** How long to wait for the stdout of an ended shell to close, and for a shell to end when asked, in milliseconds. */
const waitMillis = 1_000

const capture = ({ command, interactive, maxBytes }: ShellCommand) =>
  Effect.suspend(() => {
    // In a process group of its own, a shell can be killed with all that it started, but it can't ask at a terminal.
    const detached = !isWindows && !hasTerminal()
    const stdin = interactive && isatty(0) ? 0 : "ignore"
    return start<CommandOutput>(
      [Redacted.value(command)],
      { shell: true, detached, stdio: [stdin, "pipe", 2] },
      (child, done) => {
        const kill = (signal: NodeJS.Signals) => {
          try {
            if (detached && child.pid !== undefined) process.kill(-child.pid, signal)
            else child.kill(signal)
          } catch {
            // It has ended.
          }
        }
        const chunks: Array<Buffer> = []
        let size = 0
        child.stdout?.on("data", (chunk: Buffer) => {
          size += chunk.length
          if (size <= maxBytes) chunks.push(chunk)
          else kill("SIGKILL")
        })
        const end = () => {
          child.stdout?.destroy()
          const stdout = size > maxBytes ? undefined : Redacted.make(Buffer.concat(chunks).toString("utf8"))
          done({ exitCode: exitCodeOf(child), stdout })
        }
        child.once("exit", () => void setTimeout(end, waitMillis).unref())
        child.once("close", end)
        return Effect.map(stop(child, kill, waitMillis), () => {
          // This also kills processes that the shell left behind.
          if (detached) kill("SIGKILL")
          child.stdout?.destroy()
        })
      },
    )
  }).pipe(
    // The command line may contain a secret, and it is the shell that couldn't be started.
    Effect.mapError((error) => new CommandUnusable({ ...error, name: "sh" })),
  )

/** The `CommandRunner` of a real process. */
export const commandRunner = CommandRunner.of({ capture, find, give, run })
