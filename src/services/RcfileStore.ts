import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { SettingsError } from "../domain/Errors.ts"
import * as Rcfile from "../domain/Rcfile.ts"

/** A zpoolrc as it was found, or an empty one. */
export interface LoadedRcfile {
  readonly path: string
  readonly entries: ReadonlyMap<string, string>
  /** Whether its mode lets group or others read it. */
  readonly othersCanRead: boolean
  /** `~/x` as the shells that share the file mean it. */
  readonly expandHome: (path: string) => string
}

const variable = (name: string) =>
  Effect.map(
    Effect.option(Config.string(name)),
    Option.filter((value) => value !== ""),
  )

/**
 * Reads the rcfile: the one named, else `$XDG_CONFIG_HOME/zpools.io/zpoolrc`,
 * else `~/.config/zpools.io/zpoolrc`. A missing default file is an empty one;
 * a missing named file, or one that can't be read, is an error.
 */
export const load = Effect.fn("RcfileStore.load")(function* (named: Option.Option<string>) {
  const fs = yield* FileSystem.FileSystem
  const profile = yield* variable("USERPROFILE")
  const homeDir = Option.orElse(yield* variable("HOME"), () => profile)
  const expandHome = (path: string) =>
    Option.match(homeDir, {
      onNone: () => path,
      onSome: (dir) => path.replace(/^~(?=$|[/\\])/, () => dir),
    })
  const configDir = Option.orElse(yield* variable("XDG_CONFIG_HOME"), () =>
    Option.map(homeDir, (dir) => `${dir}/.config`),
  )
  const location = Option.orElse(named, () => Option.map(configDir, (dir) => `${dir}/zpools.io/zpoolrc`))
  const empty: LoadedRcfile = { path: "", entries: new Map(), othersCanRead: false, expandHome }
  if (Option.isNone(location)) return empty
  const path = location.value

  const content = yield* fs.readFileString(path).pipe(
    Effect.map(Option.some),
    Effect.catchAll((error) => {
      // Below a home such as /dev/null, which is no folder, there is no file either.
      const missing =
        error._tag === "SystemError" &&
        (error.reason === "NotFound" ||
          (error.cause as NodeJS.ErrnoException | undefined)?.code === "ENOTDIR")
      if (missing && Option.isNone(named)) return Effect.succeedNone
      return Effect.fail(
        new SettingsError({ source: path, reason: missing ? "does not exist" : "can't be read" }),
      )
    }),
  )
  if (Option.isNone(content)) return empty

  const entries = Rcfile.parse(content.value)
  if (Either.isLeft(entries)) {
    return yield* new SettingsError({ source: path, line: entries.left.line, reason: entries.left.reason })
  }
  // Windows has no such modes: there every file looks open.
  const { sep } = yield* Path.Path
  const mode = yield* Effect.match(fs.stat(path), { onFailure: () => 0, onSuccess: (info) => info.mode })
  const othersCanRead = sep === "/" && (mode & 0o044) !== 0
  return { path, entries: entries.right, othersCanRead, expandHome } satisfies LoadedRcfile
})
