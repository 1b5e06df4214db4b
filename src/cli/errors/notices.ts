import * as Effect from "effect/Effect"
import { Notices } from "../../services/Notices.ts"
import { report } from "./report.ts"

/** Prints each notice at once, whatever the log level. */
export const makeNotices = (json: boolean) =>
  Notices.of({ owe: (notice) => Effect.asVoid(report(notice, json)) })
