import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { SettingsError } from "../../domain/Errors.ts"
import { explained } from "../../domain/errors/words.ts"
import * as Rcfile from "../../domain/Rcfile.ts"
import { codeOf, isForeign } from "../Files.ts"
import { Process, variable } from "../Process.ts"
import { Progress } from "../Progress.ts"

/** A zpoolrc as it was found, or an empty one. */
export interface LoadedRcfile {
  /** Where it is, or would be; empty if the user's home is unknown. */
  readonly path: string
  /** Our settings in it, without blanks around them. A value may be empty. */
  readonly entries: ReadonlyMap<string, string>
  /** Whether its mode lets group or others read it. */
  readonly othersCanRead: boolean
  /** Whether its mode lets group or others write to it. */
  readonly othersCanWrite: boolean
  /** Who owns it: only its owner or root can change its mode. */
  readonly owner: "self" | "root" | "other"
}

/** The path in a variable. A relative one is ignored, so that nothing depends on the working folder. */
const folder = (name: string) =>
  Effect.flatMap(Path.Path, (path) => Effect.map(variable(name), Option.filter(path.isAbsolute)))

/** The user's home, if it is known. */
export const home = Effect.flatMap(folder("HOME"), (found) =>
  Option.isSome(found) ? Effect.succeed(found) : folder("USERPROFILE"),
)

/** Replaces `~`, `$HOME` or `${HOME}` at the start of a path with the user's home, if it is known. */
const expandHome = Effect.fnUntraced(function* (path: string) {
  return Option.match(yield* home, {
    onNone: () => path,
    onSome: (dir) => path.replace(/^(?:~|\$HOME|\$\{HOME\})(?=$|[/\\])/, () => dir),
  })
})

/**
 * The absolute path in a setting. A relative one is an error, so that nothing is
 * read from or written to the working folder by accident.
 *
 * @param source - the setting, as errors name it
 */
export const absolutePath = Effect.fnUntraced(function* (source: string, value: string) {
  const path = yield* expandHome(value)
  return (yield* Path.Path).isAbsolute(path)
    ? path
    : yield* new SettingsError({ source, reason: "must be an absolute path, or begin with ~/" })
})

/** The error about an invalid line of an rcfile. */
export const brokenLine =
  (path: string) =>
  (broken: Rcfile.BrokenLine): SettingsError =>
    new SettingsError({
      source: path,
      ...broken,
      advice: "Correct that line, or name another file with --rcfile.",
    })

/** Whether a file is in UTF-16: it begins with a byte order mark, or one of its first two bytes is zero. */
const isUtf16 = ([first, second]: Uint8Array): boolean =>
  (first === 0xff && second === 0xfe) ||
  (first === 0xfe && second === 0xff) ||
  (first !== undefined && second !== undefined && (first === 0) !== (second === 0))

/** The error about an rcfile that can't be used. */
export const wrong = (
  source: string,
  reason: string,
  advice = "Check that file, or name another one with --rcfile.",
) => new SettingsError({ source, reason, advice })

/** Our settings in the content of an rcfile. */
export const entriesOf = (
  path: string,
  content: Uint8Array,
): Either.Either<LoadedRcfile["entries"], SettingsError> =>
  isUtf16(content)
    ? Either.left(wrong(path, "is encoded in UTF-16; save it as UTF-8"))
    : Either.mapBoth(Rcfile.parse(new TextDecoder().decode(content)), {
        onLeft: brokenLine(path),
        onRight: (found) => new Map(Array.from(found, ([key, value]) => [key, value.trim()])),
      })

/** The path that a flag or variable names, else the default one; empty if the user's home is unknown. */
const locate = Effect.fnUntraced(function* (flag: Option.Option<string>) {
  if (Option.isSome(flag)) return { path: yield* expandHome(flag.value), named: "--rcfile" }
  const named = yield* variable("ZPOOL_RCFILE")
  if (Option.isSome(named))
    return { path: yield* absolutePath("ZPOOL_RCFILE", named.value), named: "ZPOOL_RCFILE" }
  const config = yield* folder("XDG_CONFIG_HOME")
  const base = Option.isSome(config) ? config : Option.map(yield* home, (dir) => `${dir}/.config`)
  return { path: Option.isSome(base) ? `${base.value}/zpools.io/zpoolrc` : "", named: undefined }
})

/**
 * Reads the rcfile: the one that `flag` names, else `ZPOOL_RCFILE`, else
 * `$XDG_CONFIG_HOME/zpools.io/zpoolrc`, else `~/.config/zpools.io/zpoolrc`. If the
 * default file doesn't exist, there are no settings; if permissions keep this user
 * from reading it, there are none either, with a warning. Otherwise a file that
 * can't be read is an error.
 *
 * @param mayBeMissing - whether the file that `flag` or `ZPOOL_RCFILE` names may be missing too
 * @param progress - shows that zpcli is waiting for the file
 */
export const loadRcfile = Effect.fn("loadRcfile")(function* (
  flag: Option.Option<string>,
  mayBeMissing = false,
  progress: Progress["Type"] = Progress.silent,
) {
  const fs = yield* FileSystem.FileSystem
  const { named, path } = yield* locate(flag)
  const empty: LoadedRcfile = {
    path,
    entries: new Map(),
    othersCanRead: false,
    othersCanWrite: false,
    owner: "self",
  }
  if (path === "" && named === undefined) return empty
  // A named file may be a pipe, and its writer may be slow.
  const reading =
    named === undefined
      ? fs.readFile(path)
      : Effect.zipRight(progress.waiting({ _tag: "File", path }), fs.readFile(path)).pipe(
          Effect.ensuring(progress.done),
        )
  const content = yield* reading.pipe(
    Effect.map(Option.some),
    Effect.catchAll((error) => {
      const code = codeOf(error)
      // If the home isn't a folder, such as /dev/null, there is no file either.
      const missing = code === "ENOENT" || code === "ENOTDIR"
      if (missing && (named === undefined || mayBeMissing)) return Effect.succeedNone
      if (named === undefined && (code === "EACCES" || code === "EPERM")) {
        return Effect.as(
          Effect.logWarning(`Settings in ${path} are ignored: the file can't be read (${code}).`),
          Option.none(),
        )
      }
      const reason = missing ? "does not exist" : `can't be read (${explained(code)})`
      const advice = "Correct ZPOOL_RCFILE or unset it, or name another file with --rcfile."
      return Effect.fail(wrong(path, reason, named === "ZPOOL_RCFILE" ? advice : undefined))
    }),
  )
  if (Option.isNone(content)) return empty
  const entries = yield* entriesOf(path, content.value)
  const info = yield* Effect.option(fs.stat(path))
  const { uid: me } = yield* Process
  // Windows has no such modes: every file would look open to others.
  const mode = Option.match(info, { onNone: () => 0, onSome: (found) => (me === undefined ? 0 : found.mode) })
  const owner = Option.getOrUndefined(Option.flatMap(info, (found) => found.uid))
  return {
    path,
    entries,
    othersCanRead: (mode & 0o044) !== 0,
    othersCanWrite: (mode & 0o022) !== 0,
    owner: !isForeign(owner, me) ? "self" : owner === 0 ? "root" : "other",
  } satisfies LoadedRcfile
})
