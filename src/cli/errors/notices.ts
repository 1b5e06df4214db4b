import * as Effect from "effect/Effect"
import { Notices } from "../../services/Notices.ts"
import { describe } from "./describe.ts"
import { exitCodes, Interruption } from "./exitCodes.ts"
import { print } from "./report.ts"

/** Prints each notice at once, whatever the log level, with the exit code that the run is about to have. */
export const makeNotices = (json: boolean) =>
  Notices.of({
    owe: (notice) =>
      Effect.flatMap(Interruption, ({ exitCode }) =>
        print({ ...describe(notice), exitCode: exitCode() ?? exitCodes.interrupted }, json),
      ),
  })
