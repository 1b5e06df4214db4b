import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { type Auth, bearer, type SecretSource } from "../../domain/Credential.ts"
import { SecretUnavailable, SettingsError } from "../../domain/Errors.ts"
import { CommandRunner } from "../CommandRunner.ts"
import { codeOf } from "../Files.ts"
import { askingDisabled } from "../Process.ts"
import { timeoutFail } from "../timeout.ts"
import { absolutePath } from "./rcfileRead.ts"
import { Secrets } from "./Secrets.ts"
import { Settings, textOf } from "./Settings.ts"

/**
 * Finds where a secret is: in the variable itself, in the file that `_FILE` names,
 * or in the output of the command in `_COMMAND`. Only one of the three may be set.
 * If one is set in the environment, those in the rcfile are ignored; so is a
 * password in the rcfile. Nothing is read or run yet.
 */
const findSecret = Effect.fnUntraced(function* (variable: SecretSource["variable"]) {
  const { findAll, rcfile } = yield* Settings
  const [found, other] = (yield* findAll([variable, `${variable}_FILE`, `${variable}_COMMAND`])).filter(
    ({ from, key }) => from === "environment" || key !== "ZPOOL_PASSWORD",
  )
  if (found === undefined) return Option.none<SecretSource>()
  const { from, key, source } = found
  if (other !== undefined) {
    return yield* new SettingsError({
      source: `${key} and ${other.source}`,
      reason: "can't be set together",
      advice: "Unset all but one of them.",
    })
  }
  const secret = { variable, source }
  if (key.endsWith("_FILE")) {
    const path = yield* absolutePath(source, textOf(found))
    return Option.some<SecretSource>({ ...secret, via: "file", value: Redacted.make(path) })
  }
  if (key.endsWith("_COMMAND")) {
    if (from === "rcfile" && rcfile.owner === "other") {
      return yield* new SettingsError({
        source,
        reason: "was not run: that file belongs to another user",
        advice: `Name a file of your own with --rcfile, or set ${key} in the environment.`,
      })
    }
    if (from === "rcfile" && rcfile.othersCanWrite) {
      return yield* new SettingsError({
        source,
        reason: "was not run: other users can write to that file",
        advice:
          rcfile.owner === "self"
            ? `Take away their permission to write: chmod go-w ${rcfile.path}`
            : `Name a file of your own with --rcfile, or run as root: chmod go-w ${rcfile.path}`,
      })
    }
    return Option.some<SecretSource>({ ...secret, via: "command", value: Redacted.make(textOf(found)) })
  }
  if (variable === "ZPOOL_PASSWORD") return Option.some<SecretSource>({ ...secret, value: found.value })
  // Node would refuse such a header, with an error that shows the value.
  if (!bearer.test(textOf(found))) {
    return yield* new SettingsError({
      source,
      reason: "is not a valid PAT: it contains spaces or non-ASCII characters",
    })
  }
  if (from === "rcfile" && rcfile.othersCanRead) {
    yield* Effect.logWarning(
      rcfile.owner === "self"
        ? `Other users can read ${rcfile.path}, which contains a PAT. Run: chmod 600 ${rcfile.path}`
        : `Others can read ${rcfile.path}, which contains a PAT and belongs to another user.`,
    )
  }
  return Option.some<SecretSource>({
    variable,
    source: from === "rcfile" ? rcfile.path : source,
    value: Redacted.make(textOf(found)),
  })
})

/** Who to sign in as, from the settings. A program with its own `Session` does not need this. */
export class Account extends Context.Tag("zpcli/Account")<
  Account,
  {
    /** Which kinds of credential may be used. */
    readonly auth: Auth
    readonly user: Option.Option<string>
    readonly password: Option.Option<SecretSource>
    readonly pat: Option.Option<SecretSource>
    /** The folder of the token cache; without one, JWTs are not cached. */
    readonly tokenCacheDir: Option.Option<string>
  }
>() {
  static readonly make = Effect.gen(function* () {
    const { auth, find, rcfile } = yield* Settings
    const secrets = yield* Secrets

    const user = yield* find("ZPOOL_USER")
    if (Option.isSome(user) && /\s/.test(Redacted.value(user.value.value))) {
      return yield* new SettingsError({ source: user.value.source, reason: "must not contain white space" })
    }

    if (rcfile.entries.has("ZPOOL_PASSWORD")) {
      yield* Effect.logWarning(
        `ZPOOL_PASSWORD in ${rcfile.path} is ignored: set it in the environment, or type the password at the prompt.`,
      )
    }
    const password = yield* findSecret("ZPOOL_PASSWORD")
    const pat = yield* findSecret("ZPOOLPAT")
    const cache = yield* find("ZPOOL_TOKEN_CACHE_DIR")
    const tokenCacheDir = yield* Effect.transposeMapOption(cache, (found) =>
      absolutePath(found.source, textOf(found)),
    )

    const given = [password, pat].flatMap(Option.toArray).filter(({ via }) => via === undefined)
    yield* secrets.add(...given.map(({ value }) => value))
    return Account.of({ auth, user: Option.map(user, textOf), password, pat, tokenCacheDir })
  })

  static readonly layer = Layer.effect(this, this.make)
}

/** How long a command may take, in milliseconds. */
const maxMillis = 60_000

/** The largest secret, in bytes. More would not fit into the headers of a request. */
const maxBytes = 64 * 1024

/** Why a secret can't be read. */
type Trouble = Pick<SecretUnavailable, "reason" | "code" | "exitCode">

const trouble = (reason: Trouble["reason"]) => Effect.fail<Trouble>({ reason })

/** Reads a secret. A file is read, or a command run, each time. */
export const readSecret = Effect.fn("Account.readSecret")(
  function* ({ value, variable, via }: SecretSource) {
    if (via === undefined) return value
    const text = yield* via === "file" ? content(Redacted.value(value)) : printed(value)
    const line = text.replace(/\r?\n$/, "")
    const secret = variable === "ZPOOLPAT" ? line.trim() : line
    if (secret === "") return yield* trouble("empty")
    if (variable === "ZPOOLPAT" && !bearer.test(secret)) return yield* trouble("not-a-pat")
    const redacted = Redacted.make(secret)
    yield* (yield* Secrets).add(redacted)
    return redacted
  },
  (reading, { source, value, via }) =>
    Effect.mapError(reading, (why) => {
      const setting = Redacted.value(value)
      const path = via === "file" ? setting : undefined
      const opensStdout = via === "command" && /\/dev\/(?:stdout|fd\/1)\b/.test(setting)
      return new SecretUnavailable({ source, path, ...why, ...(opensStdout ? { opensStdout } : {}) })
    }),
)

const content = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const readable = Effect.mapError((error: PlatformError): Trouble => {
    const code = codeOf(error)
    return code === "ENOENT" || code === "ENOTDIR" ? { reason: "missing" } : { reason: "unusable", code }
  })
  const { size, type } = yield* readable(fs.stat(path))
  // A pipe or a device may never end.
  if (type !== "File") return yield* trouble("not-a-file")
  if (size > maxBytes) return yield* trouble("too-large")
  return yield* readable(fs.readFileString(path))
})

const printed = Effect.fnUntraced(function* (command: Redacted.Redacted) {
  const { capture } = yield* CommandRunner
  const interactive = (yield* askingDisabled) === undefined
  const { exitCode, stdout } = yield* capture({ command, interactive, maxBytes }).pipe(
    Effect.mapError(({ code }): Trouble => ({ reason: "unusable", code })),
    timeoutFail(maxMillis, (): Trouble => ({ reason: "timeout" })),
  )
  if (stdout === undefined) return yield* trouble("too-large")
  if (exitCode !== 0) return yield* Effect.fail<Trouble>({ reason: "exit", exitCode })
  return Redacted.value(stdout)
})
