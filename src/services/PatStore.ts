/** The PAT that is kept in the rcfile: `zpcli login` and `--save` write it. */
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as ApiUrl from "../domain/ApiUrl.ts"
import { DeliveryFailed, SettingsError } from "../domain/Errors.ts"
import * as Rcfile from "../domain/Rcfile.ts"
import { Connection, defaultApiUrl } from "./Connection.ts"
import { Identity } from "./Identity.ts"
import { makeFolder } from "./makeFolder.ts"
import { codeOf } from "./platformErrors.ts"
import { correctLine } from "./RcfileStore.ts"
import { Settings } from "./Settings.ts"

/** An rcfile that a PAT can be written to, as far as is known before it is done. */
export interface PatStore {
  readonly path: string
  /** Puts a PAT in the place of any other there, and leaves every other line as it is. */
  readonly save: (pat: Redacted.Redacted) => Effect.Effect<void, DeliveryFailed>
}

const wrong = (source: string, reason: string, advice = "Name another file with --rcfile.", line?: number) =>
  new SettingsError({ source, reason, advice, ...(line === undefined ? {} : { line }) })

/** The PAT that the rcfile has, if any. */
export const current = Effect.map(Settings, ({ rcfile }) =>
  Option.fromNullable(rcfile.entries.get("ZPOOLPAT")?.trim()).pipe(
    Option.filter((pat) => pat !== ""),
    Option.map(Redacted.make),
  ),
)

/** The content of a file, and what it is behind symbolic links: a regular file of our own, or none yet. */
const read = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const { uid } = yield* Identity
  const none = { target: path, content: new Uint8Array() }
  return yield* Effect.gen(function* () {
    const target = yield* fs.realPath(path)
    const { type, uid: owner } = yield* fs.stat(target)
    if (type !== "File") {
      return yield* wrong(
        path,
        "is not a regular file, so no PAT can be saved in it",
        path === "/dev/null"
          ? "In the shell of a sandbox your rcfile is not used: leave it with exit first, or name a file with --rcfile."
          : undefined,
      )
    }
    if (Option.isSome(uid) && Option.exists(owner, (id) => id !== uid.value)) {
      return yield* wrong(path, "belongs to another user, so no PAT is saved in it")
    }
    return { target, content: yield* fs.readFile(target) }
  }).pipe(
    Effect.catchIf(
      (error) => error._tag !== "SettingsError",
      (error) =>
        Effect.flatMap(Effect.isSuccess(fs.readLink(path)), (isLink) =>
          codeOf(error) !== "ENOENT"
            ? wrong(path, `can't be read (${codeOf(error)})`)
            : isLink
              ? wrong(path, "is a symbolic link to a file that does not exist")
              : Effect.succeed(none),
        ),
    ),
  )
})

/** The content of the rcfile with a PAT, and where it goes. */
const withPat = Effect.fnUntraced(function* (path: string, pat: string) {
  const { content, target } = yield* read(path)
  const after = Rcfile.withPat(content, pat)
  if (Either.isRight(after)) return { target, content: after.right }
  const { line, reason } = after.left
  return yield* wrong(path, reason, correctLine, line)
})

/** Whether files can be made in a folder, or in the nearest one above it that exists. */
const writable = (folder: string): Effect.Effect<void, PlatformError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const parent = (yield* Path.Path).dirname(folder)
    yield* fs.access(folder, { writable: true }).pipe(
      Effect.catchIf(
        (error) => codeOf(error) === "ENOENT" && parent !== folder,
        () => writable(parent),
      ),
    )
  })

/** Writes a file of mode 0600 whole, by rename: who reads it meanwhile sees the old one or the new one. */
const replace = Effect.fnUntraced(function* (target: string, content: Uint8Array) {
  const fs = yield* FileSystem.FileSystem
  yield* makeFolder((yield* Path.Path).dirname(target))
  const made = `${target}.${yield* Random.nextIntBetween(1e8, 1e9)}.tmp`
  yield* Effect.scoped(
    Effect.flatMap(fs.open(made, { flag: "wx", mode: 0o600 }), (file) =>
      Effect.zipRight(file.writeAll(content), file.sync),
    ),
  ).pipe(
    Effect.zipRight(fs.rename(made, target)),
    Effect.onError(() => Effect.ignore(fs.remove(made))),
  )
}, Effect.uninterruptible)

/** The variables that a PAT may come from; those of the environment hide those of the rcfile. */
const sources = ["ZPOOLPAT", "ZPOOLPAT_FILE", "ZPOOLPAT_COMMAND"]

/** Warns of what keeps a saved PAT from being used, or sends it to another API than the one it is for. */
const warn = Effect.gen(function* () {
  const { find, rcfile } = yield* Settings
  const inEnvironment = (key: string) =>
    Effect.map(
      find(key),
      Option.exists(({ from }) => from === "environment"),
    )
  for (const name of sources) {
    if (!(yield* inEnvironment(name))) continue
    yield* Effect.logWarning(`${name} is set in the environment and overrides ${rcfile.path}.`)
  }
  if (!(yield* inEnvironment("ZPOOL_API_URL"))) return
  const { base } = (yield* Connection).api
  const later = ApiUrl.parse(rcfile.entries.get("ZPOOL_API_URL")?.trim() || defaultApiUrl)
  if (Either.isRight(later) && later.right.base === base) return
  yield* Effect.logWarning(
    `The saved PAT is for ${base}. Without ZPOOL_API_URL in the environment it will be sent to another API: set ZPOOL_API_URL in ${rcfile.path} too.`,
  )
})

/** Checks that a PAT can be written to the rcfile, while nothing has been sent. */
export const open = Effect.gen(function* () {
  const { rcfile } = yield* Settings
  const { path } = rcfile
  if (path === "") return yield* wrong("The rcfile", "can't be found: HOME is not set")
  const other = sources.slice(1).find((key) => rcfile.entries.get(key)?.trim())
  if (other !== undefined) {
    return yield* wrong(
      path,
      `has a ${other} line, which excludes a PAT beside it`,
      "Remove that line, or name another file with --rcfile.",
    )
  }
  const { target } = yield* withPat(path, "zpat_")
  yield* Effect.mapError(writable((yield* Path.Path).dirname(target)), (error) =>
    wrong(path, `can't be written (${codeOf(error)})`),
  )
  const world = yield* Effect.context<Settings | Connection | FileSystem.FileSystem | Path.Path>()
  const save = (pat: Redacted.Redacted) =>
    Effect.gen(function* () {
      const text = Redacted.value(pat)
      if (!Rcfile.canHold(text)) return yield* wrong(path, "can't hold such characters")
      // Read once more: it may have changed since.
      const { content, target } = yield* withPat(path, text)
      yield* replace(target, content)
    }).pipe(
      Effect.mapError(
        (error) =>
          new DeliveryFailed({
            target: path,
            code: error._tag === "SettingsError" ? `it ${error.reason}` : codeOf(error),
          }),
      ),
      Effect.zipRight(warn),
      Effect.provide(world),
    )
  return { path, save } satisfies PatStore
}).pipe(Effect.withSpan("PatStore.open"))
