import type { FileSystem } from "@effect/platform/FileSystem"
import type { Path } from "@effect/platform/Path"
import * as Array from "effect/Array"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { Auth } from "../../domain/Credential.ts"
import type { SettingsError } from "../../domain/Errors.ts"
import { variable } from "../Process.ts"
import type { Progress } from "../Progress.ts"
import { type LoadedRcfile, loadRcfile } from "./rcfileRead.ts"

/** The command-line flags that are settings. */
export interface Flags {
  readonly rcfile: Option.Option<string>
  readonly auth: Auth
  /** Whether the command will write the rcfile. Then even a named one may be missing. */
  readonly save?: boolean
}

/** A setting that is not blank, and its source. */
export interface Setting {
  readonly key: string
  /** As it was written, including blanks around it. */
  readonly value: Redacted.Redacted
  /** As errors name it: the variable, or `VARIABLE in RCFILE`. */
  readonly source: string
  readonly from: "environment" | "rcfile"
}

/** A setting's text, without the blanks around it. */
export const textOf = ({ value }: Setting): string => Redacted.value(value).trim()

/** A setting, unless it is missing or blank. */
const settingOf = (
  key: string,
  text: Option.Option<string>,
  source: string,
  from: Setting["from"],
): Option.Option<Setting> =>
  Option.map(
    Option.filter(text, (value) => value.trim() !== ""),
    (value) => ({ key, value: Redacted.make(value), source, from }),
  )

/**
 * Where settings are looked up: flags beat environment variables, which beat
 * the rcfile. The environment is read through the `ConfigProvider`.
 * `Connection` and `Account` give the values their meaning.
 */
export class Settings extends Context.Tag("zpcli/Settings")<
  Settings,
  {
    readonly auth: Auth
    /** A setting from the environment or, if it isn't set there, from the rcfile. */
    readonly find: (key: string) => Effect.Effect<Option.Option<Setting>>
    /** The settings with these keys in the environment or, if none of them is set there, in the rcfile. */
    readonly findAll: (keys: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<Setting>>
    readonly rcfile: LoadedRcfile
  }
>() {
  static readonly make = (
    flags: Flags,
    progress?: Progress["Type"],
  ): Effect.Effect<Settings["Type"], SettingsError, FileSystem | Path> =>
    Effect.map(loadRcfile(flags.rcfile, flags.save, progress), (rcfile) => {
      const inRcfile = (key: string) =>
        settingOf(key, Option.fromNullable(rcfile.entries.get(key)), `${key} in ${rcfile.path}`, "rcfile")
      // An empty variable, such as a missing secret of a CI job, is ignored. If it hid the ZPOOL_API_URL
      // of the rcfile, the rcfile's PAT would go to a different API.
      const inEnvironment = (key: string) =>
        Effect.map(variable(key), (text) => settingOf(key, text, key, "environment"))
      const findAll = (keys: ReadonlyArray<string>) =>
        Effect.map(Effect.forEach(keys, inEnvironment), (found) => {
          const set = Array.getSomes(found)
          return set.length > 0 ? set : Array.getSomes(keys.map(inRcfile))
        })
      const find = (key: string) => Effect.map(findAll([key]), Array.head)
      return Settings.of({ auth: flags.auth, find, findAll, rcfile })
    })

  static readonly layer = (flags: Flags) => Layer.effect(this, this.make(flags))
}
