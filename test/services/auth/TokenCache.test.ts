import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { fileName } from "../../../src/services/auth/TokenCache.ts"
import { jwt } from "../../support/fixtures.ts"
import { posix, whereModes } from "../../support/world/services.ts"
import { cacheFolder, scoped, stored, tokens } from "../../support/world/tokenCache.ts"

describe("the token cache", () => {
  it.scoped("returns what was written until it expires or is dropped", () =>
    scoped(
      Effect.gen(function* () {
        const { file, fs, log, read, use } = yield* cacheFolder
        yield* use((cache) => cache.write("ada", tokens()))
        expect(JSON.parse(yield* fs.readFileString(file))).toStrictEqual(JSON.parse(stored))
        expect(yield* read()).toStrictEqual(Option.some(jwt))
        yield* TestClock.setTime(3_599_999)
        expect(yield* read()).toStrictEqual(Option.some(jwt))
        yield* TestClock.setTime(3_600_000)
        expect(yield* read()).toStrictEqual(Option.none())
        yield* TestClock.setTime(0)
        yield* use((cache) => cache.drop("ada"))
        expect(yield* read()).toStrictEqual(Option.none())
        expect(yield* fs.exists(file)).toBe(false)
        yield* use((cache) => cache.drop("ada"))
        expect(log.lines).toStrictEqual([])
      }),
    ),
  )

  it.scoped("reads the files of other clients", () =>
    scoped(
      Effect.gen(function* () {
        const { put, read } = yield* cacheFolder
        for (const text of [
          stored,
          JSON.stringify({ expires_at: 1.5, access_token: jwt, more: 1 }),
          JSON.stringify({ access_token: jwt, id_token: null, expires_at: 9 }),
        ]) {
          yield* put(text)
          expect(yield* read()).toStrictEqual(Option.some(jwt))
        }
      }),
    ),
  )

  it.scoped("touches no files if it isn't configured", () =>
    scoped(
      Effect.gen(function* () {
        const { log, use } = yield* cacheFolder
        const off = {
          dir: undefined,
          broken: {
            stat: () => Effect.dieMessage("touched"),
            makeDirectory: () => Effect.dieMessage("touched"),
          },
        }
        expect(yield* use((cache) => cache.read("ada"), off)).toStrictEqual(Option.none())
        yield* use((cache) => cache.write("ada", tokens()), off)
        yield* use((cache) => cache.drop("ada"), off)
        expect(log.lines).toStrictEqual([])
      }),
    ),
  )

  it.scoped("ignores a damaged file, without showing its content", () =>
    scoped(
      Effect.gen(function* () {
        const { log, put, read } = yield* cacheFolder
        const damaged = [
          "",
          "{",
          "null",
          "[]",
          '"x"',
          stored.slice(0, -5),
          JSON.stringify({ access_token: jwt }),
          JSON.stringify({ access_token: "", expires_at: 9 }),
          JSON.stringify({ access_token: jwt, expires_at: "9" }),
          JSON.stringify({ access_token: `${jwt}\n`, expires_at: 9 }),
        ]
        for (const text of damaged) {
          yield* put(text)
          expect([text, yield* read()]).toStrictEqual([text, Option.none()])
        }
        expect(log.lines.join()).not.toContain("eyJ")
      }),
    ),
  )

  posix(`creates its folder with mode 0700 and its file with 0600, and nothing else${whereModes}`, () =>
    scoped(
      Effect.gen(function* () {
        const { dir, file, fs, modeOf, put, use } = yield* cacheFolder
        yield* use((cache) => cache.write("ada", tokens()))
        expect([yield* modeOf(dir), yield* modeOf(file)]).toStrictEqual([0o700, 0o600])
        yield* put(stored, 0o644)
        yield* use((cache) => cache.write("ada", tokens()))
        expect(yield* modeOf(file)).toBe(0o600)
        expect(yield* fs.readDirectory(dir)).toStrictEqual(["zpool_token_api.test_ada"])
      }),
    ),
  )

  it.scoped("holds one complete file after many simultaneous writes", () =>
    scoped(
      Effect.gen(function* () {
        const { dir, fs, log, read, use } = yield* cacheFolder
        const all = Array.from({ length: 20 }, (_, index) => `eyJ${String(index).repeat(500)}`)
        yield* Effect.forEach(all, (token) => use((cache) => cache.write("ada", tokens(token))), {
          concurrency: "unbounded",
        })
        expect(all).toContain(Option.getOrNull(yield* read()))
        expect(yield* fs.readDirectory(dir)).toHaveLength(1)
        expect(log.lines).toStrictEqual([])
      }),
    ),
  )
})

describe("the file's name", () => {
  it.each([
    ["api.zpools.io", "demo", "zpool_token_api.zpools.io_demo"],
    ["api.zpools.io", "ada@example.com", "zpool_token_api.zpools.io_ada@example.com"],
    ["api.zpools.io", "../../etc/passwd", "zpool_token_api.zpools.io_%2E%2E%2F%2E%2E%2Fetc%2Fpasswd"],
    ["api.zpools.io", "a\\b", "zpool_token_api.zpools.io_a%5Cb"],
    ["api.zpools.io", "jürgen", "zpool_token_api.zpools.io_j%C3%BCrgen"],
    ["api.zpools.io", "a\u0000b", "zpool_token_api.zpools.io_a%00b"],
    ["api.zpools.io", "a%2Fb", "zpool_token_api.zpools.io_a%252Fb"],
  ])("for %s and %j is %s", (host, user, expected) => {
    expect(fileName(host, user, false)).toBe(expected)
  })

  const user = FastCheck.string({ unit: "grapheme", minLength: 1, maxLength: 20 })
  it.prop("never leaves its folder, and differs for each user", [user, user], ([one, other]) => {
    const name = fileName("api.test", one, false)
    expect(name).toMatch(/^zpool_token_api\.test_[A-Za-z0-9._@+:~%!'()*-]+$/)
    expect(name).not.toContain("..")
    expect(fileName("api.test", other, false) === name).toBe(one === other)
  })
})
