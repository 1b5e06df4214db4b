import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { AskingDisabled } from "../domain/Errors.ts"

/** Whether `--no-input` was given: nothing is asked, at a terminal or not. Data is still read from stdin. */
export class NoInput extends Context.Reference<NoInput>()("zpcli/NoInput", { defaultValue: () => false }) {}

/** What keeps the program from asking for anything, if something does: `--no-input`, or `ZPOOL_NO_INPUT`. */
export const askingDisabled: Effect.Effect<AskingDisabled | undefined> = Effect.gen(function* () {
  if (yield* NoInput) return "--no-input"
  const variable = yield* Effect.option(Config.string("ZPOOL_NO_INPUT"))
  return Option.exists(variable, (value) => value.trim() !== "") ? "ZPOOL_NO_INPUT" : undefined
})
