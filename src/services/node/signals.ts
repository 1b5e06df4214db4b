/** The signals that this process got: there is one process, and it ends once. */
import { constants } from "node:os"
import { isatty } from "node:tty"
import { makeRunMain } from "@effect/platform/Runtime"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/**
 * The signals that end a process unless it handles them, and that it may handle:
 * SIGPROF belongs to Node's profiler. A handler for SIGUSR1 also keeps Node from
 * opening its debugger in a process that holds a credential.
 */
const names: ReadonlyArray<NodeJS.Signals> = [
  ...(["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGVTALRM"] as const),
  ...(["SIGXCPU", "SIGBREAK"] as const),
  // macOS ignores its SIGIO, and has neither of the others.
  ...(process.platform === "linux" ? (["SIGIO", "SIGPWR", "SIGSTKFLT"] as const) : []),
]

/** Those of them that this system has. */
export const handled = names.filter((name) => constants.signals[name] !== undefined)

/** A second signal that comes sooner than this, in milliseconds, is the first one once more. */
const sameSignalMillis = 300

/** Milliseconds on a clock that is never set. */
const monotonic = (): number => Number(process.hrtime.bigint()) / 1e6

let first: { readonly signal: NodeJS.Signals; readonly at: number } | undefined
let shields = 0
const onFirst = new Set<() => void>()
const onAgain = new Set<() => void>()

/** The exit code of an interruption that no signal is known for. */
export const interrupted = 128 + constants.signals.SIGINT

const signalledCode = (): number | undefined =>
  first === undefined ? undefined : 128 + constants.signals[first.signal]

/** Ends this process as the signal would have done. */
const kill = (signal: NodeJS.Signals): void => void process.kill(process.pid, signal)

/**
 * Listens to signals until the release is called. The first one interrupts; a
 * second one kills the process, except behind a shield.
 */
const listen = (interrupt: () => void): (() => void) => {
  const listener = (signal: NodeJS.Signals) => {
    const now = monotonic()
    if (first === undefined) {
      first = { signal, at: now }
      interrupt()
      for (const listener of onFirst) listener()
    } else if (now - first.at >= sameSignalMillis) {
      if (shields > 0) {
        for (const listener of onAgain) listener()
      } else {
        release()
        kill(signal)
      }
    }
  }
  const release = () => {
    for (const signal of handled) process.off(signal, listener)
  }
  for (const signal of handled) process.on(signal, listener)
  return release
}

const waitFor = (listeners: Set<() => void>): Effect.Effect<void> =>
  Effect.async((resume) => {
    const listener = () => resume(Effect.void)
    listeners.add(listener)
    return Effect.sync(() => void listeners.delete(listener))
  })

/** `Signals` of a real process. */
export const signals = {
  first: Effect.gen(function* () {
    if (first === undefined) yield* waitFor(onFirst)
    const ago = monotonic() - (first?.at ?? 0)
    return (yield* Clock.currentTimeMillis) - ago
  }),
  again: waitFor(onAgain),
  exitCode: signalledCode,
  shield: <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.acquireUseRelease(
      Effect.sync(() => void shields++),
      () => work,
      () => Effect.sync(() => void shields--),
    ),
}

/**
 * Passes signals on to a child until the release is called. A terminal sends
 * SIGINT and SIGQUIT to both of us, so those two are not passed on if there is one.
 *
 * @param alone - signals that only the child gets: our other listeners are set aside
 */
export const passSignals = (
  send: (signal: NodeJS.Signals) => void,
  typed: boolean,
  alone: ReadonlyArray<NodeJS.Signals>,
): (() => void) => {
  const releases = handled.map((signal) => {
    const pass = typed && (signal === "SIGINT" || signal === "SIGQUIT") ? () => {} : () => send(signal)
    const others = alone.includes(signal) ? process.rawListeners(signal) : []
    process.on(signal, pass)
    for (const other of others) process.off(signal, other as NodeJS.SignalsListener)
    return () => {
      for (const other of others) process.on(signal, other as NodeJS.SignalsListener)
      process.off(signal, pass)
    }
  })
  return () => {
    for (const release of releases.splice(0)) release()
  }
}

/** How long a task that can't be cancelled, such as the look-up of a name, may delay the end after a signal. */
const endAfterMillis = 500

/**
 * Runs the effect as the process. A signal interrupts it, so that requests are
 * cancelled and the terminal is put in order, and decides the exit code;
 * otherwise `process.exitCode` is set. The process ends by itself, since
 * `process.exit` would cut off what a pipe has not read yet.
 */
export const runMain = makeRunMain(({ fiber, teardown }) => {
  const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor))
  const keepAlive = setInterval(() => {}, 2 ** 31 - 1)
  const stopListening = listen(() => fiber.unsafeInterruptAsFork(fiber.id()))
  const hasHungUp = () => !terminals.every((descriptor) => isatty(descriptor))
  fiber.addObserver((exit) => {
    stopListening()
    clearInterval(keepAlive)
    teardown(exit, (code) => {
      process.exitCode = signalledCode() ?? code
      // When Node exits normally, it aborts if its terminal is gone, and it waits for its threads.
      if (hasHungUp()) kill("SIGHUP")
      else if (first !== undefined) setTimeout(kill, endAfterMillis, first.signal).unref()
    })
  })
})
