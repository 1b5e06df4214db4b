import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import { ExpiryDate } from "../../src/domain/Expiry.ts"
import { KeyId } from "../../src/domain/KeyId.ts"
import { Label } from "../../src/domain/Label.ts"
import { fromItem, type Known, type Pat } from "../../src/domain/Pat.ts"
import { checkSeveral, plan, revokedBy, select, type Wanted } from "../../src/domain/Rotation.ts"

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

  it("finds the newest expired PAT if none is active, by its status or its expiry", () => {
    expect(
      chosen([
        pat(first, -9, { status: "expired" }),
        pat(second, -5, { expiry_at: iso(-1) }),
        pat(third, -1, { status: "revoked" }),
      ]),
    ).toEqual(Either.right([second]))
  })

  it("finds the active PAT with --keep-old too, even if an expired one is newer", () => {
    const pats = [pat(first, -9), pat(second, -5, { status: "expired" })]
    expect(chosen(pats)).toEqual(Either.right([first]))
    expect(chosen(pats, { keep: true })).toEqual(Either.right([first]))
  })

  it("finds none if there are none, or only revoked ones", () => {
    expect(chosen([])).toEqual(Either.right([]))
    expect(chosen([pat(first, -1, { status: "Revoked" })])).toEqual(Either.right([]))
    // What can't be named in a request can't be revoked.
    expect(chosen([pat("../x", -1), fromItem(null)])).toEqual(Either.right([]))
  })

  it("refuses several, and names each with its creation and last use, newest first", () => {
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

  it("takes several with --all, newest first", () => {
    expect(chosen([pat(first, -9), pat(second, -5), pat(third, -1)], { all: true })).toEqual(
      Either.right([third, second, first]),
    )
    expect(chosen([pat(first, -9, { created_at: "?" }), pat(second, -1)], { all: true })).toMatchObject({
      left: { _tag: "CannotRotate", keyId: first, reason: "creation" },
    })
  })

  it("considers only the newest of several with --keep-old", () => {
    expect(
      chosen([pat(first, -9, { scopes: ["pat"] }), pat(second, -1)], { keep: true, scopes: ["job"] }),
    ).toEqual(Either.right([second]))
    expect(chosen([pat(first, -9), pat(second, -1 / 1440)], { keep: true })).toEqual(Either.right([second]))
    expect(chosen([pat(first, -9, { created_at: null }), pat(second, -1)], { keep: true })).toMatchObject({
      left: { _tag: "CannotRotate", keyId: first, reason: "creation" },
    })
  })

  it.each([true, false])("refuses several if one is less than ten minutes old, with --all: %s", (all) => {
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

  it("refuses a PAT with scopes other than the requested ones", () => {
    expect(chosen([pat(first, -1)], { scopes: ["job"] })).toEqual(Either.right([first]))
    expect(chosen([pat(first, -1, { status: "expired" })], { scopes: ["job", "pat"] })).toMatchObject({
      left: { _tag: "ScopesDiffer", keyId: first, scopes: ["job"], otherKeyId: undefined },
    })
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
    ["none of them is in use", [null, null]],
    ["only the newest is in use", [iso(-0.1), null]],
    ["only the old one is in use", [null, iso(-0.1)]],
    ["the old one was last used within ten minutes of its creation", [iso(-0.1), iso(-1 + 10 / 1440)]],
    ["one has an unreadable last use", ["?", null]],
  ])("accepts several PATs if %s", (_, uses) => {
    expect(check(...uses)).toEqual(Either.void)
  })

  it.each([
    ["both are in use", [iso(-0.1), iso(-0.5)]],
    ["neither last use is known", [undefined, "?"]],
    ["two of three are in use", [null, iso(-0.1), iso(-0.5)]],
    ["the old one was used more than ten minutes after its creation", [iso(-0.1), iso(-1 + 10.1 / 1440)]],
  ])("refuses several PATs if %s", (_, uses) => {
    expect(check(...uses)).toMatchObject({ left: { _tag: "PatsInUse", label: "CI" } })
  })

  it("refuses several PATs with other scopes", () => {
    const others = [pat(second, -1), pat(first, -9, { scopes: ["pat"] })].map(
      (one) => ({ ...one, last_used_at: undefined }) as Known,
    )
    expect(checkSeveral(others, { label: "CI", all: true, keep: false, scopes: undefined })).toMatchObject({
      left: { _tag: "ScopesDiffer", keyId: first, scopes: ["pat"], otherKeyId: second, others: ["job"] },
    })
  })
})

describe("plan", () => {
  const label = Label.make("CI")
  const due = { expiringBefore: now + 14 * day, createdBefore: undefined }
  const planned = (pats: ReadonlyArray<Pat>, wanted: Partial<Wanted> = {}) =>
    plan(
      { pats, ownKeyId: first, now },
      { keyId: undefined, label, all: false, keep: false, scopes: undefined, due, within: "14d", ...wanted },
    )
  const near = pat(first, -30, { expiry_at: iso(1) })

  it("replaces the PAT with the label, and knows which PAT signs in", () => {
    const rotation = planned([near])
    expect(rotation).toMatchObject({
      right: {
        _tag: "Rotation",
        old: [{ keyId: first, works: true, own: true, expiry: now + day }],
        pat: { label: "CI", scopes: ["job"], replaces: { keyId: first } },
      },
    })
    const revoked = Either.map(rotation, (it) => it._tag === "Rotation" && revokedBy(it).length)
    expect(revoked).toEqual(Either.right(1))
  })

  it("replaces the PAT with a key ID, whatever its label", () => {
    const keyId = KeyId.make(second)
    const other = pat(second, -30, { label: "other", status: "expired" })
    const rotation = planned([near, other], { keyId, label: undefined })
    expect(rotation).toMatchObject({ right: { old: [{ keyId, works: false, own: false }] } })
    expect(planned([near], { keyId, label: undefined })).toMatchObject({ left: { _tag: "PatNotFound" } })
  })

  it("says that no PAT is due, and how many are active", () => {
    expect(planned([pat(first, -1), pat(second, -2)], { all: true })).toMatchObject({
      right: { _tag: "NotDue", newest: { key_id: first }, count: 2 },
    })
  })

  it("creates the first PAT of a label only if its scopes are given", () => {
    expect(planned([], { scopes: ["job"] })).toMatchObject({
      right: { old: [], pat: { label: "CI", scopes: ["job"], replaces: undefined } },
    })
    const others = [pat(first, -1, { label: "ci" }), pat(second, -1, { label: "C", status: "revoked" })]
    expect(planned(others)).toMatchObject({ left: { _tag: "LabelNotFound", label: "CI", nearest: "ci" } })
  })

  it("refuses a new PAT that would be due at once, even if the old one isn't due", () => {
    const refused = { left: { _tag: "DueAtOnce", within: "14d" } }
    expect(planned([near], { keep: true })).toMatchObject({ right: { pat: { expiry: "2027-03-03" } } })
    expect(planned([pat(first, -5, { expiry_at: iso(1) })])).toMatchObject(refused)
    expect(planned([pat(first, -1)], { expiry: ExpiryDate.make("2027-02-14") })).toMatchObject(refused)
  })
})
