import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { account, item, listed, loggedIn, pat } from "../../support/fixtures.ts"
import { runIn } from "../../support/world/world.ts"

const [first, second] = ["law-hotel-shape-community", "market-night-plain-object"] as const
const one = listed(item({ expiry_at: "2026-02-25T00:00:00Z" }))
const json = (text: string): unknown => JSON.parse(text)
const rotate = (...args: ReadonlyArray<string>) => ["pat", "rotate", ...args, "--dry-run"]
/** The request that the real run would send. */
const create = { label: "My CI Token", scopes: ["zpool", "job"], expiry: "1970-01-31" }

describe("pat revoke --dry-run", () => {
  it.effect("says which PATs would be revoked, after signing in and listing them", () =>
    Effect.gen(function* () {
      const ran = yield* runIn(["pat", "revoke", first, "--dry-run"], {
        env: account,
        terminal: true,
        api: { "POST /login": loggedIn, "GET /pat": one },
      })
      expect(ran).toMatchObject({
        code: 0,
        stdout: `Would revoke PAT ${first} ("My CI Token", scopes zpool, job, last used never).\n`,
        stderr: "",
      })
    }),
  )

  it.effect("with --json lists the key IDs that would be revoked", () =>
    Effect.gen(function* () {
      const api = { "GET /pat": listed(item(), item({ key_id: second })) }
      const ran = yield* runIn(["pat", "revoke", "-", "--dry-run", "--json"], {
        env: pat,
        data: `${second}\n${first}\n`,
        api,
      })
      expect(ran).toMatchObject({ code: 0, stderr: "" })
      expect(json(ran.stdout)).toEqual({ message: "Dry run", detail: { revoke: [second, first] } })
    }),
  )

  it.effect(
    "exits with 5, like a real run, if a PAT isn't listed or is already revoked, and names the others",
    () =>
      Effect.gen(function* () {
        const api = { "GET /pat": listed(item(), item({ key_id: second, status: "revoked" })) }
        const ids = ["law-hotel-shape-comunity", first, second]
        const ran = yield* runIn(["pat", "revoke", ...ids, "--dry-run"], { env: pat, api })
        expect(ran.code).toBe(5)
        expect(ran.stdout).toContain(`Would revoke PAT ${first} (`)
        expect(ran.stdout.split("\n")).toHaveLength(2)
        expect(ran.stderr).toContain(`Did you mean ${first}?`)
        expect(ran.stderr).toContain(`PAT ${second} is already revoked.`)
        const alone = yield* runIn(["pat", "revoke", second, "--dry-run", "--json"], { env: pat, api })
        expect(alone).toMatchObject({ code: 5, stdout: "" })
        expect(json(alone.stderr)).toMatchObject({
          error: { type: "PatNotFound", keyId: second, exitCode: 5 },
        })
      }),
  )

  it.effect("fails if the list isn't available", () =>
    Effect.gen(function* () {
      const api = { "GET /pat": { status: 503 } }
      expect(yield* runIn(["pat", "revoke", first, "--dry-run"], { env: pat, api })).toMatchObject({
        code: 6,
        stdout: "",
      })
    }),
  )
})

describe("pat rotate --dry-run", () => {
  it.effect("says what would be created and revoked, without asking", () =>
    Effect.gen(function* () {
      const ran = yield* runIn(rotate(first), { env: pat, terminal: true, api: { "GET /pat": one } })
      expect(ran).toMatchObject({ code: 0, stderr: "" })
      expect(ran.stdout).toBe(
        `Would create PAT "My CI Token" (scopes zpool, job, expires on 1970-01-31) and print its token.\n` +
          `Would revoke PAT ${first} ("My CI Token", scopes zpool, job, last used never).\n`,
      )
    }),
  )

  it.effect("with --json gives the key IDs and the body of the create", () =>
    Effect.gen(function* () {
      const ran = yield* runIn(rotate(first, "--json", "--tenant-id", "t1"), {
        env: pat,
        api: { "GET /pat": one },
      })
      expect(json(ran.stdout)).toEqual({
        message: "Dry run",
        detail: { revoke: [first], create: { ...create, tenant_id: "t1" } },
      })
    }),
  )

  it.effect("would revoke nothing with --keep-old, and no expired PAT", () =>
    Effect.gen(function* () {
      const kept = yield* runIn(rotate(first, "--json", "--keep-old"), { env: pat, api: { "GET /pat": one } })
      expect(json(kept.stdout)).toEqual({ message: "Dry run", detail: { create } })
      const text = yield* runIn(rotate(first, "--keep-old"), { env: pat, api: { "GET /pat": one } })
      expect(text.stdout).toContain(`Would keep PAT ${first} (`)
      const expired = listed(item({ status: "expired" }))
      const ended = yield* runIn(rotate(first), { env: pat, api: { "GET /pat": expired } })
      expect(ended.stdout).toContain("has already expired and would not be revoked.")
      expect(ended.stdout).not.toContain("Would revoke")
    }),
  )

  it.effect("with --or-create describes the first PAT, or prints the same as a real run if none is due", () =>
    Effect.gen(function* () {
      const made = yield* runIn(rotate("--label", "new", "--or-create", "--scope", "job", "--json"), {
        env: pat,
        api: { "GET /pat": listed() },
      })
      expect(json(made.stdout)).toEqual({
        message: "Dry run",
        detail: { create: { label: "new", scopes: ["job"] } },
      })
      const waiting = yield* runIn(rotate(first, "--expiring-within", "14d"), {
        env: pat,
        api: { "GET /pat": one },
      })
      expect(waiting).toMatchObject({
        code: 0,
        stdout: `PAT ${first} isn't due, so it was not rotated. It expires on 2026-02-25.\n`,
      })
    }),
  )

  it.effect("prints to stderr with --token-only, because stdout is for the token", () =>
    Effect.gen(function* () {
      const ran = yield* runIn(rotate(first, "--token-only"), { env: pat, api: { "GET /pat": one } })
      expect(ran).toMatchObject({ code: 0, stdout: "" })
      expect(ran.stderr).toContain("Would create PAT")
    }),
  )

  it.effect("exits with 5 if the PAT isn't listed", () =>
    Effect.gen(function* () {
      const ran = yield* runIn(rotate(second), { env: pat, api: { "GET /pat": one } })
      expect(ran).toMatchObject({ code: 5, stdout: "" })
    }),
  )
})
