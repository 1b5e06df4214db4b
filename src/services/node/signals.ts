/** Handles the signals of this process. The state is global, since a process ends once. */
import { constants } from "node:os"
import { isatty } from "node:tty"
import { makeRunMain } from "@effect/platform/Runtime"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/**
 * The signals that end a process unless it handles them, except SIGPROF, which
 * belongs to Node's profiler. Handling SIGUSR1 also keeps Node from opening its
 * debugger in a process that holds a credential.
 */
const names: ReadonlyArray<NodeJS.Signals> = [
  ...(["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGVTALRM"] as const),
  ...(["SIGXCPU", "SIGBREAK"] as const),
  // macOS ignores SIGIO, and doesn't have the other two.
  ...(process.platform === "linux" ? (["SIGIO", "SIGPWR", "SIGSTKFLT"] as const) : []),
]

/** The signals that we handle on this system. */
export const handled = names.filter((name) => constants.signals[name] !== undefined)

/** A second signal within this time, in milliseconds, is the same Ctrl-C, delivered twice. */
const sameSignalMillis = 300

/** Milliseconds on a monotonic clock. */
const monotonic = (): number => Number(process.hrtime.bigint()) / 1e6

let first: { readonly signal: NodeJS.Signals; readonly at: number } | undefined
let shields = 0
const onFirst = new Set<() => void>()
const onAgain = new Set<() => void>()

/** The exit code after an interruption without a signal. */
export const interrupted = 128 + constants.signals.SIGINT

const signalledCode = (): number | undefined =>
  first === undefined ? undefined : 128 + constants.signals[first.signal]

/** Sends the signal to this process, to end it as the signal does by default. */
const kill = (signal: NodeJS.Signals): void => void process.kill(process.pid, signal)

/**
 * Listens to signals until the function that it returns is called. The first signal
 * interrupts. A second one kills the process, unless `shield` protects it.
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
 * Passes signals on to a child until the function that it returns is called.
 *
 * @param typed - whether a terminal sends SIGINT and SIGQUIT to both of us: then they are not passed on
 * @param alone - the signals that only the child gets: our other listeners are set aside
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

/** How long a task that can't be cancelled, such as a DNS look-up, may delay the end after a signal, in milliseconds. */
const endAfterMillis = 500

/**
 * Runs an effect as the main program. A signal interrupts it, so that requests are
 * cancelled and the terminal is restored, and decides the exit code. Sets
 * `process.exitCode` and lets the process end by itself: `process.exit` would cut off
 * output that a pipe has not read yet.
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
      // In a normal exit, Node aborts if its terminal is gone, and waits for its threads.
      if (hasHungUp()) kill("SIGHUP")
      else if (first !== undefined) setTimeout(kill, endAfterMillis, first.signal).unref()
    })
  })
})
