import * as Terminal from "@effect/platform/Terminal"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Ref from "effect/Ref"
import { Process } from "../../services/Process.ts"
import { type Count, Progress, type Waiting } from "../../services/Progress.ts"
import { escapeLines } from "./escape.ts"

/** Nothing is shown about what takes less time than this. */
const showAfterMillis = 1000

/** Clears what is right of the cursor. */
const clearLine = "\u001B[K"

const textOf = (state: Waiting, waitedSeconds: number): string => {
  const attempt = (number: number) => (number > 1 ? ` (attempt ${number})` : "")
  if (state._tag === "File") return `Waiting for ${state.path}: ${waitedSeconds} s`
  return state._tag === "Answer"
    ? `Waiting for ${state.host}${attempt(state.attempt)}: ${waitedSeconds} s`
    : `${state.reason}; attempt ${state.attempt} in ${Math.max(0, Math.ceil(state.millis / 1000) - waitedSeconds)} s`
}

/**
 * On a terminal, one line on stderr: what takes longer than a second, or how far
 * a run over several PATs is. It is gone when that is over. In a pipe nothing.
 */
export const makeProgress = Effect.gen(function* () {
  const { stderr } = yield* Process
  if (!stderr.isTerminal) return Progress.silent
  const terminal = yield* Terminal.Terminal
  const display = (text: string) => Effect.ignore(terminal.display(text))
  const counted = yield* Ref.make<Count | undefined>(undefined)
  /** The line as it is while nothing is waited for: how far the run is, or nothing. */
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
          // One line at most, or clearing it would leave its first part.
          yield* display(
            `\r${escapeLines(textOf(state, seconds)).slice(0, stderr.columns() - 1)}${clearLine}`,
          )
          yield* Effect.sleep(1000)
        }),
      ).pipe(Effect.ensuring(rest))
    })
  return Progress.of({
    // Requests may run side by side: whoever comes last is shown, and no line is left behind.
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
