import * as Terminal from "@effect/platform/Terminal"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Ref from "effect/Ref"
import { Progress, type Waiting } from "../../services/Progress.ts"
import { Streams } from "../../services/Streams.ts"
import { type Printable, printable } from "./printable.ts"

/** Nothing is shown about what takes less time than this. */
const showAfterMillis = 1000

const describe = (state: Waiting, waitedSeconds: number): Printable => {
  const attempt = (number: number) => (number > 1 ? ` (attempt ${number})` : "")
  return state._tag === "Answer"
    ? printable`Waiting for ${state.host}${attempt(state.attempt)}: ${waitedSeconds} s`
    : printable`${state.reason}; attempt ${state.attempt} in ${Math.max(0, Math.ceil(state.millis / 1000) - waitedSeconds)} s`
}

/**
 * On a terminal, one line on stderr while anything takes longer than a second,
 * gone when it is over; in a pipe nothing.
 */
export const makeProgress = Effect.gen(function* () {
  const { stderr } = yield* Streams
  if (!stderr.isTerminal) return Progress.of({ waiting: () => Effect.void, done: Effect.void })
  const terminal = yield* Terminal.Terminal
  const display = (text: string) => Effect.ignore(terminal.display(text))
  const running = yield* Ref.make<Fiber.RuntimeFiber<never> | undefined>(undefined)

  const replaceBy = (fiber: Fiber.RuntimeFiber<never> | undefined) =>
    Effect.flatMap(Ref.getAndSet(running, fiber), (before) =>
      before === undefined ? Effect.void : Effect.asVoid(Fiber.interrupt(before)),
    )
  const show = (state: Waiting) =>
    Effect.gen(function* () {
      const since = yield* Clock.currentTimeMillis
      yield* Effect.sleep(showAfterMillis)
      return yield* Effect.forever(
        Effect.gen(function* () {
          const seconds = Math.floor(((yield* Clock.currentTimeMillis) - since) / 1000)
          // One line at most, or clearing it would leave its first part.
          yield* display(`\r${describe(state, seconds).value.slice(0, stderr.columns - 1)}\u001B[K`)
          yield* Effect.sleep(1000)
        }),
      ).pipe(Effect.ensuring(display("\r\u001B[K")))
    })
  return Progress.of({
    // Requests may run side by side: whoever comes last is shown, and no line is left behind.
    waiting: (state: Waiting) => Effect.flatMap(Effect.forkDaemon(show(state)), replaceBy),
    done: replaceBy(undefined),
  })
})
