import * as Effect from "effect/Effect"
import { Notices } from "../../services/Notices.ts"
import { printError } from "../output/print.ts"
import { describe } from "./describe.ts"
import { exitCodes, Interruption } from "./exitCodes.ts"
import { print } from "./report.ts"

/** Prints the first notice at once, whatever the log level, with the exit code that the run is about to have. */
export const makeNotices = (json: boolean) => {
  let owed = false
  return Notices.of({
    // With `--json`, stderr holds one object and nothing else.
    waiting: json
      ? Effect.void
      : printError("Waiting up to 5 s for the answer, to revoke the new PAT. Press Ctrl-C again to stop."),
    owe: (notice) =>
      Effect.flatMap(Interruption, ({ exitCode }) => {
        if (owed) return Effect.void
        owed = true
        return print({ ...describe(notice), exitCode: exitCode() ?? exitCodes.interrupted }, json)
      }),
  })
}
