import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as HttpClient from "@effect/platform/HttpClient"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { account, item, jwt, listed, pat } from "../../support/fixtures.ts"
import { temporaryFolder } from "../../support/temporaryFolder.ts"
import { inTime } from "../../support/world/services.ts"
import { runIn, type World } from "../../support/world/world.ts"

const complete = (typed: ReadonlyArray<string>, world: World = {}) =>
  runIn(["pat", "__key-ids", ...(typed.length === 0 ? [] : ["--", ...typed])], world)

const routes = {
  "GET /pat": listed(
    item({ label: "CI" }),
    item({ key_id: "market-night-plain-object", status: "revoked" }),
    item({ key_id: "basket-doctor-humble-figure", status: "expired" }),
    item({ key_id: "garden-ink-motion-history", expiry_at: "1969-01-01T00:00:00Z" }),
    item({ key_id: "word-of-two", label: "x" }),
    item({ key_id: "$(touch pwned)", label: "x" }),
    item({ key_id: "ocean-pilot-sudden-lamp", label: "a\u001b[2J\tb\n`c` $(d) \u202ee\\n" }),
  ),
}
const both = "law-hotel-shape-community\tCI\nocean-pilot-sudden-lamp\ta [2J b c (d) en\n"
const nothing = { code: 0, stdout: "", stderr: "", requests: [] }

describe("key IDs for completions", () => {
  it.effect("are those of active PATs, with harmless labels", () =>
    Effect.gen(function* () {
      const { requests, ...ran } = yield* complete(["pat", "revoke"], { env: pat, routes })
      expect(ran).toEqual({ code: 0, stdout: both, stderr: "" })
      expect(requests).toHaveLength(1)
    }),
  )

  it.effect("aren't offered again once they have been typed", () =>
    Effect.gen(function* () {
      const typed = ["pat", "revoke", "ocean-pilot-sudden-lamp", "law-hotel-shape-community"]
      expect(yield* complete(typed, { env: pat, routes })).toMatchObject({ code: 0, stdout: "", stderr: "" })
    }),
  )

  it.effect("aren't fetched if a label is given instead", () =>
    Effect.gen(function* () {
      for (const label of [["--label", "CI"], ["--label=CI"], ["--label", "=", "CI"]]) {
        expect(yield* complete(["pat", "show", ...label], { env: pat, routes })).toEqual(nothing)
      }
    }),
  )

  it.effect("are fetched with a PAT from a file, or from the rcfile in the command line", () =>
    Effect.gen(function* () {
      const dir = temporaryFolder()
      const file = join(dir, "pat")
      writeFileSync(file, `${pat.ZPOOLPAT}\n`)
      const rcfile = join(dir, "rc")
      writeFileSync(rcfile, `ZPOOLPAT_FILE=${file}\n`, { mode: 0o600 })
      expect((yield* complete([], { env: { ZPOOLPAT_FILE: file }, routes })).stdout).toBe(both)
      for (const words of [["--rcfile", rcfile], [`--rcfile=${rcfile}`], ["--rcfile", "=", rcfile]]) {
        const { requests, stdout } = yield* complete(["pat", ...words, "show"], { routes })
        expect(stdout).toBe(both)
        expect(requests).toMatchObject([{ authorization: `Bearer ${pat.ZPOOLPAT}` }])
      }
    }),
  )

  it.effect("are fetched with a cached JWT, but zpcli never signs in for them", () =>
    Effect.gen(function* () {
      const env = { ...account, ZPOOL_TOKEN_CACHE_DIR: temporaryFolder(), HOME: "/nonexistent" }
      expect(yield* complete(["pat", "show"], { env })).toEqual(nothing)
      writeFileSync(
        join(env.ZPOOL_TOKEN_CACHE_DIR, "zpool_token_api.zpools.io_demo"),
        JSON.stringify({ access_token: jwt, id_token: null, expires_at: 3600 }),
        { mode: 0o600 },
      )
      const ran = yield* complete(["pat", "show"], { env, routes })
      expect(ran.stdout).toBe(both)
      expect(ran.requests).toMatchObject([{ authorization: `Bearer ${jwt}` }])
      const typed = ["pat", "show", "--auth", "jwt"]
      expect((yield* complete(typed, { env: { ...env, ...pat }, routes })).requests).toMatchObject([
        { authorization: `Bearer ${jwt}` },
      ])
      expect(yield* complete(["pat", "--auth=pat", "show"], { env })).toEqual(nothing)
    }),
  )

  it.effect.each([
    [{}],
    [account],
    [{ ...account, ZPOOLPAT_COMMAND: "echo zpat_x" }],
    [{ ZPOOL_USER: "demo", ZPOOL_PASSWORD_COMMAND: "echo x" }],
    [{ ...pat, ZPOOL_TIMEOUT: "soon" }],
    [{ ...pat, ZPOOLPAT_FILE: "/x" }],
    [{ ZPOOLPAT_FILE: "/no/such/file" }],
    [{ ...pat, ZPOOL_RCFILE: "/no/such/file" }],
  ] as const)("are empty with %j, without a command, a question or a request", ([env]) =>
    Effect.gen(function* () {
      expect(yield* complete(["pat", "revoke"], { env, terminal: true })).toEqual(nothing)
    }),
  )

  it.effect.each([
    [{ status: 401, body: { message: "no" } }],
    [{ status: 503, body: {} }],
    [{ body: "<html>" }],
  ] as const)("are empty, silently and after one request, if the API answers %j", ([answer]) =>
    Effect.gen(function* () {
      const env = { ...pat, ZPOOL_MAX_RETRIES: "5" }
      const ran = yield* complete(["pat", "revoke"], { env, api: { "GET /pat": [answer] } })
      expect(ran).toMatchObject({ code: 0, stdout: "", stderr: "" })
      expect(ran.requests).toHaveLength(1)
    }),
  )

  it.effect("are empty if the answer takes longer than a second", () =>
    Effect.gen(function* () {
      const http = HttpClient.make(() => Effect.never)
      expect(yield* inTime(complete(["pat", "revoke"], { env: pat, http }))).toMatchObject(nothing)
    }),
  )
})
