import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { live, sandbox } from "./harness.ts"

const folder = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped())

const modeOf = (file: string) =>
  Effect.map(
    Effect.flatMap(FileSystem.FileSystem, (fs) => fs.stat(file)),
    ({ mode }) => mode & 0o777,
  )

const writable = process.platform !== "win32"
const asOrdinaryUser = writable && process.getuid?.() !== 0

describe("the state file", () => {
  it.scoped("brings back PATs, JWTs, use and the next key ID", () =>
    Effect.gen(function* () {
      const stateFile = `${yield* folder}/state.json`
      const before = yield* Effect.scoped(
        Effect.gen(function* () {
          const { create, items, login, send } = yield* sandbox({ stateFile })
          const jwt = yield* login
          const kept = yield* create(jwt, { label: "kept" })
          const gone = yield* create(jwt, { label: "gone", expiry: "2030-01-01" })
          yield* send("GET", "/hello", { token: kept.token })
          yield* send("DELETE", `/pat/${gone.key_id}`, { token: jwt })
          return { jwt, kept, gone, items: yield* items(jwt) }
        }),
      )
      const { create, items, send } = yield* sandbox({ stateFile })
      expect(before.items.map(({ status }) => status)).toStrictEqual(["active", "revoked"])
      expect(yield* items(before.jwt)).toStrictEqual(before.items)
      expect((yield* send("GET", "/pat", { token: before.kept.token })).status).toBe(200)
      expect((yield* send("GET", "/pat", { token: before.gone.token })).status).toBe(401)
      const next = yield* create(before.jwt)
      expect([before.kept.key_id, before.gone.key_id]).not.toContain(next.key_id)
      yield* TestClock.adjust("1 hour")
      expect((yield* send("GET", "/hello", { token: before.jwt })).json).toStrictEqual({
        message: "The incoming token has expired",
      })
    }).pipe(Effect.provide(live)),
  )

  it.scoped("is made at the start, is the owner's alone, and holds no secret", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const dir = yield* folder
      const stateFile = `${dir}/state.json`
      const { create, login } = yield* sandbox({ stateFile })
      if (writable) expect(yield* modeOf(stateFile)).toBe(0o600)
      const jwt = yield* login
      const { key_id: keyId, token } = yield* create(jwt)
      if (writable) expect(yield* modeOf(stateFile)).toBe(0o600)
      const text = yield* fs.readFileString(stateFile)
      expect(text).toContain(keyId)
      for (const secret of [token, token.slice("zpat_".length), jwt, jwt.split(".")[2] ?? "", "demo"]) {
        expect(text).not.toContain(secret)
      }
      expect(yield* fs.readDirectory(dir)).toStrictEqual(["state.json", "state.json.lock"])
    }).pipe(Effect.provide(live)),
  )

  it.scoped("is whole at every moment, and holds every change once it was answered", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const dir = yield* folder
      const stateFile = `${dir}/state.json`
      const { create, login } = yield* sandbox({ stateFile })
      const jwt = yield* login
      const read = Effect.map(fs.readFileString(stateFile), (text) => JSON.parse(text))
      yield* Effect.forEach(
        Array.from({ length: 40 }),
        () =>
          Effect.gen(function* () {
            const { key_id: keyId } = yield* create(jwt)
            const { pats } = yield* read
            expect(pats.map(({ key_id }: { readonly key_id: string }) => key_id)).toContain(keyId)
          }),
        { concurrency: 10 },
      )
      expect((yield* read).pats).toHaveLength(40)
      expect(yield* fs.readDirectory(dir)).toStrictEqual(["state.json", "state.json.lock"])
    }).pipe(Effect.provide(live)),
  )

  it.scoped.each([
    ["cut off", '{"version":1,"dealt":0,"pats":['],
    ["of another kind", "[]"],
    ["of a later version", '{"version":2,"dealt":0,"pats":[],"jwts":[]}'],
    ["without a field", '{"version":1,"dealt":0,"pats":[]}'],
    ["with a wrong field", '{"version":1,"dealt":-1,"pats":[],"jwts":[]}'],
    ["with an odd PAT", '{"version":1,"dealt":1,"pats":[{"key_id":"a-b-c-d"}],"jwts":[]}'],
  ])("that is %s is named, and left as it was", ([, text = ""]) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const stateFile = `${yield* folder}/state.json`
      yield* fs.writeFileString(stateFile, text)
      const failure = yield* Effect.flip(sandbox({ stateFile }))
      expect(failure).toMatchObject({
        _tag: "SandboxFailed",
        reason: "state-unreadable",
        subject: stateFile,
        code: undefined,
      })
      expect(yield* fs.readFileString(stateFile)).toBe(text)
    }).pipe(Effect.provide(live)),
  )

  it.scoped("that is empty is a fresh state, and its lock is gone at the end", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const dir = yield* folder
      yield* fs.writeFileString(`${dir}/state.json`, "\n")
      const items = Effect.flatMap(sandbox({ stateFile: `${dir}/state.json` }), (it) =>
        Effect.flatMap(it.login, it.items),
      )
      expect(yield* Effect.scoped(items)).toStrictEqual([])
      expect(yield* fs.readDirectory(dir)).toStrictEqual(["state.json"])
    }).pipe(Effect.provide(live)),
  )

  it.scoped("is of one sandbox at a time", () =>
    Effect.gen(function* () {
      const stateFile = `${yield* folder}/state.json`
      yield* sandbox({ stateFile })
      expect(yield* Effect.flip(sandbox({ stateFile }))).toMatchObject({ reason: "state-locked" })
    }).pipe(Effect.provide(live)),
  )

  it.scoped("that can't be read or written is named with the system's code", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      expect(yield* Effect.flip(sandbox({ stateFile: dir }))).toMatchObject({
        reason: "state-unreadable",
        subject: dir,
        code: "EISDIR",
      })
      expect(yield* Effect.flip(sandbox({ stateFile: `${dir}/missing/state.json` }))).toMatchObject({
        reason: "state-unwritable",
        subject: `${dir}/missing/state.json`,
        code: "ENOENT",
      })
    }).pipe(Effect.provide(live)),
  )

  it.scoped.skipIf(!asOrdinaryUser)("of a folder that can't be written to is named at the start", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const dir = yield* folder
      yield* fs.chmod(dir, 0o500)
      const failure = yield* Effect.flip(sandbox({ stateFile: `${dir}/state.json` }))
      yield* fs.chmod(dir, 0o700)
      expect(failure).toMatchObject({ reason: "state-unwritable", code: "EACCES" })
    }).pipe(Effect.provide(live)),
  )

  it.scoped("that can't be written any more fails the request, and the change was not made", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const dir = `${yield* folder}/state`
      yield* fs.makeDirectory(dir)
      const { items, login, send } = yield* sandbox({ stateFile: `${dir}/state.json` })
      const token = yield* login
      yield* fs.remove(dir, { recursive: true })
      const body = { label: "ci", scopes: ["job"] }
      const answer = yield* send("POST", "/pat", { token, body })
      expect([answer.status, answer.json]).toStrictEqual([500, { message: "Internal server error" }])
      expect(yield* items(token)).toStrictEqual([])
      yield* fs.makeDirectory(dir)
      expect((yield* send("POST", "/pat", { token, body })).json.detail.key_id).toBe(
        "law-hotel-shape-community",
      )
    }).pipe(Effect.provide(live)),
  )
})
