import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { item, listed, pat } from "../../support/fixtures.ts"
import { runIn, typed } from "../../support/world/world.ts"

const ids = ["law-hotel-shape-community", "market-night-plain-object", "basket-doctor-humble-figure"] as const
const [first, second] = ids
const all = listed(...ids.map((key_id) => item({ key_id })))
const gone = Object.fromEntries(ids.map((id) => [`DELETE /pat/${id}`, {}]))
const deleted = (requests: ReadonlyArray<{ readonly method: string; readonly url: string }>) =>
  requests.flatMap(({ method, url }) => (method === "DELETE" ? [url.replace(/.*\//, "")] : []))
const revoke = (...flags: ReadonlyArray<string>) => ["pat", "revoke", "-", ...flags]

describe("pat revoke -", () => {
  it.effect("revokes the key ID on each line of stdin once, ignoring spaces and empty lines", () =>
    Effect.gen(function* () {
      const data = `\uFEFF\n  ${first}\t\r\n\r\n${second}\n${first}\n   \n`
      const ran = yield* runIn(revoke("--yes"), { env: pat, data, api: { "GET /pat": all }, routes: gone })
      expect(ran).toMatchObject({
        code: 0,
        stdout: `PAT ${first} revoked successfully.\nPAT ${second} revoked successfully.\n`,
        stderr: "",
      })
      expect(deleted(ran.requests)).toEqual([first, second])
    }),
  )

  it.effect("accepts a last line without a line break, and prints one object per line with --json", () =>
    Effect.gen(function* () {
      const ran = yield* runIn(revoke("--json"), {
        env: pat,
        data: first,
        api: { "GET /pat": all },
        routes: gone,
      })
      expect(ran).toMatchObject({
        code: 0,
        stdout: `{"message":"PAT revoked","detail":{"key_id":"${first}"}}\n`,
      })
    }),
  )

  it.effect.each(["", "\n", " \r\n\t\n", "\uFEFF"])(
    "sends nothing and exits with 0 if stdin has no key ID: %j",
    (data) =>
      Effect.gen(function* () {
        for (const flags of [[], ["--yes"], ["--json"], ["--dry-run"]]) {
          const ran = yield* runIn(revoke(...flags), { env: pat, data })
          expect(ran).toEqual({ code: 0, stdout: "", stderr: "Nothing to revoke.\n", requests: [] })
        }
      }),
  )

  it.effect.each([
    ["no", 1],
    [`${first}\n\n${second} ${first}\n`, 3],
    [`${first}\r\n\u001b[2J\r\n`, 2],
    [`${first}\n../hello\n`, 2],
    [`${first}\u0000\n`, 1],
    [`${first}\n${"x".repeat(100_000)}`, 2],
  ] as const)(
    "names the number of a bad line, shows it shortened and escaped, and sends nothing: %j",
    ([data, line]) =>
      Effect.gen(function* () {
        const ran = yield* runIn(revoke("--yes"), { env: pat, data })
        expect(ran).toMatchObject({ code: 2, stdout: "", requests: [] })
        expect(ran.stderr).toMatch(
          new RegExp(`^zpcli: Line ${line} of stdin is not a key ID: .*Nothing was sent`),
        )
        expect(ran.stderr.length).toBeLessThan(500)
        expect(ran.stderr.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
      }),
  )

  it.effect("doesn't repeat a token in its input", () =>
    Effect.gen(function* () {
      const ran = yield* runIn(revoke("--yes"), { env: pat, data: `${pat.ZPOOLPAT}\n` })
      expect(ran).toMatchObject({ code: 2, requests: [] })
      expect(ran.stderr).not.toContain(pat.ZPOOLPAT)
    }),
  )

  it.effect("is refused together with other key IDs, in any position", () =>
    Effect.gen(function* () {
      for (const args of [
        ["-", first],
        [first, "-"],
      ]) {
        const ran = yield* runIn(["pat", "revoke", ...args, "--yes"], { env: pat })
        expect(ran).toMatchObject({ code: 2, stdout: "", requests: [] })
        expect(ran.stderr).toContain("- and key IDs as arguments can't be used together.")
      }
    }),
  )

  it.effect.each([
    ["y\r", 0],
    ["\r", 3],
    ["\u0003", 130],
  ] as const)("asks at the terminal itself, and after %j exits with %d", ([keys, code]) =>
    Effect.gen(function* () {
      const ran = yield* runIn(revoke(), {
        env: pat,
        columns: 100,
        data: `${first}\n${second}\n`,
        keysBeside: typed(keys),
        api: { "GET /pat": all },
        routes: gone,
      })
      expect(ran.code).toBe(code)
      expect(ran.stderr).toContain(`  PAT ${second} ("My CI Token", scopes zpool, job, last used never)\n`)
      expect(ran.stderr).toContain("Revoke these 2 PATs? This can't be undone. [y/N] ")
      expect(deleted(ran.requests)).toEqual(code === 0 ? [first, second] : [])
    }),
  )

  it.effect(
    "exits with 5 without asking about a PAT that is already revoked or not listed, and names the nearest key ID",
    () =>
      Effect.gen(function* () {
        const ran = yield* runIn(revoke(), {
          env: pat,
          data: `law-hotel-shape-comunity\n${second}\n`,
          keysBeside: [],
          api: { "GET /pat": listed(item(), item({ key_id: second, status: "revoked" })) },
        })
        expect(ran).toMatchObject({ code: 5, stdout: "" })
        expect(ran.stderr).toContain(`Did you mean ${first}?`)
        expect(ran.stderr).toContain(`PAT ${second} is already revoked.`)
        expect(ran.stderr).not.toContain("[y/N]")
      }),
  )

  it.effect("sends nothing without a terminal, unless --yes or --json is given", () =>
    Effect.gen(function* () {
      const ran = yield* runIn(revoke(), { env: pat, data: first })
      expect(ran).toMatchObject({ code: 3, stdout: "", requests: [] })
      expect(ran.stderr).toContain("Add --yes")
    }),
  )

  it.effect("with --no-input still reads stdin, and asks nothing", () =>
    Effect.gen(function* () {
      const asked = yield* runIn(revoke("--no-input"), { env: pat, data: first, keysBeside: typed("y\r") })
      expect(asked).toMatchObject({ code: 3, requests: [] })
      expect(asked.stderr).toContain("--no-input")
      const env = { ...pat, ZPOOL_NO_INPUT: "1" }
      const sure = yield* runIn(revoke("--yes"), { env, data: first, api: { "GET /pat": all }, routes: gone })
      expect(sure).toMatchObject({ code: 0, stdout: `PAT ${first} revoked successfully.\n` })
    }),
  )
})
