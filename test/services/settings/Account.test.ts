import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { SecretSource } from "../../../src/domain/Credential.ts"
import { type CommandOutput, CommandRunner, type ShellCommand } from "../../../src/services/CommandRunner.ts"
import { Process } from "../../../src/services/Process.ts"
import { readSecret } from "../../../src/services/settings/Account.ts"
import { Secrets } from "../../../src/services/settings/Secrets.ts"
import { here } from "../../support/world/process.ts"
import { runsNothing } from "../../support/world/runner.ts"
import { inTime, loadSettings, logs, posix, whereModes } from "../../support/world/services.ts"

type Env = Readonly<Record<string, string>>

const load = (env: Env, rcfile?: string) =>
  loadSettings(env, { rcfile: Option.fromNullable(rcfile), auth: "auto" })

const plain = (secret: Option.Option<SecretSource>) =>
  Option.match(secret, {
    onNone: () => undefined,
    onSome: ({ source, value, via }) => [source, via, Redacted.value(value)],
  })

/** A file with this content, which nobody else can read or write unless a mode says so. */
const fileWith = (content: string, mode = 0o600) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = `${yield* fs.makeTempDirectoryScoped()}/file`
    yield* fs.writeFileString(path, content)
    yield* fs.chmod(path, mode)
    return path
  }).pipe(Effect.provide(NodeFileSystem.layer))

describe("a secret", () => {
  it.effect("comes from the variable, the file or the command, which isn't read or run yet", () =>
    Effect.gen(function* () {
      for (const variable of ["ZPOOLPAT", "ZPOOL_PASSWORD"] as const) {
        const find = (env: Env) =>
          Effect.map(load(env), ({ password, pat }) => plain(variable === "ZPOOLPAT" ? pat : password))
        expect(yield* find({ [variable]: "x" })).toEqual([variable, undefined, "x"])
        const file = `${variable}_FILE`
        expect(yield* find({ [file]: "/none", [variable]: "" })).toEqual([file, "file", "/none"])
        expect(yield* find({ [file]: "$HOME/x", HOME: "/h" })).toEqual([file, "file", "/h/x"])
        const command = `${variable}_COMMAND`
        const set = { [command]: " exit 3 ", [file]: " " }
        expect(yield* find(set)).toEqual([command, "command", "exit 3"])
      }
    }),
  )

  it.scoped("comes from the rcfile, unless the environment has one of the three settings", () =>
    Effect.gen(function* () {
      const rcfile = yield* fileWith("ZPOOLPAT_COMMAND='op read x'\nZPOOL_PASSWORD_FILE=/run/pw\n")
      const { password, pat } = yield* load({}, rcfile)
      expect(plain(pat)).toEqual([`ZPOOLPAT_COMMAND in ${rcfile}`, "command", "op read x"])
      expect(plain(password)).toEqual([`ZPOOL_PASSWORD_FILE in ${rcfile}`, "file", "/run/pw"])
      const other = yield* load({ ZPOOLPAT: "zpat_x", ZPOOL_PASSWORD_COMMAND: "pass x" }, rcfile)
      expect(plain(other.pat)).toEqual(["ZPOOLPAT", undefined, "zpat_x"])
      expect(plain(other.password)).toEqual(["ZPOOL_PASSWORD_COMMAND", "command", "pass x"])
    }),
  )

  it.scoped("comes from a command in the rcfile, whose own ZPOOL_PASSWORD is ignored with a warning", () =>
    Effect.gen(function* () {
      const rcfile = yield* fileWith("ZPOOL_PASSWORD=x\nZPOOL_PASSWORD_COMMAND=pass x\n")
      const log = logs()
      const { password } = yield* Effect.provide(load({}, rcfile), log.layer)
      expect(plain(password)).toEqual([`ZPOOL_PASSWORD_COMMAND in ${rcfile}`, "command", "pass x"])
      expect(log.warnings()).toHaveLength(1)
    }),
  )
})

describe("a secret is refused", () => {
  it.scoped("if two of its three settings are in the same place", () =>
    Effect.gen(function* () {
      const three = { ZPOOLPAT: "x", ZPOOLPAT_FILE: "/x", ZPOOLPAT_COMMAND: "x" }
      for (const missing of [undefined, "ZPOOLPAT", "ZPOOLPAT_FILE", "ZPOOLPAT_COMMAND"]) {
        const entries = Object.entries(three).filter(([key]) => key !== missing)
        const [first, second] = entries.map(([key]) => key)
        const reason = "can't be set together"
        expect(yield* Effect.flip(load(Object.fromEntries(entries)))).toMatchObject({
          _tag: "SettingsError",
          source: `${first} and ${second}`,
          reason,
        })
        const rcfile = yield* fileWith(entries.map((entry) => entry.join("=")).join("\n"))
        expect(yield* Effect.flip(load({}, rcfile))).toMatchObject({
          source: `${first} and ${second} in ${rcfile}`,
          reason,
        })
        expect(plain((yield* load({ ZPOOLPAT: "y" }, rcfile)).pat)?.[2]).toBe("y")
      }
      expect(yield* Effect.flip(load({ ZPOOL_PASSWORD: "x", ZPOOL_PASSWORD_COMMAND: "x" }))).toMatchObject({
        source: "ZPOOL_PASSWORD and ZPOOL_PASSWORD_COMMAND",
      })
    }),
  )

  it.effect("if the path of its file isn't absolute", () =>
    Effect.gen(function* () {
      for (const source of ["ZPOOLPAT_FILE", "ZPOOL_PASSWORD_FILE"]) {
        expect(yield* Effect.flip(load({ [source]: "pat.txt" }))).toMatchObject({
          _tag: "SettingsError",
          source,
          reason: "must be an absolute path, or begin with ~/",
        })
      }
    }),
  )

  posix(`if its command, but not its file, is set in an rcfile that others can write to${whereModes}`, () =>
    Effect.gen(function* () {
      for (const mode of [0o620, 0o602, 0o666]) {
        const rcfile = yield* fileWith("ZPOOLPAT_COMMAND=op read x\n", mode)
        expect(yield* Effect.flip(load({}, rcfile))).toMatchObject({
          _tag: "SettingsError",
          source: `ZPOOLPAT_COMMAND in ${rcfile}`,
          reason: "was not run: other users can write to that file",
          advice: expect.stringContaining(`chmod go-w ${rcfile}`),
        })
        expect((yield* load({ ZPOOLPAT: "zpat_x" }, rcfile)).pat._tag).toBe("Some")
        const file = yield* fileWith("ZPOOLPAT_FILE=/x\n", mode)
        expect((yield* load({}, file)).pat._tag).toBe("Some")
      }
      const readable = yield* fileWith("ZPOOLPAT_COMMAND=op read x\n", 0o644)
      expect((yield* load({}, readable)).pat._tag).toBe("Some")
    }),
  )

  posix(`if its command is set in the rcfile of another user, unless that is root${whereModes}`, () =>
    Effect.gen(function* () {
      const rcfile = yield* fileWith("ZPOOLPAT_COMMAND=op read x\n")
      const owner = process.getuid?.() ?? 0
      const as = (uid: number) => Effect.provideService(load({}, rcfile), Process, { ...here, uid })
      expect((yield* as(owner)).pat._tag).toBe("Some")
      const ran = yield* Effect.either(as(owner + 1))
      expect(ran._tag).toBe(owner === 0 ? "Right" : "Left")
    }),
  )
})

const read = (
  secret: Omit<SecretSource, "value"> & { readonly value: string },
  capture: (command: ShellCommand) => Effect.Effect<CommandOutput> = runsNothing.capture as never,
) =>
  Effect.gen(function* () {
    const secrets = yield* Secrets
    const value = yield* readSecret({ ...secret, value: Redacted.make(secret.value) })
    return { value: Redacted.value(value), hidden: secrets.hide(`<${Redacted.value(value)}>`) }
  }).pipe(
    Effect.provide(Layer.mergeAll(Secrets.layer, NodeFileSystem.layer, NodePath.layer)),
    Effect.provideService(CommandRunner, { ...runsNothing, capture }),
  )

const patFile = (value: string) =>
  ({ variable: "ZPOOLPAT", source: "ZPOOLPAT_FILE", via: "file", value }) as const
const passwordFile = (value: string) =>
  ({ variable: "ZPOOL_PASSWORD", source: "ZPOOL_PASSWORD_FILE", via: "file", value }) as const
const command = {
  variable: "ZPOOLPAT",
  source: "ZPOOLPAT_COMMAND",
  via: "command",
  value: "op read x",
} as const
const password = { ...command, variable: "ZPOOL_PASSWORD", source: "ZPOOL_PASSWORD_COMMAND" } as const

describe("a secret in a file", () => {
  it.scoped.each([
    ["zpat_x", "zpat_x"],
    ["zpat_x\n", "zpat_x"],
    ["zpat_x\r\n", "zpat_x"],
    ["\uFEFFzpat_x \n\n", "zpat_x"],
  ] as const)("that is a PAT can have spaces around it: %j", ([content, expected]) =>
    Effect.gen(function* () {
      const { hidden, value } = yield* read(patFile(yield* fileWith(content)))
      expect(value).toBe(expected)
      expect(hidden).not.toContain("zpat_x")
    }),
  )

  it.scoped.each([
    [" pä ss \n", " pä ss "],
    ["a\n\n", "a\n"],
    ["a\r\n", "a"],
  ] as const)("that is a password excludes the last line break: %j", ([content, expected]) =>
    Effect.gen(function* () {
      expect((yield* read(passwordFile(yield* fileWith(content)))).value).toBe(expected)
    }),
  )

  it.scoped("that is unusable is an error that names the variable and doesn't show the content", () =>
    Effect.gen(function* () {
      const failing = Effect.fnUntraced(function* (path: string, reason: string) {
        for (const secret of [patFile(path), passwordFile(path)]) {
          const error = yield* Effect.flip(read(secret))
          expect(error).toMatchObject({ _tag: "SecretUnavailable", source: secret.source, reason, path })
          expect(JSON.stringify(error)).not.toContain("zpat_")
        }
      })
      const fine = yield* fileWith("zpat_x")
      yield* failing(`${fine}-not`, "missing")
      yield* failing(`${fine}/below`, "missing")
      yield* failing("/", "not-a-file")
      yield* failing("/dev/null", "not-a-file")
      yield* failing(yield* fileWith(""), "empty")
      yield* failing(yield* fileWith("\n"), "empty")
      yield* failing(yield* fileWith("zpat_x".repeat(20_000)), "too-large")
      const error = yield* Effect.flip(read(patFile(yield* fileWith("zpat_a zpat_b\n"))))
      expect(error).toMatchObject({ reason: "not-a-pat" })
      expect(JSON.stringify(error)).not.toContain("zpat_")
    }),
  )
})

describe("a secret that a command prints", () => {
  const prints = (text: string | undefined, exitCode = 0) =>
    Effect.succeed({ exitCode, stdout: text === undefined ? undefined : Redacted.make(text) })

  it.effect("is its output without the last line break, and is masked from then on", () =>
    Effect.gen(function* () {
      const given: Array<ShellCommand> = []
      const { hidden, value } = yield* read(command, (one) => {
        given.push(one)
        return prints("zpat_x\n")
      })
      expect([value, hidden]).toEqual(["zpat_x", "<[hidden]>"])
      expect(given.map((one) => Redacted.value(one.command))).toEqual(["op read x"])
      expect(given[0]).toMatchObject({ interactive: true })
      expect((yield* read(password, () => prints(" a b \r\n"))).value).toBe(" a b ")
    }),
  )

  it.effect("is read without the terminal with --no-input", () =>
    Effect.gen(function* () {
      yield* read(command, ({ interactive }) => {
        expect(interactive).toBe(false)
        return prints("zpat_x")
      }).pipe(Effect.provideService(Process, { ...here, noInput: true }))
    }),
  )

  it.effect("is an error that names the variable if the command fails or its output is unusable", () =>
    Effect.gen(function* () {
      for (const [output, fields] of [
        [prints("zpat_x", 3), { reason: "exit", exitCode: 3 }],
        [prints("\n"), { reason: "empty" }],
        [prints(undefined, 137), { reason: "too-large" }],
        [prints("zpat_x\nzpat_y\n"), { reason: "not-a-pat" }],
      ] as const) {
        const error = yield* Effect.flip(read(command, () => output))
        expect(error).toMatchObject({ _tag: "SecretUnavailable", source: "ZPOOLPAT_COMMAND", ...fields })
        expect(JSON.stringify(error)).not.toContain("zpat_")
      }
    }),
  )

  it.effect("must arrive within 60 s, or the command is stopped", () =>
    Effect.gen(function* () {
      const ended: Array<number> = []
      const slow = (seconds: number) => () =>
        Effect.delay(prints("zpat_x"), `${seconds} seconds`).pipe(
          Effect.onInterrupt(() => Effect.sync(() => ended.push(seconds))),
        )
      expect(yield* inTime(read(command, slow(59)))).toMatchObject({ value: "zpat_x" })
      expect(ended).toEqual([])
      expect(yield* Effect.flip(inTime(read(command, slow(61))))).toMatchObject({ reason: "timeout" })
      expect(ended).toEqual([61])
    }),
  )
})
