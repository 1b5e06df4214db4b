import * as FastCheck from "effect/FastCheck"
import { describe, expect, it } from "vitest"
import { covers } from "../../src/domain/NoProxy.ts"

const host = "api.zpools.invalid"
const table: ReadonlyArray<readonly [noProxy: string, host: string, covered: boolean, port?: number]> = [
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
  for (const [noProxy, name, covered, port = 443] of table) {
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

  it("covers a name and its subdomains in any case, with a dot at either end or none", () => {
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

  it("never covers a name that only ends in the same letters", () => {
    FastCheck.assert(
      FastCheck.property(name, label, (domain, before) => {
        expect(covers(domain, `${before}${domain}`, 443)).toBe(false)
      }),
    )
  })

  const octet = FastCheck.integer({ min: 0, max: 255 })
  const ipv4 = FastCheck.tuple(octet, octet, octet, octet)

  it("covers the addresses that share the bits of a CIDR block, and no others", () => {
    const bits = (parts: ReadonlyArray<number>) =>
      parts.map((part) => part.toString(2).padStart(8, "0")).join("")
    FastCheck.assert(
      FastCheck.property(ipv4, ipv4, FastCheck.integer({ min: 0, max: 32 }), (address, network, prefix) => {
        const shared = bits(address).slice(0, prefix) === bits(network).slice(0, prefix)
        expect(covers(`${network.join(".")}/${prefix}`, address.join("."), 443)).toBe(shared)
      }),
    )
  })

  it("takes any text, however odd", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.string({ unit: "binary" }), (text) => {
        expect(typeof covers(text, host, 443)).toBe("boolean")
      }),
    )
  })
})
