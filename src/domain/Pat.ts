import { isReadonlyRecord } from "effect/Predicate"
import * as Schema from "effect/Schema"

/** What a cell shows of a value: text as it is, anything else as JSON, unless it is too deep for that. */
const asText = (value: unknown): string | undefined => {
  if (value === null || value === undefined) return undefined
  if (typeof value === "string") return value
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

/** An instant in milliseconds since the epoch; or the server's text where that is no ISO 8601 time. */
export type Time = number | string | undefined

const iso = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i

// The form that the API sends, which the engine reads at once: a long list has several for each item.
const usual = /^\d{4}-\d\d-(?:[01]\d|2[0-8])T\d\d:\d\d:\d\d(?:\.\d+)?Z$/

/** Reads ISO 8601 with `Z` or an offset, with or without a fraction; without a zone it is UTC. */
export const parseTime = (value: unknown): Time => {
  const text = asText(value)
  if (text === undefined) return undefined
  if (usual.test(text)) {
    const millis = Date.parse(text)
    return Number.isNaN(millis) ? text : millis
  }
  const match = iso.exec(text)
  if (match === null) return text
  const [, date, time = "00:00", zone = "Z"] = match
  const offset =
    zone.length === 3 ? `${zone}:00` : zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone
  const millis = Date.parse(`${date}T${time}${offset.toUpperCase()}`)
  // `Date` takes 30 February for 2 March.
  const day = Number(date?.slice(8))
  const exists = day <= 28 || new Date(`${date}T00:00Z`).getUTCDate() === day
  return Number.isNaN(millis) || !exists ? text : millis
}

const asList = (value: unknown): ReadonlyArray<string> | undefined =>
  Array.isArray(value)
    ? value.map((item) => asText(item) ?? "-")
    : typeof value === "string"
      ? [value]
      : undefined

/** A cell that may be absent, and that is read from any value. */
const cell = <A>(type: Schema.Schema<A>, decode: (value: unknown) => A | undefined) =>
  Schema.optionalWith(
    Schema.transform(Schema.Unknown, Schema.UndefinedOr(type), {
      strict: true,
      decode,
      encode: (value) => value,
    }),
    { exact: true },
  )

/** A cell of text; any other value is shown as JSON. */
export const text = cell(Schema.String, asText)
const time = cell(Schema.Union(Schema.Number, Schema.String), parseTime)
const list = cell(Schema.Array(Schema.String), asList)

/**
 * One PAT as `GET /pat` lists it: everything about it but the token, which is
 * never shown again. No field is guaranteed: an absent, null, odd or new one
 * costs its cell and never the list. Times are milliseconds since the epoch,
 * or the server's text where it is not an ISO 8601 time.
 */
export const Pat = Schema.Struct({
  key_id: text,
  label: text,
  status: text,
  created_at: time,
  expiry_at: time,
  hard_expiry_at: time,
  last_used_at: time,
  scopes: list,
})
export type Pat = typeof Pat.Type

const decode = Schema.decodeUnknownSync(Pat)

/** Reads an item of a list. It never fails: anything but an object becomes a row of empty cells. */
export const fromItem = (item: unknown): Pat => decode(isReadonlyRecord(item) ? item : {})

/** When a PAT stops working: the earlier of its two expiries, or the one that can be read. */
export const expiryOf = (pat: Pat): Time => {
  const { expiry_at: soft, hard_expiry_at: hard } = pat
  if (typeof soft === "number" && typeof hard === "number") return Math.min(soft, hard)
  return typeof hard === "number" ? hard : (soft ?? hard)
}

/**
 * Whether a PAT works now and stops to before an instant (milliseconds since
 * the epoch). One without an expiry never does; one whose expiry can't be read
 * might, so it counts.
 */
export const isExpiringBefore = (pat: Pat, now: number, instant: number): boolean => {
  const status = pat.status?.toLowerCase()
  const expiry = expiryOf(pat)
  if (expiry === undefined || status === "revoked" || status === "expired") return false
  return typeof expiry === "string" || (expiry > now && expiry <= instant)
}

/** Whether a PAT is listed as one that has ended: revoked or expired. */
export const hasEnded = ({ status }: Pat): boolean => /^(revoked|expired)$/i.test(status ?? "")

/** Whether a PAT is accepted at an instant (milliseconds since the epoch), as far as the list tells. */
export const works = (pat: Pat, now: number): boolean => {
  const expiry = expiryOf(pat)
  return !hasEnded(pat) && !(typeof expiry === "number" && expiry <= now)
}

/** Whether two lists have the same scopes, in any order. */
export const sameScopes = (some: ReadonlyArray<string> = [], others: ReadonlyArray<string> = []): boolean => {
  const [left, right] = [new Set(some), new Set(others)]
  return left.size === right.size && [...left].every((scope) => right.has(scope))
}

/**
 * When a PAT was last used, in milliseconds since the epoch; `never` if the
 * server says `null`. Undefined if it doesn't say, or not in a way that can be read.
 */
export const lastUse = (pat: Pat): number | "never" | undefined => {
  if (!("last_used_at" in pat)) return undefined
  const { last_used_at: used } = pat
  return used === undefined ? "never" : typeof used === "number" ? used : undefined
}

/** How long before the server's clock a PAT may have been used to be the one that is in use, in milliseconds. */
const justNow = 10_000

/**
 * The PAT that a list was asked for with: the one that was used last, and just
 * now. Undefined where the list does not tell it from another.
 *
 * @param serverTime - the server's clock, in milliseconds since the epoch
 */
export const inUse = (pats: ReadonlyArray<Pat>, serverTime: number | undefined): Pat | undefined => {
  if (serverTime === undefined) return undefined
  let last: Pat | undefined
  let tied = false
  for (const pat of pats) {
    const used = pat.last_used_at
    if (typeof used !== "number" || hasEnded(pat) || Math.abs(serverTime - used) > justNow) continue
    const most = typeof last?.last_used_at === "number" ? last.last_used_at : Number.NEGATIVE_INFINITY
    tied = used === most
    if (used > most) last = pat
  }
  return tied ? undefined : last
}
