/** The PATs that a sandbox starts with: a JSON list of items as `GET /pat` lists them, with `token` beside. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { isReadonlyRecord } from "effect/Predicate"
import { is } from "../../domain/KeyId.ts"
import { parseTime } from "../../domain/Pat.ts"
import * as Scope from "../../domain/Scope.ts"
import { nextKeyId } from "./keyIds.ts"
import { empty, type State, type StoredPat, statusOf } from "./State.ts"
import { sha256 } from "./tokens.ts"

const day = 86_400_000

/** An item that was read; without a key ID it gets the next one. */
interface Seeded extends Omit<StoredPat, "key_id" | "token_sha256"> {
  readonly key_id: string | undefined
  readonly token: string | undefined
}

/** The items of a list, or of the answer to `GET /pat` that contains one. */
const itemsOf = (value: unknown): ReadonlyArray<unknown> | undefined => {
  if (Array.isArray(value)) return value
  return isReadonlyRecord(value) && isReadonlyRecord(value.detail) && Array.isArray(value.detail.items)
    ? value.detail.items
    : undefined
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== ""
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0
const isScopes = (value: unknown): value is ReadonlyArray<string> =>
  Array.isArray(value) && value.length > 0 && value.every(isText)
const isToken = (value: unknown): value is string => isText(value) && /^[!-~]+$/.test(value)
const isKeyId = (value: unknown): value is string => isText(value) && is(value)
const isStatus = (value: unknown): value is string =>
  isText(value) && ["active", "revoked", "expired"].includes(value)
const isTime = (value: unknown): value is string => isText(value) && typeof parseTime(value) === "number"

const readItem = (item: unknown, now: number): Either.Either<Seeded, string> =>
  Either.gen(function* () {
    if (!isReadonlyRecord(item)) return yield* Either.left("it is not an object")
    /** A field that may be absent or null. */
    const field = <A>(
      name: string,
      is: (value: unknown) => value is A,
      expected: string,
    ): Either.Either<A | undefined, string> => {
      const value = item[name]
      if (value === undefined || value === null) return Either.right(undefined)
      return is(value) ? Either.right(value) : Either.left(`${name} is not ${expected}`)
    }
    const time = (name: string) =>
      Either.map(field(name, isTime, "an ISO 8601 time"), (text) => {
        const instant = parseTime(text)
        return typeof instant === "number" ? instant : null
      })
    const label = yield* field("label", isText, "a text")
    if (label === undefined) return yield* Either.left("label is missing")
    const scopes = yield* field("scopes", isScopes, "a list of at least one scope")
    if (scopes === undefined) return yield* Either.left("scopes is missing")
    const unknown = scopes.find((scope) => !known.scopes.has(scope))
    if (unknown !== undefined) {
      return yield* Either.left(`"${unknown}" is not a scope (there are ${[...known.scopes].join(", ")})`)
    }
    const created = (yield* time("created_at")) ?? now - assumedAge
    const status = yield* field("status", isStatus, "active, revoked or expired")
    const pat = {
      key_id: yield* field("key_id", isKeyId, "four words joined by hyphens"),
      label,
      scopes,
      created_at: created,
      expiry_at: yield* time("expiry_at"),
      hard_expiry_at: yield* time("hard_expiry_at"),
      revoked_at: status === "revoked" ? created : null,
      last_used_at: yield* time("last_used_at"),
      last_ip: (yield* field("last_ip", isText, "a text")) ?? null,
      last_ua: (yield* field("last_ua", isText, "a text")) ?? null,
      token_ver: (yield* field("token_ver", isCount, "a whole number")) ?? 1,
      usage_count: (yield* field("usage_count", isCount, "a whole number")) ?? 0,
      token: yield* field("token", isToken, "a text of visible ASCII characters"),
    }
    const found = statusOf(pat, now)
    return status === undefined || found === status
      ? pat
      : yield* Either.left(`its status is ${status}, and by its expiry it is ${found}`)
  })

/** The fields that are read, of which `pat list --json` of a newer API may have more, and the scopes that there are. */
const known = {
  fields: new Set([
    ...["key_id", "label", "scopes", "status", "token", "token_ver", "usage_count"],
    ...["created_at", "expiry_at", "hard_expiry_at", "last_used_at", "last_ip", "last_ua"],
  ]),
  scopes: new Set<string>(Scope.scopes),
}

/** How old a PAT is that does not say so, in milliseconds: no rotation takes it for one that was just made. */
const assumedAge = 30 * day

/** Warns of fields that may be misspelt: a PAT would not be as old or as unused as a test needs it. */
const warnOfUnknown = (items: ReadonlyArray<unknown>) => {
  const unknown = new Set(
    items
      .filter(isReadonlyRecord)
      .flatMap(Object.keys)
      .filter((name) => !known.fields.has(name)),
  )
  return unknown.size === 0
    ? Effect.void
    : Effect.logWarning(`The seed has unknown fields, which are ignored: ${[...unknown].join(", ")}.`)
}

/** A value that two of them have. */
const twice = (values: ReadonlyArray<string | undefined>): string | undefined => {
  const seen = new Set<string>()
  return values.find((value) => value !== undefined && seen.size === seen.add(value).size)
}

/** Reads a seed. Fails with what is wrong with it, as the end of a sentence about the file. */
export const parseSeed = Effect.fn("parseSeed")(function* (text: string): Effect.fn.Return<State, string> {
  const now = yield* Clock.currentTimeMillis
  const value = yield* Either.try({
    try: () => JSON.parse(text.replace(/^\uFEFF/, "")) as unknown,
    catch: () => "is not valid JSON",
  })
  const items = itemsOf(value)
  if (items === undefined) return yield* Effect.fail("is not a list of PATs")
  const seeded = yield* Effect.forEach(items, (item, index) =>
    Either.mapLeft(readItem(item, now), (reason) => `can't be used: PAT ${index + 1}: ${reason}`),
  )
  yield* warnOfUnknown(items)
  if (twice(seeded.map(({ token }) => token)) !== undefined)
    return yield* Effect.fail("can't be used: two PATs have the same token")
  const double = twice(seeded.map(({ key_id }) => key_id))
  if (double !== undefined) return yield* Effect.fail(`can't be used: two PATs have the key ID ${double}`)
  const taken = new Set(seeded.map(({ key_id }) => key_id))
  let dealt = 0
  const pats: Array<StoredPat> = []
  for (const { token, ...pat } of seeded) {
    const next = nextKeyId(dealt, (keyId) => taken.has(keyId))
    if (pat.key_id === undefined) dealt = next.dealt
    const key_id = pat.key_id ?? next.keyId
    // No token has this hash.
    pats.push({ ...pat, key_id, token_sha256: token === undefined ? "" : yield* sha256(token) })
  }
  return { ...empty, dealt, pats }
})

/** PATs of each kind, so that a first `pat list` has something to show. Times are in days from now. */
const demoPats: ReadonlyArray<
  readonly [
    keyId: string,
    label: string,
    scopes: ReadonlyArray<string>,
    created: number,
    /** The last 00:00 UTC that is no later. */
    expiry: number | null,
    used: readonly [last: number, count: number] | null,
    status?: "revoked",
  ]
> = [
  ["apple-ink-open-idea", "laptop", ["*"], -412, null, [-0.2, 1893]],
  ["river-glass-knot-unit", "old deploy key", ["sshkey"], -310, null, [-95, 64], "revoked"],
  [
    "table-hill-calm-year",
    "Nightly snapshots of the staging zpools, by cron on backup-2",
    ["zpool", "job", "sshkey"],
    -240,
    125,
    [-0.6, 240],
  ],
  ["quilt-arrow-warm-group", "billing report", ["billing"], -200, -19, [-21, 6]],
  ["saddle-yard-dusty-energy", "account audit", ["pat", "billing"], -170, null, [-130, 2]],
  ["valley-eagle-quiet-height", "staging tests", ["zpool", "job"], -120, 245, null],
  ["anchor-lemon-plain-season", "my-project CI", ["job"], -84, 7, [-1.3, 83]],
]

/** The seed that is built in, by the clock of the sandbox. */
export const demo = Effect.gen(function* () {
  const now = yield* Clock.currentTimeMillis
  const items = demoPats.map(([key_id, label, scopes, created, expiry, used, status]) => ({
    ...{ key_id, label, scopes, status },
    created_at: new Date(now + created * day),
    expiry_at: expiry === null ? null : new Date(Math.floor(now / day + expiry) * day),
    ...(used && {
      last_used_at: new Date(now + used[0] * day),
      usage_count: used[1],
      last_ip: "203.0.113.7",
      last_ua: "zpcli/0.1.0",
    }),
  }))
  return yield* Effect.orDie(parseSeed(JSON.stringify(items)))
})
