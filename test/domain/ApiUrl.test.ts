import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import { isLoopback, parse } from "../../src/domain/ApiUrl.ts"

const accepted = (value: string) => Either.getOrThrow(parse(value))
const refusal = (value: string) => Either.getOrThrow(Either.flip(parse(value)))

const byte = FastCheck.integer({ min: 0, max: 255 })
const host = FastCheck.domain()
const path = FastCheck.array(FastCheck.stringMatching(/^[a-z0-9_-]{1,8}$/), { maxLength: 3 }).map((parts) =>
  parts.map((part) => `/${part}`).join(""),
)
const slashes = FastCheck.constantFrom("", "/", "//", "///")

describe("ApiUrl.parse", () => {
  it.prop(
    "accepts any https URL, and removes trailing slashes",
    [host, path, slashes],
    ([name, below, end]) => {
      expect(accepted(`https://${name}${below}${end}`)).toStrictEqual({
        base: `https://${name}${below}`,
        origin: `https://${name}`,
        host: name,
      })
    },
  )

  it.prop("refuses plain http to any name except localhost", [host, path], ([name, below]) => {
    expect(refusal(`http://${name}${below}`)).toMatch(/plain http is allowed only to localhost/)
  })

  it.prop(
    "allows plain http to 127.0.0.0/8, and to no other IPv4 network",
    [byte, byte, byte, byte],
    ([a, b, c, d]) => {
      expect(Either.isRight(parse(`http://127.${b}.${c}.${d}:8080/v1`))).toBe(true)
      expect(Either.isRight(parse(`http://${a}.${b}.${c}.${d}/v1`))).toBe(a === 127)
    },
  )

  it.prop(
    "refuses credentials, a query and a fragment, without repeating them",
    [
      FastCheck.constantFrom("https://api.example", "http://localhost", "http://127.0.0.1"),
      FastCheck.stringMatching(/^[A-Z0-9]{12}$/),
    ],
    ([origin, secret]) => {
      const [scheme, name] = origin.split("//") as [string, string]
      for (const bad of [
        `${scheme}//${secret}@${name}/v1`,
        `${scheme}//:${secret}@${name}/v1`,
        `${scheme}//u:${secret}@${name}/v1`,
      ]) {
        expect(refusal(bad)).toBe("must not contain a username or password")
      }
      for (const bad of [`${origin}/v1?${secret}`, `${origin}/v1#${secret}`, `${origin}?`, `${origin}/#`]) {
        expect(refusal(bad)).toBe("must not have a query or fragment")
      }
    },
  )

  it.prop("never throws", [FastCheck.oneof(FastCheck.string(), FastCheck.webUrl())], ([value]) => {
    expect(Either.isEither(parse(value))).toBe(true)
  })

  it.each([
    ["http://localhost:4010/v1", "http://localhost:4010"],
    ["http://LOCALHOST/v1", "http://localhost"],
    ["http://[::1]:4010/v1/", "http://[::1]:4010"],
    ["http://[0:0:0:0:0:0:0:1]/v1", "http://[::1]"],
    ["http://127.1/v1", "http://127.0.0.1"],
    ["HTTPS://API.Example:443/v1", "https://api.example"],
    ["https://api.example:8443", "https://api.example:8443"],
  ])("accepts %s", (value, origin) => {
    expect(accepted(value).origin).toBe(origin)
  })

  it.each([
    "http://127.0.0.1.example.com",
    "http://127.0.0.1@example.com",
    "http://localhost.example.com",
    "http://notlocalhost",
    "http://localhost.",
    "http://0.0.0.0",
    "http://128.0.0.1",
    "http://10.0.0.1",
    "http://[::]",
    "http://[::2]",
    "http://[::ffff:10.0.0.1]",
    "http://2130706434.example",
    "ftp://api.example",
    "file:///etc/passwd",
    "ws://localhost",
    "api.zpools.io/v1",
    "//api.zpools.io",
    "https://",
    "",
  ])("refuses %j", (value) => {
    expect(refusal(value)).toMatch(/^must /)
  })

  it.each(["::1", "127.0.0.1.example", "1127.0.0.1", "127.0.0.0.1", "127", ""])(
    "%j isn't a loopback address",
    (name) => {
      expect(isLoopback(name)).toBe(false)
    },
  )
})
