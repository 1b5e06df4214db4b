import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { item, listed, pat } from "../../support/fixtures.ts"
import { runIn, typed, type World } from "../../support/world/world.ts"

const list = listed(
  item({ label: "CI" }),
  item({ key_id: "basket-doctor-humble-figure", label: "laptop", scopes: ["pat"] }),
  item({ key_id: "market-night-plain-object", label: "gone", status: "revoked" }),
  item({ key_id: "ended-night-plain-object", label: "over", status: "expired" }),
)
const down = "\u000e"

const run = (argv: ReadonlyArray<string>, keys: string, world: World = {}) =>
  runIn(argv, { terminal: true, env: pat, keys: typed(keys), ...world })

describe("a PAT chosen from the list", () => {
  it.effect("is shown; only active ones are offered", () =>
    Effect.gen(function* () {
      const ran = yield* run(["pat", "show"], `${down}\r`, { routes: { "GET /pat": list } })
      expect(ran).toMatchObject({ code: 0 })
      expect(ran.stdout).toContain("ID: basket-doctor-humble-figure\n")
      expect(ran.stderr).toContain(
        "> CI      zpool, job  never expires  never used  law-hotel-shape-community\n  laptop  pat         never expires",
      )
      expect(ran.stderr).not.toMatch(/gone|over/)
      expect(ran.stderr).toContain("Which PAT do you want to show? laptop\n")
      expect(ran.stderr).toContain("Equivalent command:\n  zpcli pat show basket-doctor-humble-figure\n")
    }),
  )

  it.effect("is revoked together with others, after a confirmation", () =>
    Effect.gen(function* () {
      const api = {
        "DELETE /pat/law-hotel-shape-community": {},
        "DELETE /pat/basket-doctor-humble-figure": {},
      }
      const ran = yield* run(["pat", "revoke"], ` ${down} \ry\r`, { api, routes: { "GET /pat": list } })
      expect(ran).toMatchObject({ code: 0 })
      expect(ran.stderr).toContain(
        "Equivalent command:\n  zpcli pat revoke law-hotel-shape-community basket-doctor-humble-figure\n",
      )
      expect(ran.stderr).toContain("Revoke these 2 PATs? This can't be undone. [y/N] ")
      expect(ran.stdout).toMatch(/law-hotel.*revoked[\s\S]*basket-doctor.*revoked/)
    }),
  )

  it.effect.each(["\u0003", "\u0004", " \rn\r"])("is left unchanged at %j", (keys) =>
    Effect.gen(function* () {
      const ran = yield* run(["pat", "revoke"], keys, { routes: { "GET /pat": list } })
      expect(ran).toMatchObject({ code: keys === " \rn\r" ? 3 : 130, stdout: "" })
      expect(ran.requests.every(({ method }) => method === "GET")).toBe(true)
    }),
  )

  it.effect("is rotated after a confirmation, with the options that were typed", () =>
    Effect.gen(function* () {
      const ran = yield* run(["pat", "rotate", "--dry-run", "--out", "a b"], "lap\r", {
        routes: { "GET /pat": list },
      })
      expect(ran).toMatchObject({ code: 0 })
      expect(ran.stderr).toContain(
        "Equivalent command:\n  zpcli pat rotate --dry-run --out 'a b' basket-doctor-humble-figure\n",
      )
    }),
  )

  it.effect("doesn't exist if none is active, so the command exits with 5", () =>
    Effect.gen(function* () {
      const empty = yield* run(["pat", "revoke"], "", { api: { "GET /pat": listed() } })
      expect(empty).toMatchObject({ code: 5, stdout: "", stderr: "No active PATs.\n" })
    }),
  )
})

describe("a new PAT described at prompts", () => {
  const created = {
    status: 201,
    body: { message: "PAT created", detail: { key_id: "a-b-c-d", token: "zpat_New" } },
  }
  const create = (argv: ReadonlyArray<string>, keys: string) =>
    Effect.map(
      run(["pat", "create", ...argv], keys, { api: { "POST /pat": created } }),
      ({ requests, ...ran }) => ({ ...ran, body: requests.find(({ method }) => method === "POST")?.body }),
    )

  it.effect("has the label, scopes and expiry that were entered", () =>
    Effect.gen(function* () {
      const ran = yield* create([], `\rMy label\rzpool \u0015ssh \rdate\r2099-12-31\r`)
      expect(ran).toMatchObject({
        code: 0,
        body: { label: "My label", scopes: ["zpool", "sshkey"], expiry: "2099-12-31" },
      })
      expect(ran.stderr).toContain("Label: \n")
      expect(ran.stderr).toContain(
        "Equivalent command:\n  zpcli pat create 'My label' --scope zpool --scope sshkey --expiry 2099-12-31\n",
      )
    }),
  )

  it.effect("isn't prompted for options that the command line has", () =>
    Effect.gen(function* () {
      const scoped = yield* create(["--scope", "*", "--expires-in", "30d", "--token-only"], "CI\r")
      expect(scoped).toMatchObject({ code: 0, stdout: "zpat_New\n", body: { label: "CI", scopes: ["*"] } })
      expect(scoped.stderr).toContain(
        "Equivalent command:\n  zpcli pat create --scope '*' --expires-in 30d --token-only CI\n",
      )
      const labelled = yield* create(["CI"], " \r\r")
      expect(labelled).toMatchObject({ code: 0, body: { label: "CI", scopes: ["*"] } })
      expect(labelled.body).not.toHaveProperty("expiry")
    }),
  )

  it.effect.each(["\u0003", "CI\r\u0003", "CI\r \r\u0003", "\u0004", "CI\r \rdate\r\u0004"])(
    "isn't created at %j",
    (keys) =>
      Effect.gen(function* () {
        const ran = yield* run(["pat", "create"], keys)
        expect(ran).toMatchObject({ code: 130, stdout: "", requests: [] })
      }),
  )
})

describe("no prompt appears", () => {
  const cases: ReadonlyArray<readonly [argv: ReadonlyArray<string>, message: string]> = [
    [["pat", "revoke"], "zpcli: The argument <key_id> is missing.\nSee: zpcli pat revoke --help\n"],
    [["pat", "show"], "zpcli: The argument <key_id> or the option --label is missing.\n"],
    [["pat", "rotate"], "zpcli: The argument <key_id> or the option --label is missing.\n"],
    [["pat", "create"], "zpcli: The argument <label> is missing.\n"],
    [["pat", "create", "x"], "zpcli: Option --scope is required.\n"],
  ]
  const where: Readonly<Record<string, World>> = {
    "in a pipe": { terminal: false },
    "with stdin from a pipe": { terminal: { stdin: false, stdout: true, stderr: true } },
    "with stderr in a pipe": { terminal: { stdin: true, stdout: true, stderr: false } },
    "in CI": { terminal: true, env: { CI: "true" } },
    "on a dumb terminal": { terminal: true, env: { TERM: "dumb" } },
    "with ZPOOL_NO_INPUT": { terminal: true, env: { ZPOOL_NO_INPUT: "1" } },
  }
  it.effect.each(Object.keys(where).flatMap((name) => cases.map((each) => [name, ...each] as const)))(
    "%s: %j",
    ([name, argv, message]) =>
      Effect.gen(function* () {
        const ran = yield* runIn([...argv], where[name])
        expect(ran).toMatchObject({ code: 2, stdout: "", requests: [] })
        expect(ran.stderr.startsWith(message), ran.stderr).toBe(true)
      }),
  )

  it.effect("with --no-input", () =>
    Effect.gen(function* () {
      const ran = yield* runIn(["pat", "revoke", "--no-input"], { terminal: true })
      expect(ran).toMatchObject({ code: 2, stderr: cases[0]?.[1] })
    }),
  )

  it.effect("for an empty argument", () =>
    Effect.gen(function* () {
      for (const argv of [
        ["revoke", ""],
        ["show", ""],
        ["rotate", ""],
        ["create", "", "--scope", "job"],
      ])
        expect(yield* runIn(["pat", ...argv], { terminal: true })).toMatchObject({ code: 2, requests: [] })
    }),
  )

  it.effect("unless stdin and stderr are terminals; stdout can be a pipe", () =>
    Effect.gen(function* () {
      const ran = yield* run(["pat", "create", "--token-only"], "\u0003", {
        terminal: { stdin: true, stdout: false, stderr: true },
      })
      expect(ran).toMatchObject({ code: 130 })
    }),
  )
})
