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

/** Our environment without our credentials, with these variables in addition. */
const withVariables = (environment: Environment): NodeJS.ProcessEnv => {
  const env = { ...process.env }
  for (const name of credentialVariables) delete env[name]
  for (const [name, value] of Object.entries(environment))
    env[name] = Redacted.isRedacted(value) ? Redacted.value(value) : value
  return env
}

type Options = SpawnOptions & { readonly environment?: Environment }

/** Watches a child until it calls `done`. An interruption does what it gives. */
type Watch<A> = (child: ChildProcess, done: (result: A) => void) => Effect.Effect<void> | void

/** Starts a program and watches it. Fails if the program can't be started. */
export const start = <A>(
  [name, ...args]: CommandLine,
  { environment = {}, ...options }: Options,
  watch: Watch<A>,
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

/** The exit code of a child as in shells: 128 plus the signal's number if it died from a signal. */
const exitCodeOf = ({ exitCode, signalCode }: ChildProcess): number =>
  exitCode ?? 128 + (signalCode === null ? 0 : system.signals[signalCode])

/** Whether a terminal controls this process, so that its Ctrl-C reaches what we start too. */
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

/** Whether a command had our stderr, and may have left a line there without a line break. */
export const mayHaveOpenLine = (): boolean => shared

/**
 * Starts a command that has our stderr, and passes signals on to it until it is done.
 *
 * @param alone - signals that only the command gets
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

/** How long a process that a command left behind may keep its stdin open before the token counts as unread. */
const heldMillis = 3_000

/**
 * A child's stdin as a stream that is read too. Node only writes to it, and
 * would not learn that the child closed it with bytes left in it: Linux says so
 * to a reader of our end (ECONNRESET). It closes without an error if all of
 * it was read.
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
    // Otherwise Node closes it when the child ends, while another process may still read.
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

/** How long a command that is to end may take before it is killed, in milliseconds. */
const killAfterMillis = 5_000

// The runtime's own listeners would interrupt us, and with us a child that handles Ctrl-C itself.
const run = (command: CommandLine, environment: Environment) =>
  startShared<number>(command, { stdio: "inherit", environment }, handled, (child, done) => {
    child.once("exit", () => done(exitCodeOf(child)))
    return stop(child, (signal) => void child.kill(signal), killAfterMillis)
  })

/** How long to wait for an ended shell's stdout to close, and for a shell to end when asked to, in milliseconds. */
const waitMillis = 1_000

const capture = ({ command, interactive, maxBytes }: ShellCommand) =>
  Effect.suspend(() => {
    // In its own group, the shell can be ended with all that it started, but it couldn't ask at a terminal.
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
          // This also ends processes that the shell has left behind.
          if (detached) kill("SIGKILL")
          child.stdout?.destroy()
        })
      },
    )
  }).pipe(
    // The command line may contain a secret, and its first word is not what couldn't be started.
    Effect.mapError((error) => new CommandUnusable({ ...error, name: "sh" })),
  )

/** The `CommandRunner` of a real process. */
export const commandRunner = CommandRunner.of({ capture, find, give, run })
