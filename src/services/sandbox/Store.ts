import * as Effect from "effect/Effect"
import * as SynchronizedRef from "effect/SynchronizedRef"
import { empty, type State } from "./State.ts"

/** Where the state is kept: in memory, for as long as the sandbox runs. */
export interface Store {
  /** Makes one change, alone and whole, and gives its result. */
  readonly modify: <A>(change: (state: State) => Effect.Effect<readonly [A, State]>) => Effect.Effect<A>
}

/** A store that starts with a given state. */
export const inMemory = (initial: State = empty): Effect.Effect<Store> =>
  Effect.map(SynchronizedRef.make(initial), (state) => ({
    // A client that hangs up must not leave half a change behind.
    modify: (change) => Effect.uninterruptible(SynchronizedRef.modifyEffect(state, change)),
  }))
