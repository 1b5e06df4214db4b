import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { Auth } from "../../../src/domain/Credential.ts"
import { loadSettings, logs, posix, type SettingsValue, whereModes } from "../../support/world/services.ts"

const files = Layer.merge(NodeFileSystem.layer, NodePath.layer)
type Env = Readonly<Record<string, string>>

const load = (env: Env = {}, { auth, rcfile }: { readonly rcfile?: string; readonly auth?: Auth } = {}) =>
  loadSettings(env, { rcfile: Option.fromNullable(rcfile), auth: auth ?? "auto" })

const refusal = (env: Env, flags?: { readonly rcfile?: string }) => Effect.flip(load(env, flags))

/** A home with this zpoolrc, which nobody else can read unless a mode says so. */
const home = (rcfile: string, mode = 0o600, folder = ".config") =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const dir = yield* fs.makeTempDirectoryScoped()
    const path = `${dir}/${folder}/zpools.io/zpoolrc`
    yield* fs.makeDirectory(`${dir}/${folder}/zpools.io`, { recursive: true })
    yield* fs.writeFileString(path, rcfile)
    yield* fs.chmod(path, mode)
    return { HOME: dir, path }
  }).pipe(Effect.provide(files))

const plain = (value: SettingsValue) => ({
  base: value.api.base,
  auth: value.auth,
  user: Option.getOrUndefined(value.user),
  password: Option.getOrUndefined(Option.map(value.password, (it) => Redacted.value(it.value))),
  pat: Option.getOrUndefined(Option.map(value.pat, (it) => Redacted.value(it.value))),
  tokenCacheDir: Option.getOrUndefined(value.tokenCacheDir),
  timeout: value.timeout,
  maxRetries: value.maxRetries,
})
const defaults = { base: "https://api.zpools.io/v1", auth: "auto", timeout: 30, maxRetries: 2 }

describe("Settings", () => {
  it.effect("have defaults if nothing is set and there is no file", () =>
    Effect.gen(function* () {
      expect(plain(yield* load())).toEqual(defaults)
      expect(plain(yield* load({ HOME: "/nonexistent" }))).toEqual(defaults)
    }),
  )

  it.scoped("can all come from the rcfile", () =>
    Effect.gen(function* () {
      const { HOME } = yield* home(
        [
          "# shared with other tools",
          "export ZPOOL_API_URL='http://localhost:4010/v1/'",
          "ZPOOL_USER=ada",
          'ZPOOLPAT="zpat_x"',
          "ZPOOL_TOKEN_CACHE_DIR=~/cache",
          "ZPOOL_TIMEOUT=2.5",
          "ZPOOL_MAX_RETRIES=0",
          "SOME_OTHER_TOOL=whatever it wants",
        ].join("\n"),
      )
      expect(plain(yield* load({ HOME }, { auth: "jwt" }))).toEqual({
        base: "http://localhost:4010/v1",
        auth: "jwt",
        user: "ada",
        pat: "zpat_x",
        tokenCacheDir: `${HOME}/cache`,
        timeout: 2.5,
        maxRetries: 0,
      })
    }),
  )

  it.scoped("come from the environment rather than the rcfile", () =>
    Effect.gen(function* () {
      const { HOME } = yield* home(
        "ZPOOL_USER=ada\nZPOOLPAT=zpat_file\nZPOOL_TIMEOUT=nonsense\nZPOOL_MAX_RETRIES=7\n",
      )
      const env = { HOME, ZPOOL_USER: "bob", ZPOOLPAT: "zpat_env", ZPOOL_TIMEOUT: "5", ZPOOL_PASSWORD: "p w" }
      expect(plain(yield* load(env))).toEqual({
        ...defaults,
        user: "bob",
        pat: "zpat_env",
        password: "p w",
        timeout: 5,
        maxRetries: 7,
      })
    }),
  )

  it.scoped("treat an empty variable as unset", () =>
    Effect.gen(function* () {
      const { HOME } = yield* home(
        "ZPOOL_API_URL=http://localhost\nZPOOL_USER=ada\nZPOOLPAT=zpat_x\nZPOOL_TOKEN_CACHE_DIR=/x\nZPOOL_TIMEOUT=1",
      )
      const env = {
        ZPOOL_RCFILE: "",
        ZPOOL_API_URL: "",
        ZPOOL_USER: "",
        ZPOOLPAT: " ",
        ZPOOL_TOKEN_CACHE_DIR: "",
        ZPOOL_TIMEOUT: "",
        ZPOOL_PASSWORD: "",
      }
      expect(plain(yield* load({ HOME, ...env }))).toEqual(plain(yield* load({ HOME })))
      expect(plain(yield* load(env))).toEqual(defaults)
    }),
  )

  it.scoped("come from the file below XDG_CONFIG_HOME, or rather from --rcfile", () =>
    Effect.gen(function* () {
      const { HOME } = yield* home("ZPOOL_USER=home")
      const xdg = yield* home("ZPOOL_USER=xdg", 0o600, "etc")
      const named = yield* home("ZPOOL_USER=named")
      const env = { HOME, XDG_CONFIG_HOME: `${xdg.HOME}/etc` }
      expect(plain(yield* load({ HOME })).user).toBe("home")
      expect(plain(yield* load({ HOME, XDG_CONFIG_HOME: "" })).user).toBe("home")
      expect(plain(yield* load(env)).user).toBe("xdg")
      expect(plain(yield* load({ HOME, XDG_CONFIG_HOME: HOME })).user).toBe(undefined)
      expect(plain(yield* load(env, { rcfile: named.path })).user).toBe("named")
      expect(plain(yield* load({ USERPROFILE: HOME })).user).toBe("home")
    }),
  )

  it.scoped("come from the file that ZPOOL_RCFILE names, unless --rcfile names another", () =>
    Effect.gen(function* () {
      const { HOME } = yield* home("ZPOOL_USER=home")
      const named = yield* home("ZPOOL_USER=named", 0o600, "etc")
      const flag = yield* home("ZPOOL_USER=flag")
      const env = { HOME: named.HOME, ZPOOL_RCFILE: "$HOME/etc/zpools.io/zpoolrc", XDG_CONFIG_HOME: HOME }
      expect(plain(yield* load(env)).user).toBe("named")
      expect(plain(yield* load(env, { rcfile: flag.path })).user).toBe("flag")
      expect(yield* refusal({ HOME, ZPOOL_RCFILE: "~/missing" })).toMatchObject({
        source: `${HOME}/missing`,
        reason: "does not exist",
        advice: expect.stringContaining("ZPOOL_RCFILE"),
      })
      expect(yield* refusal({ HOME, ZPOOL_RCFILE: "zpoolrc" })).toMatchObject({
        source: "ZPOOL_RCFILE",
        reason: "must be an absolute path, or begin with ~/",
      })
    }),
  )

  it.scoped("ignore a relative XDG_CONFIG_HOME and a relative HOME", () =>
    Effect.gen(function* () {
      const { HOME } = yield* home("ZPOOL_USER=home")
      expect(plain(yield* load({ HOME, XDG_CONFIG_HOME: "etc" })).user).toBe("home")
      expect(plain(yield* load({ HOME: ".", USERPROFILE: HOME })).user).toBe("home")
      expect(plain(yield* load({ HOME: "." }))).toEqual(defaults)
    }),
  )

  it.scoped("expand the home in the token cache's path, and don't allow a relative one", () =>
    Effect.gen(function* () {
      for (const start of ["~", "$HOME", `\${HOME}`]) {
        const { HOME } = yield* home(`ZPOOL_TOKEN_CACHE_DIR='${start}/c'`)
        expect(plain(yield* load({ HOME })).tokenCacheDir).toBe(`${HOME}/c`)
        expect(plain(yield* load({ HOME, ZPOOL_TOKEN_CACHE_DIR: start })).tokenCacheDir).toBe(HOME)
      }
      for (const path of ["cache", "./cache", "$HOMER/c", "~ada/c", "$XDG_CACHE_HOME/c", "~/c"]) {
        const reason = "must be an absolute path, or begin with ~/"
        expect(yield* refusal({ ZPOOL_TOKEN_CACHE_DIR: path })).toMatchObject({
          source: "ZPOOL_TOKEN_CACHE_DIR",
          reason,
        })
      }
    }),
  )

  it.scoped("can't come from a file in UTF-16, with or without a byte order mark", () =>
    Effect.gen(function* () {
      const { HOME, path } = yield* home("")
      const fs = yield* FileSystem.FileSystem
      const text = Buffer.from("ZPOOL_USER=ada\n", "utf16le")
      const bigEndian = Buffer.from(text).swap16()
      for (const bytes of [
        text,
        bigEndian,
        Buffer.concat([Buffer.of(0xff, 0xfe), text]),
        Buffer.concat([Buffer.of(0xfe, 0xff), bigEndian]),
      ]) {
        yield* fs.writeFile(path, bytes)
        expect(yield* refusal({ HOME })).toMatchObject({
          source: path,
          reason: "is encoded in UTF-16; save it as UTF-8",
        })
      }
      yield* fs.writeFile(path, Buffer.from("\uFEFFZPOOL_USER=ad\u00e4"))
      expect(plain(yield* load({ HOME })).user).toBe("ad\u00e4")
    }).pipe(Effect.provide(files)),
  )

  it.scoped("require the file that --rcfile names, and no other", () =>
    Effect.gen(function* () {
      const { HOME, path } = yield* home("ZPOOL_USER=ada")
      expect(yield* refusal({ HOME }, { rcfile: `${HOME}/missing` })).toMatchObject({
        _tag: "SettingsError",
        source: `${HOME}/missing`,
        reason: "does not exist",
      })
      expect(yield* refusal({ HOME }, { rcfile: HOME })).toMatchObject({
        source: HOME,
        reason: "can't be read (EISDIR: it is a folder)",
      })
      // A home that is no folder, as for some service accounts, holds no file either.
      expect(plain(yield* load({ HOME: path }))).toEqual(defaults)
      expect(plain(yield* load({ HOME: "/dev/null" }))).toEqual(defaults)
    }),
  )

  it.scoped("report a broken line by its number, without showing it", () =>
    Effect.gen(function* () {
      const { HOME, path } = yield* home("ZPOOL_USER=ada\n\n# x\nZPOOLPAT='zpat_secret\n")
      const error = yield* refusal({ HOME })
      expect(error).toMatchObject({
        _tag: "SettingsError",
        source: path,
        line: 4,
        reason: "has a quote that is not closed",
      })
      expect(JSON.stringify(error)).not.toContain("zpat_secret")
    }),
  )

  it.scoped("show no secrets when they are printed", () =>
    Effect.gen(function* () {
      const value = yield* load({ ZPOOLPAT: "zpat_secret", ZPOOL_PASSWORD: "secret" })
      expect(JSON.stringify(value)).not.toContain("secret")
    }),
  )
})

describe("a warning", () => {
  it.scoped("is given for a password in the rcfile, which is ignored", () =>
    Effect.gen(function* () {
      const { HOME, path } = yield* home("ZPOOL_USER=ada\nZPOOL_PASSWORD=s3cret\n")
      const log = logs()
      const value = yield* Effect.provide(load({ HOME }), log.layer)
      expect(plain(value).password).toBe(undefined)
      expect(log.lines).toStrictEqual([expect.stringContaining(`WARN ZPOOL_PASSWORD in ${path} is ignored`)])
      expect(log.lines.join()).not.toContain("s3cret")
    }),
  )

  posix(`is given for a PAT in a file that others can read${whereModes}`, () =>
    Effect.gen(function* () {
      for (const [mode, warns] of [
        [0o644, true],
        [0o640, true],
        [0o604, true],
        [0o600, false],
        [0o400, false],
      ] as const) {
        const { HOME, path } = yield* home("ZPOOLPAT=zpat_secret\n", mode)
        const log = logs()
        expect(plain(yield* Effect.provide(load({ HOME }), log.layer)).pat).toBe("zpat_secret")
        expect([mode, log.lines]).toStrictEqual([
          mode,
          warns ? [expect.stringContaining(`Run: chmod 600 ${path}`)] : [],
        ])
        expect(log.lines.join()).not.toContain("zpat_secret")
      }
    }),
  )

  it.scoped("isn't given if the PAT comes from elsewhere, or is empty", () =>
    Effect.gen(function* () {
      const log = logs()
      const { HOME } = yield* home("ZPOOLPAT=zpat_secret\n", 0o644)
      const other = yield* home("ZPOOL_USER=ada\nZPOOLPAT=\n", 0o644)
      yield* Effect.provide(load({ HOME, ZPOOLPAT: "zpat_env" }), log.layer)
      yield* Effect.provide(load({ HOME: other.HOME }), log.layer)
      expect(log.lines).toStrictEqual([])
    }),
  )
})
