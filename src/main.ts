import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { makeLive } from "./cli/live.ts"
import { type Early, run } from "./cli/run.ts"
import type { Request } from "./cli/strict/parse.ts"
import type { CommandShape } from "./cli/strict/shape.ts"
import { interrupted, runMain } from "./services/node/signals.ts"
import { Pages, pagesOf } from "./services/Pages.ts"

/**
 * The program: a command line (without the program's name), the command tree of
 * the build, what the line asks for, and what reads a page of the docs.
 */
export const main = (
  argv: ReadonlyArray<string>,
  tree: CommandShape,
  request: Exclude<Request, Early>,
  readPage: (name: string) => string,
): void => {
  const program = run(argv, tree, request).pipe(Effect.provideService(Pages, pagesOf(readPage)))
  const live = Effect.flatMap(makeLive, (services) => Effect.provide(program, services))
  runMain(Effect.scoped(live), {
    disableErrorReporting: true,
    disablePrettyLogger: true,
    // `run` ends with an exit code; what is left to fail is an interruption.
    teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) ? (exit.value as number) : interrupted),
  })
}
