import { isRecord } from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as KeyId from "./KeyId.ts"

/** A value as a cell shows it: text as it is, anything else as JSON, unless it is nested too deeply. */
export const asText = (value: unknown): string | undefined => {
  if (value === null || value === undefined) return undefined
  if (typeof value === "string") return value
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

/** Milliseconds since the epoch, or the server's text if that isn't an ISO 8601 time. */
export type Time = number | string | undefined

const iso = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i

// The form that the API sends, which `Date.parse` reads: a long list has several in each item.
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
  // `Date.parse` wants an offset as `+02:00`, and not as `+02` or `+0200`.
  const offset = zone.replace(/^([+-]\d\d):?(\d\d)?$/, (_, hours, minutes = "00") => `${hours}:${minutes}`)
  const millis = Date.parse(`${date}T${time}${offset.toUpperCase()}`)
  // `Date` takes 30 February for 2 March.
  const day = Number(date?.slice(8))
  const exists = day <= 28 || new Date(`${date}T00:00Z`).getUTCDate() === day
  return Number.isNaN(millis) || !exists ? text : millis
}

const asList = (value: unknown): ReadonlyArray<string> | undefined => {
  if (Array.isArray(value)) return value.map((item) => asText(item) ?? "-")
  return typeof value === "string" ? [value] : undefined
}

/** Any value, read tolerantly: `read` never fails. */
export const tolerant = <A, I>(type: Schema.Schema<A, I>, read: (value: unknown) => I) =>
  Schema.transform(Schema.Unknown, type, { strict: true, decode: read, encode: (value) => value })

/** The same for a member that may be absent. */
export const optional = <A, I>(type: Schema.Schema<A, I>, read: (value: unknown) => I | undefined) =>
  Schema.optionalWith(tolerant(Schema.UndefinedOr(type), read), { exact: true })

const text = () => optional(Schema.String, asText)
const time = () => optional(Schema.Union(Schema.Number, Schema.String), parseTime)

/**
 * One PAT as `GET /pat` lists it. No field is guaranteed: if one is absent, null
 * or odd, only its cell is affected, and never the list. It is built at first use.
 */
export const Pat = Schema.suspend(() =>
  Schema.Struct({
    key_id: text(),
    label: text(),
    status: text(),
    created_at: time(),
    expiry_at: time(),
    hard_expiry_at: time(),
    last_used_at: time(),
    scopes: optional(Schema.Array(Schema.String), asList),
  }),
)
export type Pat = typeof Pat.Type

/** A PAT with a valid key ID, so that it can be revoked. */
export interface Known extends Pat {
  readonly key_id: KeyId.KeyId
}

/** Whether a PAT is listed with a valid key ID. */
export const isKnown = (pat: Pat): pat is Known => KeyId.is(pat.key_id)

/** How each field of an item is read. */
const readers: { readonly [Name in keyof Pat]-?: (value: unknown) => Pat[Name] } = {
  key_id: asText,
  label: asText,
  status: asText,
  created_at: parseTime,
  expiry_at: parseTime,
  hard_expiry_at: parseTime,
  last_used_at: parseTime,
  scopes: asList,
}
const names = Object.keys(readers) as ReadonlyArray<keyof Pat>

/**
 * Reads an item of a list. It never fails: anything but an object becomes a row
 * of empty cells. It gives what `Pat` decodes, which takes four times as long:
 * a list may have 100,000 items.
 */
export const fromItem = (item: unknown): Pat => {
  const pat: { -readonly [Name in keyof Pat]: unknown } = {}
  if (isRecord(item)) {
    for (const name of names) if (name in item) pat[name] = readers[name](item[name])
  }
  return pat as Pat
}

/** When a PAT stops working: the earlier of its two expiries, or the readable one. */
export const expiryOf = (pat: Pat): Time => {
  const { expiry_at: soft, hard_expiry_at: hard } = pat
  if (typeof soft === "number" && typeof hard === "number") return Math.min(soft, hard)
  return typeof hard === "number" ? hard : (soft ?? hard)
}

/** Whether a PAT works now, and expires by an instant. An unreadable expiry counts, since it may be near. */
export const isExpiringBefore = (pat: Pat, now: number, instant: number): boolean => {
  const expiry = expiryOf(pat)
  return works(pat, now) && expiry !== undefined && (typeof expiry === "string" || expiry <= instant)
}

/** The status of a PAT in lower case: `active`, `revoked`, `expired`, or whatever the server says. */
export const statusOf = ({ status }: Pat): string | undefined => status?.toLowerCase()

/** Whether a PAT is listed as one that has ended: revoked or expired. */
export const hasEnded = (pat: Pat): boolean => {
  const status = statusOf(pat)
  return status === "revoked" || status === "expired"
}

/** Whether a PAT works at an instant, according to the list. */
export const works = (pat: Pat, now: number): boolean => {
  const expiry = expiryOf(pat)
  return !hasEnded(pat) && !(typeof expiry === "number" && expiry <= now)
}

/** Whether two lists have the same scopes, in any order. */
export const sameScopes = (some: ReadonlyArray<string> = [], others: ReadonlyArray<string> = []): boolean => {
  const [left, right] = [new Set(some), new Set(others)]
  return left.size === right.size && [...left].every((scope) => right.has(scope))
}

/** When a PAT was last used; `never` if the server says `null`, and undefined if it says nothing readable. */
export const lastUse = (pat: Pat): number | "never" | undefined => {
  if (!("last_used_at" in pat)) return undefined
  const { last_used_at: used } = pat
  return used === undefined ? "never" : typeof used === "number" ? used : undefined
}

/** In milliseconds. */
const justNow = 10_000

/**
 * The PAT that signed the request for a list: the one that was used last, and
 * just now. Undefined if two were.
 *
 * @param serverTime - in milliseconds since the epoch
 */
export const inUse = (pats: ReadonlyArray<Pat>, serverTime: number | undefined): Pat | undefined => {
  if (serverTime === undefined) return undefined
  const useOf = ({ last_used_at: used }: Pat) => (typeof used === "number" ? used : Number.NEGATIVE_INFINITY)
  const [last, next] = pats
    .filter((pat) => !hasEnded(pat) && Math.abs(serverTime - useOf(pat)) <= justNow)
    .sort((one, other) => useOf(other) - useOf(one))
  return last && next && useOf(last) === useOf(next) ? undefined : last
}
