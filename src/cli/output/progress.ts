import * as Terminal from "@effect/platform/Terminal"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Ref from "effect/Ref"
import { Process } from "../../services/Process.ts"
import { type Count, Progress, type Waiting } from "../../services/Progress.ts"
import { escapeLines } from "./escape.ts"

/** Nothing is shown about a wait that is shorter than this. */
const showAfterMillis = 1000

/** Clears the line to the right of the cursor. */
const clearLine = "\u001B[K"

const textOf = (state: Waiting, waitedSeconds: number): string => {
  const attempt = (number: number) => (number > 1 ? ` (attempt ${number})` : "")
  if (state._tag === "File") return `Waiting for ${state.path}: ${waitedSeconds} s`
  return state._tag === "Answer"
    ? `Waiting for ${state.host}${attempt(state.attempt)}: ${waitedSeconds} s`
    : `${state.reason}; attempt ${state.attempt} in ${Math.max(0, Math.ceil(state.millis / 1000) - waitedSeconds)} s`
}

/**
 * Shows a line on stderr, if it is a terminal, while something takes longer than a
 * second, and how many of several PATs are revoked. Clears it afterwards.
 */
export const makeProgress = Effect.gen(function* () {
  const { stderr } = yield* Process
  if (!stderr.isTerminal) return Progress.silent
  const terminal = yield* Terminal.Terminal
  const display = (text: string) => Effect.ignore(terminal.display(text))
  const counted = yield* Ref.make<Count | undefined>(undefined)
  /** Shows the line between two waits: how many are revoked, or nothing. */
  const rest = Effect.flatMap(Ref.get(counted), (count) =>
    display(`\r${count === undefined ? "" : `${count.done} of ${count.total} revoked`}${clearLine}`),
  )
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
          // A text of several lines could not be cleared as a whole.
          yield* display(
            `\r${escapeLines(textOf(state, seconds)).slice(0, stderr.columns() - 1)}${clearLine}`,
          )
          yield* Effect.sleep(1000)
        }),
      ).pipe(Effect.ensuring(rest))
    })
  return Progress.of({
    // Requests may run concurrently: the last one is shown, and no line is left behind.
    waiting: (state: Waiting) => Effect.flatMap(Effect.forkDaemon(show(state)), replaceBy),
    done: replaceBy(undefined),
    count: (count) =>
      Effect.flatMap(Ref.getAndSet(counted, count), (before) =>
        before === undefined && count === undefined ? Effect.void : rest,
      ),
    clear: Effect.flatMap(Ref.get(counted), (count) =>
      count === undefined ? Effect.void : display(`\r${clearLine}`),
    ),
  })
})
