import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { account, item, listed, pat } from "../support/fixtures.ts"
import { runIn, typed, type World } from "../support/world/world.ts"

const id = "law-hotel-shape-community"
const api = { "GET /pat": listed(item()) }

/** At a terminal where yes is typed, and in a pipe that says yes: neither may be read. */
const worlds: ReadonlyArray<readonly [string, World]> = [
  ["at a terminal", { terminal: true, keys: typed("demo\ry\ry\r") }],
  ["in a pipe", { line: "y" }],
]
const disabled = [
  ["--no-input", {}],
  ["ZPOOL_NO_INPUT", { ZPOOL_NO_INPUT: "1" }],
] as const

const cases = worlds.flatMap(([where, world]) => disabled.map(([by, env]) => ({ where, world, by, env })))

describe("a run without questions", () => {
  it.effect.each(cases)(
    "$where with $by exits with 3 instead of asking for confirmation, and names --yes",
    ({ world, by, env }) =>
      Effect.gen(function* () {
        for (const command of [
          ["pat", "revoke", id],
          ["pat", "rotate", id],
        ]) {
          const argv = by === "--no-input" ? [...command, by] : command
          const ran = yield* runIn(argv, { ...world, api, env: { ...pat, ...env } })
          expect(ran).toMatchObject({
            code: 3,
            stdout: "",
            stderr: `zpcli: This needs confirmation, but ${by} is set. Nothing was changed.\nAdd --yes to skip the question.\n`,
          })
          expect(ran.requests.map(({ method }) => method)).toEqual(["GET"])
        }
      }),
  )

  it.effect.each(cases)(
    "$where with $by exits with 4 instead of asking for a password, and names the variable",
    ({ world, by, env }) =>
      Effect.gen(function* () {
        const argv = by === "--no-input" ? [by, "hello"] : ["hello"]
        expect(yield* runIn(argv, { ...world, env })).toMatchObject({
          code: 4,
          stderr: `zpcli: Not signed in: no username is set, and ${by} disables prompts.\nRun zpcli login, or set ZPOOLPAT or ZPOOL_USER.\n`,
          requests: [],
        })
        const { ZPOOL_USER } = account
        expect(
          yield* runIn([...argv, "--auth", "jwt"], { ...world, env: { ...env, ZPOOL_USER } }),
        ).toMatchObject({
          code: 4,
          stderr: `zpcli: Not signed in: no password is set, and ${by} disables prompts.\nSet ZPOOL_PASSWORD.\n`,
          requests: [],
        })
      }),
  )

  it.effect("says the same in JSON", () =>
    Effect.gen(function* () {
      const ran = yield* runIn(["pat", "rotate", id, "--json", "--no-input"], { env: pat, api })
      expect(ran).toMatchObject({ code: 3, stdout: "" })
      expect(JSON.parse(ran.stderr).error).toMatchObject({ type: "CannotAsk", exitCode: 3 })
    }),
  )

  it.effect("succeeds if nothing would be asked anyway", () =>
    Effect.gen(function* () {
      for (const argv of [
        ["pat", "revoke", id, "--yes", "--no-input"],
        ["pat", "revoke", id, "--json", "--no-input"],
        ["pat", "list", "--no-input"],
        ["pat", "rotate", "--label", "My CI Token", "--expiring-within", "1d", "--no-input"],
      ]) {
        const ran = yield* runIn(argv, { env: pat, routes: { ...api, [`DELETE /pat/${id}`]: {} } })
        expect(ran, argv.join(" ")).toMatchObject({ code: 0, stderr: expect.not.stringContaining("input") })
      }
    }),
  )

  it.effect.each(["", " "])(
    "isn't the effect of setting ZPOOL_NO_INPUT to %j, which counts as unset",
    (value) =>
      Effect.gen(function* () {
        const ran = yield* runIn(["pat", "revoke", id], {
          env: { ...pat, ZPOOL_NO_INPUT: value },
          line: "n",
          api,
        })
        expect(ran).toMatchObject({ code: 3, stderr: expect.stringContaining("Declined") })
      }),
  )
})

describe("a question at a terminal that gets no answer", () => {
  it.effect("isn't blamed on a missing terminal", () =>
    Effect.gen(function* () {
      const ran = yield* runIn(["hello"], { terminal: true, keys: typed("\r") })
      expect(ran).toMatchObject({
        code: 4,
        stderr: expect.stringContaining("Not signed in: no username was given."),
      })
    }),
  )
})

describe("--no-color", () => {
  const expiring = listed(item({ expiry_at: "2020-01-01T00:00:00Z" }))
  const list = (...more: ReadonlyArray<string>) =>
    runIn(["pat", "list", ...more], {
      env: pat,
      terminal: true,
      color: true,
      columns: 120,
      api: { "GET /pat": expiring },
    })

  it.effect("removes colour and style from the table, and nothing else", () =>
    Effect.gen(function* () {
      const colored = (yield* list()).stdout
      expect(colored).toContain("\u001b[")
      expect((yield* list("--no-color")).stdout).toBe(
        // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is left out
        colored.replace(/\u001b\[[\d;]*m/g, ""),
      )
    }),
  )
})
