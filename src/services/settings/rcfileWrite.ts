/** Saves a PAT in the rcfile, for `zpcli login` and `--save`. */

import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as ApiUrl from "../../domain/ApiUrl.ts"
import { DeliveryFailed } from "../../domain/Errors.ts"
import { explained } from "../../domain/errors/words.ts"
import * as Rcfile from "../../domain/Rcfile.ts"
import { cannotWrite, codeOf, Files, whyNotWritten } from "../Files.ts"
import { Connection, defaultApiUrl } from "./Connection.ts"
import { brokenLine, entriesOf, home, wrong } from "./rcfileRead.ts"
import { Settings } from "./Settings.ts"

/** An rcfile that was checked, so that saving a PAT will probably succeed. */
export interface OpenRcfile {
  readonly path: string
  /** Saves a PAT, replaces the one that is there, if any, and keeps every other line. */
  readonly save: (pat: Redacted.Redacted) => Effect.Effect<void, DeliveryFailed>
}

const nameAnother = "Name another file with --rcfile."

/** The PAT in the rcfile, if there is one. */
export const current = Effect.map(Settings, ({ rcfile }) =>
  Option.map(Option.fromNullable(rcfile.entries.get("ZPOOLPAT") || undefined), Redacted.make),
)

/** The variables that a PAT may come from. If one is set in the environment, those in the rcfile are ignored. */
const sources = ["ZPOOLPAT", "ZPOOLPAT_FILE", "ZPOOLPAT_COMMAND"] as const

/** Warns if another setting hides the saved PAT, or would send it to a different API. */
const warn = Effect.gen(function* () {
  const { findAll, rcfile } = yield* Settings
  for (const { from, key } of yield* findAll(sources)) {
    if (from === "rcfile") continue
    yield* Effect.logWarning(`${key} is set in the environment and overrides ${rcfile.path}.`)
  }
  const [url] = yield* findAll(["ZPOOL_API_URL"])
  if (url?.from !== "environment") return
  const { base } = (yield* Connection).api
  const later = ApiUrl.parse(rcfile.entries.get("ZPOOL_API_URL") || defaultApiUrl)
  if (Either.isRight(later) && later.right.base === base) return
  yield* Effect.logWarning(
    `The saved PAT is for ${base}. Set ZPOOL_API_URL in ${rcfile.path} too, or zpcli will send the PAT to another API when the variable is unset.`,
  )
})

/**
 * The current content of the rcfile, with its PAT replaced. Fails if a setting in it
 * has changed since the settings were loaded: this run has not checked it, and a PAT
 * that another program has saved may be the only copy of its token. That holds even
 * with --replace.
 */
const contentWith = Effect.fnUntraced(function* (pat: string) {
  const { rcfile } = yield* Settings
  const { path } = rcfile
  const content = yield* (yield* FileSystem.FileSystem)
    .readFile(path)
    .pipe(
      Effect.catchAll((error) =>
        codeOf(error) === "ENOENT"
          ? Effect.succeed(new Uint8Array())
          : wrong(path, `can't be read (${explained(codeOf(error))})`, nameAnother),
      ),
    )
  const entries = yield* entriesOf(path, content)
  for (const key of Rcfile.keys) {
    if ((entries.get(key) ?? "") === (rcfile.entries.get(key) ?? "")) continue
    return yield* wrong(
      path,
      `had its ${key} changed while zpcli was working`,
      "Look at that file, then run the command again.",
    )
  }
  return yield* Either.mapLeft(Rcfile.withPat(content, pat), brokenLine(path))
})

/** Checks that a PAT can be saved in the rcfile, before anything is sent. */
export const open = Effect.gen(function* () {
  const { rcfile } = yield* Settings
  const { path } = rcfile
  if (path === "") return yield* wrong("The rcfile", "can't be found: HOME is not set", nameAnother)
  const other = sources.slice(1).find((key) => rcfile.entries.get(key))
  if (other !== undefined) {
    return yield* wrong(
      path,
      `has a ${other} line, which excludes a PAT beside it`,
      "Remove that line, or name another file with --rcfile.",
    )
  }
  const files = yield* Files
  const rules = {
    replace: true,
    shared: true,
    home: Option.getOrUndefined(yield* home),
  }
  yield* Effect.mapError(files.look(path, rules), cannotWrite(path, "--rcfile"))
  // A trial with a dummy token: fails now, and not after the PAT was created, if the content can't be changed.
  yield* contentWith("zpat_dummy")
  const world = yield* Effect.context<Settings | Connection | FileSystem.FileSystem>()
  const save = (pat: Redacted.Redacted) =>
    Effect.gen(function* () {
      const text = Redacted.value(pat)
      if (!Rcfile.canHold(text)) return yield* wrong(path, "can't hold such characters")
      const write = yield* files.open(path, rules)
      // Another program may have written to it before we got the lock.
      yield* write(yield* contentWith(text))
    }).pipe(
      Effect.scoped,
      Effect.uninterruptible,
      Effect.mapError(
        (error) =>
          new DeliveryFailed({
            target: path,
            why: error._tag === "SettingsError" ? `it ${error.reason}` : whyNotWritten(error),
          }),
      ),
      Effect.zipRight(warn),
      Effect.provide(world),
    )
  return { path, save } satisfies OpenRcfile
}).pipe(Effect.withSpan("rcfileWrite.open"))
