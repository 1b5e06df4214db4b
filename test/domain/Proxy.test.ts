import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import { describe, expect, it } from "vitest"
import { choose, covers, named } from "../../src/domain/Proxy.ts"

const api = "https://api.zpools.io/v1"
const local = "http://127.0.0.1:4010/v1"

const chosen = (url: string, env: Readonly<Record<string, string>>) =>
  Either.map(
    choose(new URL(url), (name) => env[name]),
    (proxy) => proxy && `${proxy.url.href} from ${proxy.variable}`,
  )

const table: ReadonlyArray<
  readonly [
    says: string,
    url: string,
    env: Record<string, string>,
    expected: Either.Either<string | undefined, string>,
  ]
> = [
  ["no variable: no proxy", api, {}, Either.right(undefined)],
  [
    "HTTPS_PROXY is for https",
    api,
    { HTTPS_PROXY: "http://proxy:1", HTTP_PROXY: "http://other:1" },
    Either.right("http://proxy:1/ from HTTPS_PROXY"),
  ],
  [
    "lower case wins",
    api,
    { HTTPS_PROXY: "http://other:1", https_proxy: "http://proxy:1" },
    Either.right("http://proxy:1/ from https_proxy"),
  ],
  [
    "an empty variable counts as unset",
    api,
    { https_proxy: " ", HTTPS_PROXY: "http://proxy:1" },
    Either.right("http://proxy:1/ from HTTPS_PROXY"),
  ],
  [
    "ALL_PROXY comes last",
    api,
    { ALL_PROXY: "http://other:1", HTTPS_PROXY: "http://proxy:1" },
    Either.right("http://proxy:1/ from HTTPS_PROXY"),
  ],
  [
    "ALL_PROXY serves if no other does",
    api,
    { ALL_PROXY: "proxy:1" },
    Either.right("http://proxy:1/ from ALL_PROXY"),
  ],
  [
    "without a scheme it is http",
    api,
    { HTTPS_PROXY: "proxy:1" },
    Either.right("http://proxy:1/ from HTTPS_PROXY"),
  ],
  [
    "it may speak TLS",
    api,
    { HTTPS_PROXY: "https://proxy" },
    Either.right("https://proxy/ from HTTPS_PROXY"),
  ],
  ["SOCKS can't be used", api, { ALL_PROXY: "socks5://127.0.0.1:9" }, Either.left("ALL_PROXY")],
  ["what is not a URL can't be used", api, { HTTPS_PROXY: "http://:bad" }, Either.left("HTTPS_PROXY")],
  [
    "what can't be used is no matter if NO_PROXY covers the host",
    api,
    { ALL_PROXY: "socks5://127.0.0.1:9", NO_PROXY: "*" },
    Either.right(undefined),
  ],
  [
    "nor if another variable is stronger",
    api,
    { ALL_PROXY: "socks5://127.0.0.1:9", HTTPS_PROXY: "proxy:1", HTTP_PROXY: "proxy:1" },
    Either.right("http://proxy:1/ from HTTPS_PROXY"),
  ],
  [
    "NO_PROXY is read in either case",
    api,
    { HTTPS_PROXY: "proxy:1", no_proxy: "zpools.io" },
    Either.right(undefined),
  ],
  [
    "NO_PROXY's port is the URL's",
    api,
    { HTTPS_PROXY: "proxy:1", NO_PROXY: "zpools.io:80" },
    Either.right("http://proxy:1/ from HTTPS_PROXY"),
  ],
  [
    "plain http goes to a proxy on this machine",
    local,
    { HTTP_PROXY: "http://localhost:3128" },
    Either.right("http://localhost:3128/ from HTTP_PROXY"),
  ],
  [
    "plain http never goes to a proxy on another machine",
    local,
    { HTTP_PROXY: "http://proxy:3128" },
    Either.right(undefined),
  ],
  [
    "plain http doesn't even reject an unusable proxy on another machine",
    local,
    { ALL_PROXY: "socks5://proxy:9" },
    Either.right(undefined),
  ],
]

describe("the proxy of a request", () => {
  for (const [says, url, env, expected] of table) {
    it(says, () => expect(chosen(url, env)).toEqual(expected))
  }

  it("is shown without its credentials", () => {
    const proxy = Either.getOrThrow(choose(new URL(api), () => "http://user:secret@proxy:3128/path"))
    expect(proxy && named(proxy)).toEqual({ address: "http://proxy:3128", variable: "https_proxy" })
  })
})

const host = "api.zpools.invalid"
const entries: ReadonlyArray<readonly [noProxy: string, host: string, covered: boolean, port?: number]> = [
  ["", host, false],
  [" , ,", host, false],
  ["*", host, true],
  ["other.example *", host, true],
  ["api.zpools.invalid", host, true],
  ["zpools.invalid", host, true],
  ["invalid", host, true],
  [".zpools.invalid", host, true],
  ["zpools.invalid.", host, true],
  ["zpools.invalid", "api.zpools.invalid.", true],
  ["ZPools.Invalid", host, true],
  [".api.zpools.invalid", host, true],
  ["*.zpools.invalid", host, true],
  ["*.api.zpools.invalid", host, false],
  ["*zpools.invalid", host, true],
  ["ools.invalid", host, false],
  ["zpools", host, false],
  ["api", host, false],
  ["x.api.zpools.invalid", host, false],
  ["a.example,zpools.invalid", host, true],
  ["a.example zpools.invalid", host, true],
  ["a.example,\tzpools.invalid\n", host, true],
  ["zpools.invalid:443", host, true],
  ["zpools.invalid:8443", host, false],
  ["zpools.invalid:8443", host, true, 8443],
  [":443", host, false],
  [".", host, false],
  ["bücher.example", "api.xn--bcher-kva.example", true],
  ["127.0.0.1", "127.0.0.1", true],
  ["127.0.0.2", "127.0.0.1", false],
  ["0.0.1", "127.0.0.1", false],
  ["127.0.0.1:8080", "127.0.0.1", true, 8080],
  ["127.0.0.1:8080", "127.0.0.1", false, 8081],
  ["127.0.0.0/8", "127.0.0.1", true],
  ["127.0.0.0/8", "128.0.0.1", false],
  ["10.1.2.0/23", "10.1.3.255", true],
  ["10.1.2.0/23", "10.1.4.0", false],
  ["10.1.2.3/32", "10.1.2.3", true],
  ["0.0.0.0/0", "10.1.2.3", true],
  ["0.0.0.0/0", "[::1]", false],
  ["0.0.0.0/33", "10.1.2.3", false],
  ["0.0.0.0/0", host, false],
  ["127.0.0.0/", "127.0.0.1", false],
  ["localhost", "127.0.0.1", false],
  ["::1", "[::1]", true],
  ["[::1]", "[::1]", true],
  ["[::1]:443", "[::1]", true],
  ["[::1]:80", "[::1]", false],
  ["0:0:0:0:0:0:0:1", "[::1]", true],
  ["FD00::1", "[fd00::1]", true],
  ["fd00::/8", "[fd12:3456::1]", true],
  ["[fd00::]/8", "[fd12:3456::1]", true],
  ["fd00::/8", "[fe80::1]", false],
  ["::/0", "[fe80::1]", true],
  ["::/0", "10.0.0.1", false],
  ["::ffff:10.0.0.1", "[::ffff:a00:1]", true],
]

describe("NO_PROXY", () => {
  for (const [noProxy, name, covered, port = 443] of entries) {
    it(`${JSON.stringify(noProxy)} ${covered ? "covers" : "does not cover"} ${name}:${port}`, () => {
      expect(covers(noProxy, name, port)).toBe(covered)
    })
  }

  const label = FastCheck.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/).filter(
    (text) => !text.startsWith("xn--"),
  )
  const name = FastCheck.array(label, { minLength: 1, maxLength: 4 }).map(
    (labels) => `${labels.join(".")}.invalid`,
  )

  it("covers a name and its subdomains in any case, with or without a dot at either end", () => {
    FastCheck.assert(
      FastCheck.property(
        name,
        FastCheck.array(label, { maxLength: 2 }),
        FastCheck.constantFrom("", "."),
        FastCheck.constantFrom("", "."),
        FastCheck.boolean(),
        (domain, below, first, last, upper) => {
          const entry = `${first}${domain}${last}`
          expect(covers(upper ? entry.toUpperCase() : entry, [...below, domain].join("."), 443)).toBe(true)
        },
      ),
    )
  })

  it("never covers a name that merely ends with the same letters", () => {
    FastCheck.assert(
      FastCheck.property(name, label, (domain, before) => {
        expect(covers(domain, `${before}${domain}`, 443)).toBe(false)
      }),
    )
  })

  const octet = FastCheck.integer({ min: 0, max: 255 })
  const ipv4 = FastCheck.tuple(octet, octet, octet, octet)

  it("covers exactly the addresses in a CIDR block", () => {
    const bits = (parts: ReadonlyArray<number>) =>
      parts.map((part) => part.toString(2).padStart(8, "0")).join("")
    FastCheck.assert(
      FastCheck.property(ipv4, ipv4, FastCheck.integer({ min: 0, max: 32 }), (address, network, prefix) => {
        const shared = bits(address).slice(0, prefix) === bits(network).slice(0, prefix)
        expect(covers(`${network.join(".")}/${prefix}`, address.join("."), 443)).toBe(shared)
      }),
    )
  })

  it("accepts any text without an error", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.string({ unit: "binary" }), (text) => {
        expect(typeof covers(text, host, 443)).toBe("boolean")
      }),
    )
  })
})
