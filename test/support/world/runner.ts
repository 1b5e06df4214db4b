import * as Effect from "effect/Effect"
import { CommandRunner } from "../../../src/services/CommandRunner.ts"

/** Dies where a command is looked for or run. */
export const runsNothing = CommandRunner.of({
  capture: () => Effect.dieMessage("the test must not run a command that prints a secret"),
  find: (name) => Effect.dieMessage(`the test must not look for ${name}`),
  give: ([name]) => Effect.dieMessage(`the test must not run ${name}`),
  run: ([name]) => Effect.dieMessage(`the test must not run ${name}`),
})
