import { existsSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { CommandRunner } from "../../../src/services/CommandRunner.ts"
import { item, listed, pat, newToken as token } from "../../support/fixtures.ts"
import type { Answers } from "../../support/http/answer.ts"
import { temporaryFolder } from "../../support/temporaryFolder.ts"
import { runsNothing } from "../../support/world/runner.ts"
import { runIn } from "../../support/world/world.ts"

const now = Date.UTC(2027, 0, 31, 12)
const old = "law-hotel-shape-community"
const other = "market-night-plain-object"
const made = "basket-doctor-humble-figure"

/** A PAT that is due within 14 days. */
const ci = (fields: Record<string, unknown> = {}) =>
  item({
    label: "CI",
    scopes: ["job"],
    created_at: "2026-11-10T00:00:00Z",
    expiry_at: "2027-02-10T00:00:00Z",
    hard_expiry_at: "2027-02-10T00:00:00Z",
    ...fields,
  })

const api = (...items: ReadonlyArray<unknown>): Answers => ({
  "GET /pat": listed(...items),
  "POST /pat": { status: 201, body: { message: "Made", detail: { key_id: made, token } } },
  "GET /hello": { body: { message: "Hello" } },
  [`DELETE /pat/${old}`]: { status: 200 },
  [`DELETE /pat/${other}`]: { status: 200 },
  [`DELETE /pat/${made}`]: { status: 200 },
})

/** Runs `pat rotate` with a store that is called `store`, and gives what that was given. */
const rotate = (items: ReadonlyArray<unknown>, ...args: ReadonlyArray<string>) =>
  rotateWith(api(...items), ...args)

const rotateWith = (api: Answers, ...args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(now)
    const stored: Array<string> = []
    const runner = CommandRunner.of({
      ...runsNothing,
      find: () => Effect.void,
      give: (_, secret) =>
        Effect.sync(() => {
          stored.push(Redacted.value(secret))
          return { exitCode: 0, readAll: true }
        }),
    })
    const ran = yield* runIn(["pat", "rotate", "--yes", ...args], {
      env: pat,
      routes: api,
      runner,
    })
    const requests = ran.requests.map(({ method, url }) => `${method} ${new URL(url).pathname.slice(3)}`)
    return { ...ran, stored, requests, bodies: ran.requests.flatMap(({ body }) => (body ? [body] : [])) }
  })

const nightly = ["--label", "CI", "--all", "--expiring-within", "14d"]
const toStore = ["--", "store"]
const isRead = (request: string) => request.startsWith("GET ")

describe("rotate --label", () => {
  it.effect("replaces the one PAT with that label", () =>
    Effect.gen(function* () {
      const ran = yield* rotate([ci(), item({ key_id: other })], "--label", "CI", ...toStore)
      expect(ran).toMatchObject({
        code: 0,
        stored: [token],
        stderr: "Expires 2027-05-03 00:00 UTC.\n",
      })
      expect(ran.stdout).toBe(
        `PAT created successfully!\nID: ${made}\nToken: passed to store\nPAT ${old} revoked successfully.\n`,
      )
      expect(ran.requests).toEqual([
        ...["GET /pat", "POST /pat", "GET /hello", "GET /hello"],
        `DELETE /pat/${old}`,
      ])
      // As many days as lie between 10 November and 10 February.
      expect(ran.bodies).toEqual([{ label: "CI", scopes: ["job"], expiry: "2027-05-03" }])
    }),
  )

  it.effect.each([["--label", "CI"], [old]])("creates the new PAT for the given tenant, with %j", (subject) =>
    Effect.gen(function* () {
      const ran = yield* rotate([ci()], ...subject, "--tenant-id", "acme", ...toStore)
      expect(ran).toMatchObject({ code: 0, stored: [token] })
      expect(ran.bodies).toEqual([{ label: "CI", scopes: ["job"], expiry: "2027-05-03", tenant_id: "acme" }])
    }),
  )

  it.effect.each([
    [[], "2027-05-08"],
    [["--expires-in", "10d"], "2027-02-15"],
  ] as const)("counts the expiry from the API's clock, with %j", ([args, expiry]) =>
    Effect.gen(function* () {
      const answers = api(ci())
      const list = { ...listed(ci()), headers: { date: "Fri, 05 Feb 2027 00:00:00 GMT" } }
      const ran = yield* rotateWith({ ...answers, "GET /pat": list }, old, ...args, ...toStore)
      expect(ran.code).toBe(0)
      expect(ran.bodies).toEqual([{ label: "CI", scopes: ["job"], expiry }])
    }),
  )

  it.effect("replaces the newest expired PAT if none is active, without revoking it", () =>
    Effect.gen(function* () {
      const ran = yield* rotate(
        [ci({ status: "expired", expiry_at: "2027-01-01T00:00:00Z" })],
        ...nightly,
        ...toStore,
      )
      expect(ran).toMatchObject({ code: 0, stored: [token] })
      expect(ran.stdout).toContain(`PAT ${old} has already expired, so it was not revoked.`)
      expect(ran.requests).not.toContain(`DELETE /pat/${old}`)
    }),
  )

  it.effect("changes nothing if no PAT has the label (exit code 5) or several have it (1)", () =>
    Effect.gen(function* () {
      expect(yield* rotate([ci({ status: "revoked" })], ...nightly, ...toStore)).toMatchObject({
        code: 5,
        requests: ["GET /pat"],
      })
      const several = yield* rotate([ci(), ci({ key_id: other })], "--label", "CI", "--json", ...toStore)
      expect(several).toMatchObject({ code: 1, requests: ["GET /pat"] })
      expect(JSON.parse(several.stderr).error).toMatchObject({ type: "SeveralPats", keyIds: [other, old] })
    }),
  )

  it.effect("replaces several PATs with --all if one of them is due", () =>
    Effect.gen(function* () {
      const far = { created_at: "2027-01-30T00:00:00Z", expiry_at: "2027-12-01T00:00:00Z" }
      const ran = yield* rotate([ci(), ci({ key_id: other, ...far })], ...nightly, "--json", ...toStore)
      expect(ran).toMatchObject({ code: 0, stored: [token] })
      expect(JSON.parse(ran.stdout)).toEqual({
        message: "PAT rotated",
        rotated: true,
        detail: { key_id: made, expiry_at: "2027-12-02T00:00:00.000Z", replaced: [other, old] },
      })
      expect(ran.requests.slice(4)).toEqual([`DELETE /pat/${other}`, `DELETE /pat/${old}`])
    }),
  )

  it.effect("leaves several PATs unchanged if none is due, and warns", () =>
    Effect.gen(function* () {
      const far = { created_at: "2027-01-30T00:00:00Z", expiry_at: "2027-12-01T00:00:00Z" }
      const pats = [old, other].map((key_id) => ci({ key_id, ...far, hard_expiry_at: null }))
      expect(yield* rotate(pats, ...nightly, ...toStore)).toMatchObject({
        code: 0,
        stderr: expect.stringMatching(/warning: 2 active PATs have the label "CI", and none of them is due/),
        requests: ["GET /pat"],
      })
    }),
  )

  it.effect.each<{ all: ReadonlyArray<string> }>([{ all: [] }, { all: ["--all"] }])(
    "exits with 6 while the newest of several PATs is less than ten minutes old: $all",
    ({ all }) =>
      Effect.gen(function* () {
        const newest = ci({ key_id: other, created_at: "2027-01-31T11:50:30Z" })
        const args = ["--label", "CI", ...all, ...toStore]
        const ran = yield* rotate([ci(), newest], ...args)
        expect(ran).toMatchObject({ code: 6, requests: ["GET /pat"], stored: [] })
        expect(ran.stderr).toBe(
          `zpcli: 2 active PATs have the label "CI", and the newest, ${other}, was created 9 minutes ago, so another rotation may be under way. Nothing was changed.\nRun the command again after 12:01 UTC. If no other rotation is running, revoke the newest: zpcli pat revoke ${other}\n`,
        )
        const { error } = JSON.parse((yield* rotate([ci(), newest], "--json", ...args)).stderr)
        expect(error).toMatchObject({ type: "RotationUnderWay", retryable: true, keyId: other })
      }),
  )

  it.effect("refuses several PATs that are in use", () =>
    Effect.gen(function* () {
      const used = [old, other].map((key_id) => ci({ key_id, last_used_at: "2027-01-31T11:00:00Z" }))
      const ran = yield* rotate(used, ...nightly, "--json", ...toStore)
      expect(ran).toMatchObject({ code: 1, requests: ["GET /pat"] })
      expect(JSON.parse(ran.stderr).error).toMatchObject({ type: "PatsInUse", keyIds: [other, old] })
    }),
  )

  it.effect("considers only the newest of several PATs with --keep-old", () =>
    Effect.gen(function* () {
      const newest = ci({
        key_id: other,
        created_at: "2027-01-31T11:59:00Z",
        expiry_at: "2027-12-01T00:00:00Z",
      })
      const args = ["--label", "CI", "--keep-old", "--expiring-within", "14d", ...toStore]
      const far = { hard_expiry_at: null, last_used_at: "2027-01-31T11:59:00Z" }
      expect(yield* rotate([ci(), { ...newest, ...far }], ...args)).toMatchObject({
        code: 0,
        stdout: `PAT ${other} isn't due, so it was not rotated. It expires on 2027-12-01.\n`,
      })
    }),
  )

  it.effect("fails if it depends on a date that is unreadable", () =>
    Effect.gen(function* () {
      for (const created_at of [null, undefined, "soon"]) {
        const ran = yield* rotate([ci({ created_at })], "--label", "CI", "--older-than", "30d", ...toStore)
        expect(ran).toMatchObject({ code: 1, requests: ["GET /pat"] })
        expect(ran.stderr).toContain("the API didn't send a readable creation time")
      }
    }),
  )

  it.effect("says if somebody else had already revoked the old PAT", () =>
    Effect.gen(function* () {
      const routes = {
        ...api(ci()),
        [`DELETE /pat/${old}`]: { status: 404, body: { message: "No such PAT" } },
      }
      const ran = yield* rotateWith(
        { ...routes, "GET /pat": [listed(ci()), listed(ci({ status: "revoked" }))] },
        "--label",
        "CI",
        ...toStore,
      )
      expect(ran).toMatchObject({ code: 0, stored: [token] })
      expect(ran.stdout).toContain(`PAT ${old} was already revoked.\n`)
    }),
  )

  it.effect("asks once about all PATs it would replace", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(now)
      const ran = yield* runIn(["pat", "rotate", "--label", "CI", "--all"], {
        env: pat,
        routes: api(ci(), ci({ key_id: other })),
        line: "n",
      })
      expect(ran.code).toBe(3)
      expect(ran.stderr).toMatch(
        /Replace PAT market-\S+ \("CI".*\), PAT law-hotel-\S+ \("CI".*\) with a new one/,
      )
    }),
  )
})

describe("a rotation that isn't due", () => {
  const used = { last_used_at: "2027-01-30T00:00:00Z" }
  const far = ci({ expiry_at: "2027-06-01T00:00:00Z", hard_expiry_at: null, ...used })

  it.effect("warns if the PAT has never been used", () =>
    Effect.gen(function* () {
      // The rotation that created it has used it too, to check its token.
      for (const last_used_at of [null, "2026-11-10T00:09:00Z"]) {
        const ran = yield* rotate([{ ...far, last_used_at }], ...nightly, ...toStore)
        expect(ran).toMatchObject({ code: 0, requests: ["GET /pat"] })
        expect(ran.stderr).toMatch(
          /^zpcli: warning: PAT \S+ has not been used since it was created, so its token may/,
        )
      }
    }),
  )

  it.effect("asks nothing, and only requests the list", () =>
    Effect.gen(function* () {
      for (const [one, end] of [
        [far, "expires on 2027-06-01"],
        [ci({ expiry_at: null, hard_expiry_at: null, ...used }), "never expires"],
      ] as const) {
        expect(yield* rotate([one], ...nightly, ...toStore)).toMatchObject({
          code: 0,
          stdout: `PAT ${old} isn't due, so it was not rotated. It ${end}.\n`,
          stderr: "",
          requests: ["GET /pat"],
          stored: [],
        })
      }
    }),
  )

  it.effect("says so in JSON, or on stderr with --token-only", () =>
    Effect.gen(function* () {
      expect(JSON.parse((yield* rotate([far], old, "--expiring-within", "14d", "--json")).stdout)).toEqual({
        message: "PAT not rotated",
        rotated: false,
        detail: { key_id: old, expiry_at: "2027-06-01T00:00:00.000Z", replaced: [] },
      })
      expect(yield* rotate([far], old, "--older-than", "1y", "--token-only")).toMatchObject({
        code: 0,
        stdout: "",
        stderr: `PAT ${old} isn't due, so it was not rotated. It expires on 2027-06-01.\n`,
      })
    }),
  )

  it.effect("creates no file", () =>
    Effect.gen(function* () {
      const file = join(temporaryFolder(), "token")
      expect(yield* rotate([far], ...nightly, "--out", file)).toMatchObject({ code: 0 })
      expect(existsSync(file)).toBe(false)
    }),
  )

  it.effect("is made after all if the PAT is older than --older-than allows", () =>
    Effect.gen(function* () {
      const ran = yield* rotate([far], old, "--expiring-within", "14d", "--older-than", "30d")
      expect(ran.requests).toContain("POST /pat")
    }),
  )
})

describe("rotate --or-create", () => {
  const first = [...nightly, "--or-create", "--scope", "job", "--expires-in", "90d"]

  it.effect("creates the first PAT, checks its token, and delivers it", () =>
    Effect.gen(function* () {
      const ran = yield* rotate([ci({ status: "revoked" })], ...first, "--json", ...toStore)
      expect(ran).toMatchObject({
        code: 0,
        stored: [token],
        requests: ["GET /pat", "POST /pat", "GET /hello", "GET /hello"],
      })
      expect(JSON.parse(ran.stdout)).toEqual({
        message: "PAT created",
        rotated: true,
        detail: { key_id: made, expiry_at: "2027-05-02T00:00:00.000Z", replaced: [] },
      })
      expect(ran.bodies).toEqual([{ label: "CI", scopes: ["job"], expiry: "2027-05-02" }])
    }),
  )

  it.effect("rotates an existing PAT, but refuses one with other scopes", () =>
    Effect.gen(function* () {
      expect(yield* rotate([ci()], ...first, ...toStore)).toMatchObject({ code: 0, stored: [token] })
      const ran = yield* rotate([ci({ scopes: ["job", "pat"] })], ...first, ...toStore)
      expect(ran).toMatchObject({ code: 1, requests: ["GET /pat"] })
      expect(ran.stderr).toContain("has the scopes job, pat, but --scope asks for job")
    }),
  )
})

describe("a rotation that makes no sense", () => {
  it.effect("is refused before anything is sent", () =>
    Effect.gen(function* () {
      for (const args of [
        [old, "--label", "CI"],
        [old, "--all"],
        [old, "--or-create", "--scope", "job"],
        ["--label", "CI", "--scope", "job"],
        ["--label", "CI", "--or-create"],
        ["--label", "CI", "--all", "--keep-old"],
        ["--label", "CI", "--expiring-within", "999999y"],
        ["--", "store", "token"],
      ]) {
        expect(yield* rotate([ci()], ...args), args.join(" ")).toMatchObject({
          code: 2,
          stdout: "",
          requests: [],
        })
      }
    }),
  )

  it.effect("changes nothing if the new PAT would be due at once", () =>
    Effect.gen(function* () {
      for (const args of [
        ["--expires-in", "10d"],
        ["--expiry", "2027-02-14"],
      ]) {
        const ran = yield* rotate([ci()], ...nightly, ...args, ...toStore)
        expect(ran.code).toBe(2)
        expect(ran.requests.every(isRead)).toBe(true)
        expect(ran.stderr).toMatch(/expire on 2027-02-1\d, within the 14d/)
      }
      // As long as the old one lived.
      const ran = yield* rotate([ci()], "--label", "CI", "--expiring-within", "1y")
      expect(ran).toMatchObject({ code: 2, requests: ["GET /pat"] })
    }),
  )
})

describe("rotate --keep-old", () => {
  it.effect("revokes nothing, and says when the old PAT expires", () =>
    Effect.gen(function* () {
      const ran = yield* rotate([ci()], old, "--keep-old", ...toStore)
      expect(ran).toMatchObject({ code: 0, stored: [token] })
      expect(ran.stdout).toContain(`PAT ${old} was kept. It expires on 2027-02-10.\n`)
      expect(ran.requests).toEqual(["GET /pat", "POST /pat", "GET /hello", "GET /hello"])
    }),
  )
})
