/** The signals that this process got: there is one process, and it ends once. */
import { constants } from "node:os"
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

/** The signal that has come, if any. */
export const signalled = (): NodeJS.Signals | undefined => first?.signal

/** The exit code for it. */
export const signalledCode = (): number | undefined =>
  first === undefined ? undefined : 128 + constants.signals[first.signal]

/** Ends this process as the signal would have. */
export const kill = (signal: NodeJS.Signals): void => void process.kill(process.pid, signal)

/**
 * Listens to signals until the release is called. The first one interrupts; a
 * second one kills the process, except behind a shield.
 */
export const listen = (interrupt: () => void): (() => void) => {
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
  shield: <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.acquireUseRelease(
      Effect.sync(() => void shields++),
      () => work,
      () => Effect.sync(() => void shields--),
    ),
}

/**
 * Passes signals on to a child until the release is called. A terminal sends
 * SIGINT and SIGQUIT to both of us, so those two are not passed on where there is one.
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
