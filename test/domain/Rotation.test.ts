import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import { ExpiryDate } from "../../src/domain/Expiry.ts"
import { fromItem } from "../../src/domain/Pat.ts"
import {
  checkBirth,
  checkSeveral,
  expiryText,
  isDue,
  type Known,
  labelNotFound,
  select,
} from "../../src/domain/Rotation.ts"

const now = Date.UTC(2027, 0, 31, 12)
const day = 86_400_000
const iso = (days: number) => new Date(now + days * day).toISOString()

const ids = ["law-hotel-shape-community", "market-night-plain-object", "basket-doctor-humble-figure"] as const
const [first, second, third] = ids

const pat = (key_id: string, created: number, more: Record<string, unknown> = {}) =>
  fromItem({ key_id, label: "CI", status: "active", scopes: ["job"], created_at: iso(created), ...more })

const chosen = (
  pats: ReadonlyArray<ReturnType<typeof fromItem>>,
  given: { readonly all?: boolean; readonly keep?: boolean; readonly scopes?: ReadonlyArray<string> } = {},
) =>
  Either.map(
    select(pats, { label: "CI", all: false, keep: false, scopes: undefined, ...given }, now),
    (found) => found.map(({ key_id }) => key_id),
  )

describe("select", () => {
  it("finds the active PAT with exactly this label", () => {
    const others = [pat(second, -1, { label: "ci" }), pat(third, -1, { label: undefined })]
    expect(chosen([...others, pat(first, -9)])).toEqual(Either.right([first]))
  })

  it("finds the newest expired one if none is active, by its status or by its time", () => {
    expect(
      chosen([
        pat(first, -9, { status: "expired" }),
        pat(second, -5, { expiry_at: iso(-1) }),
        pat(third, -1, { status: "revoked" }),
      ]),
    ).toEqual(Either.right([second]))
  })

  it("finds the active one with --keep-old too, even if an expired one is newer", () => {
    const pats = [pat(first, -9), pat(second, -5, { status: "expired" })]
    expect(chosen(pats)).toEqual(Either.right([first]))
    expect(chosen(pats, { keep: true })).toEqual(Either.right([first]))
  })

  it("finds none if there are none, or revoked ones alone", () => {
    expect(chosen([])).toEqual(Either.right([]))
    expect(chosen([pat(first, -1, { status: "Revoked" })])).toEqual(Either.right([]))
    // What can't be named in a request can't be revoked.
    expect(chosen([pat("../x", -1), fromItem(null)])).toEqual(Either.right([]))
  })

  it("refuses several, and names each with its creation and last use, the newest first", () => {
    const found = select(
      [pat(first, -9, { last_used_at: iso(-1) }), pat(second, -1)],
      { label: "CI", all: false, keep: false, scopes: undefined },
      now,
    )
    expect(Either.isLeft(found) && found.left).toMatchObject({
      _tag: "SeveralPats",
      label: "CI",
      pats: [
        { key_id: second, created_at: now - day },
        { key_id: first, created_at: now - 9 * day, last_used_at: now - day },
      ],
    })
  })

  it("takes several with all, the newest first", () => {
    expect(chosen([pat(first, -9), pat(second, -5), pat(third, -1)], { all: true })).toEqual(
      Either.right([third, second, first]),
    )
    expect(chosen([pat(first, -9, { created_at: "?" }), pat(second, -1)], { all: true })).toMatchObject({
      left: { _tag: "CannotRotate", keyId: first, reason: "creation" },
    })
  })

  it("looks only at the newest one of several that are kept", () => {
    expect(
      chosen([pat(first, -9, { scopes: ["pat"] }), pat(second, -1)], { keep: true, scopes: ["job"] }),
    ).toEqual(Either.right([second]))
    expect(chosen([pat(first, -9), pat(second, -1 / 1440)], { keep: true })).toEqual(Either.right([second]))
    expect(chosen([pat(first, -9, { created_at: null }), pat(second, -1)], { keep: true })).toMatchObject({
      left: { _tag: "CannotRotate", keyId: first, reason: "creation" },
    })
  })

  it.each([true, false])("refuses several of which one is less than ten minutes old, with all: %s", (all) => {
    const minute = 1 / 1440
    expect(chosen([pat(first, -9), pat(second, -9.99 * minute)], { all })).toMatchObject({
      left: {
        _tag: "RotationUnderWay",
        count: 2,
        newest: second,
        now,
        retryAt: expect.closeTo(now + 600, -1),
      },
    })
    expect(chosen([pat(first, -9), pat(second, minute)], { all })).toMatchObject({
      left: { _tag: "RotationUnderWay", newest: second },
    })
    // One alone is nobody's rotation.
    expect(chosen([pat(second, -minute)], { all })).toEqual(Either.right([second]))
    expect(chosen([pat(second, -minute), pat(first, -9, { status: "revoked" })], { all })).toEqual(
      Either.right([second]),
    )
  })

  it("refuses one with other scopes than were asked for", () => {
    expect(chosen([pat(first, -1)], { scopes: ["job"] })).toEqual(Either.right([first]))
    expect(chosen([pat(first, -1, { status: "expired" })], { scopes: ["job", "pat"] })).toMatchObject({
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
    ["at an age", old, pat(first, -31), true],
    ["below that age", old, pat(first, -30), false],
    ["by its age alone", { ...soon, ...old, expiringBefore: now + day }, pat(first, -31), true],
  ] as const)("%s", (_, due, one, expected) => {
    expect(isDue([one as Known], due, now)).toEqual(Either.right(expected))
  })

  it.each([
    ["expiry", soon, { expiry_at: "soon" }],
    ["expiry", soon, { expiry_at: iso(99), hard_expiry_at: "soon" }],
    ["expiry", { ...soon, ...old, expiringBefore: now + day }, { expiry_at: "?" }],
    ["creation", old, { created_at: "?" }],
    ["creation", old, { created_at: null }],
    ["creation", { ...old, expiringBefore: now + day }, { created_at: null, expiry_at: iso(9) }],
  ] as const)("is an error where the %s decides and can't be read", (reason, due, more) => {
    expect(isDue([pat(first, -1, more) as Known], due, now)).toMatchObject({
      left: { _tag: "CannotRotate", keyId: first, reason },
    })
  })

  it("needs no date that doesn't decide", () => {
    const due = { ...old, expiringBefore: now + day }
    for (const more of [
      { created_at: "?", expiry_at: iso(1) },
      { status: "expired", created_at: null },
    ])
      expect(isDue([pat(first, -1, more) as Known], due, now)).toEqual(Either.right(true))
    expect(isDue([pat(first, -31, { expiry_at: "?" }) as Known], due, now)).toEqual(Either.right(true))
    expect(isDue([pat(first, -1, { expiry_at: "?" }) as Known], old, now)).toEqual(Either.right(false))
  })

  it("of several is that of any", () => {
    const several = (...ages: ReadonlyArray<number>) =>
      isDue(
        ages.map((age) => pat(first, -age) as Known),
        old,
        now,
      )
    expect(several(1, 31)).toEqual(Either.right(true))
    expect(several(1, 2)).toEqual(Either.right(false))
  })
})

describe("checkSeveral", () => {
  const check = (...uses: ReadonlyArray<unknown>) =>
    checkSeveral(
      uses.map(
        (use, index) =>
          pat(ids[index] ?? "", -index - 1, use === undefined ? {} : { last_used_at: use }) as Known,
      ),
      { label: "CI", all: true, keep: false, scopes: undefined },
    )

  it.each([
    ["none of them", [null, null]],
    ["the newest alone", [iso(-0.1), null]],
    ["the old one alone", [null, iso(-0.1)]],
    ["the newest, and the old one until ten minutes after its creation", [iso(-0.1), iso(-1 + 10 / 1440)]],
    ["one of which it isn't known", ["?", null]],
  ])("lets several pass if %s is in use", (_, uses) => {
    expect(check(...uses)).toEqual(Either.void)
  })

  it.each([
    ["both", [iso(-0.1), iso(-0.5)]],
    ["both, as far as is known", [undefined, "?"]],
    ["two of three", [null, iso(-0.1), iso(-0.5)]],
    ["the old one until later", [iso(-0.1), iso(-1 + 10.1 / 1440)]],
  ])("refuses several if %s are in use", (_, uses) => {
    expect(check(...uses)).toMatchObject({ left: { _tag: "PatsInUse", label: "CI" } })
  })

  it("refuses several with other scopes", () => {
    const others = [pat(second, -1), pat(first, -9, { scopes: ["pat"] })].map(
      (one) => ({ ...one, last_used_at: undefined }) as Known,
    )
    expect(checkSeveral(others, { label: "CI", all: true, keep: false, scopes: undefined })).toMatchObject({
      left: { _tag: "ScopesDiffer", keyId: first, scopes: ["pat"], otherKeyId: second, others: ["job"] },
    })
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
  expect(expiryText(pat(first, -1))).toBeNull()
})
