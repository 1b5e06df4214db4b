import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import { ExpiryDate } from "../../src/domain/Expiry.ts"
import { fromItem } from "../../src/domain/Pat.ts"
import { checkBirth, expiryText, isDue, labelNotFound, select } from "../../src/domain/Renewal.ts"

const now = Date.UTC(2027, 0, 31, 12)
const day = 86_400_000
const iso = (days: number) => new Date(now + days * day).toISOString()

const ids = ["law-hotel-shape-community", "market-night-plain-object", "basket-doctor-humble-figure"] as const
const [first, second, third] = ids

const pat = (key_id: string, created: number, more: Record<string, unknown> = {}) =>
  fromItem({ key_id, label: "CI", status: "active", scopes: ["job"], created_at: iso(created), ...more })

const chosen = (
  pats: ReadonlyArray<ReturnType<typeof fromItem>>,
  all = false,
  scopes?: ReadonlyArray<string>,
) => Either.map(select(pats, { label: "CI", all, scopes }, now), (found) => found.map(({ key_id }) => key_id))

describe("select", () => {
  it("finds the active PAT with exactly this label", () => {
    const others = [pat(second, -1, { label: "ci" }), pat(third, -1, { label: undefined })]
    expect(chosen([...others, pat(first, -9)])).toEqual(Either.right([first]))
  })

  it("finds the youngest expired one where none is active, by its status or by its time", () => {
    expect(
      chosen([
        pat(first, -9, { status: "expired" }),
        pat(second, -5, { expiry_at: iso(-1) }),
        pat(third, -1, { status: "revoked" }),
      ]),
    ).toEqual(Either.right([second]))
  })

  it("finds none where there are none, or revoked ones alone", () => {
    expect(chosen([])).toEqual(Either.right([]))
    expect(chosen([pat(first, -1, { status: "Revoked" })])).toEqual(Either.right([]))
    // What can't be named in a request can't be revoked.
    expect(chosen([pat("../x", -1), fromItem(null)])).toEqual(Either.right([]))
  })

  it("refuses several, and names each with its creation and last use, the youngest first", () => {
    const found = select(
      [pat(first, -9, { last_used_at: iso(-1) }), pat(second, -1)],
      { label: "CI", all: false, scopes: undefined },
      now,
    )
    expect(Either.isLeft(found) && found.left).toMatchObject({
      _tag: "SeveralPats",
      label: "CI",
      pats: [
        { keyId: second, createdAt: now - day, lastUsedAt: undefined },
        { keyId: first, createdAt: now - 9 * day, lastUsedAt: now - day },
      ],
    })
  })

  it("takes several with all, the youngest first, where their scopes are the same", () => {
    expect(
      chosen(
        [pat(first, -1, { created_at: "?" }), pat(second, -5, { scopes: ["job", "job"] }), pat(third, -1)],
        true,
      ),
    ).toEqual(Either.right([third, second, first]))
    expect(chosen([pat(first, -9, { scopes: ["pat"] }), pat(second, -1)], true)).toMatchObject({
      left: { _tag: "ScopesDiffer", keyId: first, scopes: ["pat"], otherKeyId: second, others: ["job"] },
    })
  })

  it("refuses one with other scopes than were asked for", () => {
    expect(chosen([pat(first, -1)], false, ["job"])).toEqual(Either.right([first]))
    expect(chosen([pat(first, -1, { status: "expired" })], false, ["job", "pat"])).toMatchObject({
      left: { _tag: "ScopesDiffer", keyId: first, scopes: ["job"], otherKeyId: undefined },
    })
  })
})

describe("isDue", () => {
  const never = { expiringBefore: undefined, createdBefore: undefined }
  const soon = { ...never, expiringBefore: now + 14 * day }
  const old = { ...never, createdBefore: now - 30 * day }

  it.each([
    ["always without a condition", never, pat(first, -1), true],
    ["near its end", soon, pat(first, -1, { expiry_at: iso(14) }), true],
    ["before that", soon, pat(first, -1, { expiry_at: iso(14.1) }), false],
    ["without an end", soon, pat(first, -99), false],
    ["after its end", old, pat(first, -1, { status: "expired" }), true],
    ["with an end that can't be read", soon, pat(first, -1, { expiry_at: "soon" }), true],
    ["at an age", old, pat(first, -31), true],
    ["below that age", old, pat(first, -30), false],
    ["at an age that can't be read", old, pat(first, -1, { created_at: "?" }), false],
    ["by its age alone", { ...soon, ...old, expiringBefore: now + day }, pat(first, -31), true],
  ] as const)("%s", (_, due, one, expected) => {
    expect(isDue([one], due, now)).toBe(expected)
  })

  it("where there are several", () => {
    expect(isDue([pat(first, -1), pat(second, -1)], soon, now)).toBe(true)
  })
})

describe("checkBirth", () => {
  const due = { expiringBefore: now + 14 * day, createdBefore: undefined }
  it("refuses an expiry that is within the time", () => {
    expect(checkBirth(ExpiryDate.make("2027-02-14"), due, "14d")).toMatchObject({
      left: { _tag: "DueAtOnce", expiry: "2027-02-14", within: "14d" },
    })
    for (const expiry of [ExpiryDate.make("2027-02-15"), undefined]) {
      expect(checkBirth(expiry, due, "14d")).toEqual(Either.void)
    }
    expect(checkBirth(ExpiryDate.make("2027-02-01"), { ...due, expiringBefore: undefined }, "")).toEqual(
      Either.void,
    )
  })
})

it("names the nearest label of those that are not revoked", () => {
  expect(
    labelNotFound([pat(first, -1), pat(second, -1, { label: "C", status: "revoked" })], "ci"),
  ).toMatchObject({
    nearest: "CI",
  })
})

it("gives the end of a PAT as JSON has it", () => {
  expect(expiryText(pat(first, -1, { expiry_at: "2027-02-01T00:00:00Z" }))).toBe("2027-02-01T00:00:00.000Z")
  expect(expiryText(pat(first, -1))).toBeUndefined()
})
