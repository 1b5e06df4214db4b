import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { pat } from "../support/fixtures.ts"
import { runIn } from "../support/world/world.ts"

const create = ["pat", "create", "CI", "--scope", "job"]

describe("an empty value", () => {
  it.effect.each<[option: string, args: ReadonlyArray<string>]>([
    ["--tenant-id", [...create, "--tenant-id", ""]],
    ["--tenant-id", [...create, "--tenant-id="]],
    ["--scope", ["pat", "create", "CI", "--scope="]],
    ["--scope", [...create, "--scope", ""]],
    ["--out", [...create, "--out="]],
    ["--expiry", [...create, "--expiry", ""]],
    ["--rcfile", ["hello", "--rcfile="]],
    ["--rcfile", ["hello", "--rcfile", ""]],
    ["--status", ["pat", "list", "--status="]],
    ["--auth", ["pat", "list", "--auth", ""]],
  ])("of %s is refused before a request, in zpcli's words: %j", ([option, args]) =>
    Effect.gen(function* () {
      const ran = yield* runIn(args, { env: pat })
      expect(ran).toMatchObject({ code: 2, stdout: "", requests: [] })
      expect(ran.stderr).toMatch(new RegExp(`^zpcli: Option ${option} has an empty value\\.\n`))
    }),
  )
})

describe("several scopes in one value,", () => {
  it.effect.each(["zpool,job", "zpool job", "zpool, job"])("%j, are refused with the correct form", (value) =>
    Effect.gen(function* () {
      expect(yield* runIn(["pat", "create", "CI", "--scope", value], { env: pat })).toEqual({
        code: 2,
        stdout: "",
        stderr: `zpcli: "${value}" is more than one scope.\nRepeat --scope for each: --scope zpool --scope job\n`,
        requests: [],
      })
    }),
  )
})

describe("a duration", () => {
  it.effect.each([
    ["list", "--expiring-within", "300000y"],
    ["list", "--expiring-within", "999999mo", "--exit-code"],
    ["list", "--expiring-within", "8000y", "--json"],
    ["create", "CI", "--scope", "job", "--expires-in", "300000y"],
    ["rotate", "law-hotel-shape-community", "--yes", "--expires-in", "999999w"],
  ])("past the year 9999 is refused before a request: %j", (...args) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2027, 0, 10))
      const ran = yield* runIn(["pat", ...args.flat()], { env: pat })
      expect(ran).toMatchObject({ code: 2, stdout: "", requests: [] })
      expect(ran.stderr).toContain("is past the year 9999")
    }),
  )

  it.effect.each(["14", "0d", "d", "2 weeks"])("%j is refused before a request", (duration) =>
    Effect.gen(function* () {
      expect(yield* runIn(["pat", "list", "--expiring-within", duration], { env: pat })).toEqual({
        code: 2,
        stdout: "",
        stderr: `zpcli: "${duration}" is not a valid duration.\nWrite it as 12h, 30d, 8w, 6mo or 1y.\n`,
        requests: [],
      })
    }),
  )
})
