import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { loadSettings } from "../../support/world/services.ts"

const load = (env: Readonly<Record<string, string>>) =>
  loadSettings(env, { rcfile: Option.none(), auth: "auto" })

describe("an unusable value is refused with its variable's name", () => {
  it.effect.each([
    ["ZPOOL_API_URL", "http://api.zpools.io/v1", /https/],
    ["ZPOOL_API_URL", "api.zpools.io", /must be a URL/],
    ["ZPOOL_API_URL", "https://u:p@api.zpools.io", /username or password/],
    ["ZPOOL_API_URL", "https://api.zpools.io?x", /query/],
    ["ZPOOL_USER", "ada lovelace", /white space/],
    ["ZPOOL_USER", "ada\n", /white space/],
    ["ZPOOL_USER", "\u00a0ada", /white space/],
    ["ZPOOL_TIMEOUT", "0", /above 0/],
    ["ZPOOL_TIMEOUT", "-1", /above 0/],
    ["ZPOOL_TIMEOUT", "3601", /at most 3600/],
    ["ZPOOL_TIMEOUT", "1e3", /number of seconds/],
    ["ZPOOL_TIMEOUT", "30s", /number of seconds/],
    ["ZPOOL_TIMEOUT", "NaN", /number of seconds/],
    ["ZPOOL_TIMEOUT", "Infinity", /number of seconds/],
    ["ZPOOL_TIMEOUT", "0x10", /number of seconds/],
    ["ZPOOL_MAX_RETRIES", "-1", /whole number/],
    ["ZPOOL_MAX_RETRIES", "1.5", /whole number/],
    ["ZPOOL_MAX_RETRIES", "21", /from 0 to 20/],
    ["ZPOOL_MAX_RETRIES", "two", /whole number/],
  ] as const)("%j = %j", ([source, value, reason]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(load({ [source]: value }))
      expect(error).toMatchObject({ _tag: "SettingsError", source, reason: expect.stringMatching(reason) })
    }),
  )

  it.effect.each(["zpat_a\nb", "zpat_a b", "zpat_ä", "zpat_\u0000", "zpat_a\r\nX-Evil: 1", "zpat_\u200b"])(
    "if it is a PAT that can't be sent in a header, without showing it: %j",
    (value) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(load({ ZPOOLPAT: value }))
        expect(error).toMatchObject({ _tag: "SettingsError", source: "ZPOOLPAT" })
        expect(error.reason).not.toContain("zpat_")
      }),
  )
})

describe("a usable value", () => {
  it.effect.each([
    ["ZPOOL_TIMEOUT", "0.5", "timeout", 0.5],
    ["ZPOOL_TIMEOUT", " 3600 ", "timeout", 3600],
    ["ZPOOL_MAX_RETRIES", "0", "maxRetries", 0],
    ["ZPOOL_MAX_RETRIES", "20", "maxRetries", 20],
  ] as const)("%s = %j", ([source, value, field, expected]) =>
    Effect.gen(function* () {
      expect((yield* load({ [source]: value }))[field]).toBe(expected)
    }),
  )

  it.effect("is a PAT with the trailing line break that `cat` leaves", () =>
    Effect.gen(function* () {
      const { pat } = yield* load({ ZPOOLPAT: "zpat_abc\n" })
      expect(Option.map(pat, ({ value }) => Redacted.value(value))).toStrictEqual(Option.some("zpat_abc"))
    }),
  )

  it.effect("is any password, unchanged", () =>
    Effect.gen(function* () {
      const { password } = yield* load({ ZPOOL_PASSWORD: " pä ss,wörd=\n" })
      expect(Option.map(password, ({ value }) => Redacted.value(value))).toStrictEqual(
        Option.some(" pä ss,wörd=\n"),
      )
    }),
  )
})
