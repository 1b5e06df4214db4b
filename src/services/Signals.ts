import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"

/**
 * The signals that a process got. The first one interrupts the program; this is
 * for work that has to end in order first. The default is a world without signals.
 */
export class Signals extends Context.Reference<Signals>()("zpcli/Signals", {
  defaultValue: () => ({
    /** Waits for the first signal, and gives when it came, in milliseconds since the epoch. */
    first: Effect.never as Effect.Effect<number>,
    /** Waits for the next signal that comes at least 0.3 s after the first one: a wrapper may deliver the same Ctrl-C twice. */
    again: Effect.never as Effect.Effect<void>,
    /** The exit code for the first signal; undefined while there was none. */
    exitCode: (): number | undefined => undefined,
    /** While this work runs, a second signal doesn't end the process. */
    shield: identity as <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>,
  }),
}) {}
