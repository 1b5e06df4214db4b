import * as Schema from "effect/Schema"

/**
 * Items are read tolerantly: no field is guaranteed, so an absent, null, odd or
 * new one costs that cell and never the list. Every cell therefore decodes from
 * `unknown` and cannot fail.
 */
const cell = <A, I>(self: Schema.Schema<A, I>, decode: (value: unknown) => I) =>
  Schema.optionalWith(
    Schema.transform(Schema.Unknown, self, { strict: true, decode, encode: (value) => value }),
    {
      exact: true,
    },
  )

const asText = (value: unknown): string | undefined =>
  value === null || value === undefined
    ? undefined
    : typeof value === "string"
      ? value
      : JSON.stringify(value)

const Text = Schema.UndefinedOr(Schema.String)

/** An instant in milliseconds since the epoch; or the server's text where that is no ISO 8601 time. */
export type Time = number | string | undefined
const TimeCell = Schema.UndefinedOr(Schema.Union(Schema.Number, Schema.String))

const iso = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i

/** Reads ISO 8601 with `Z` or an offset, with or without a fraction; without a zone it is UTC. */
export const parseTime = (value: unknown): Time => {
  const text = asText(value)
  if (text === undefined) return undefined
  const match = iso.exec(text)
  if (match === null) return text
  const [, date, time = "00:00", zone = "Z"] = match
  const offset =
    zone.length === 3 ? `${zone}:00` : zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone
  const millis = Date.parse(`${date}T${time}${offset.toUpperCase()}`)
  // `Date` takes 30 February for 2 March.
  const exists = new Date(`${date}T00:00Z`).getUTCDate() === Number(date?.slice(8))
  return Number.isNaN(millis) || !exists ? text : millis
}

const asList = (value: unknown): ReadonlyArray<string> | undefined =>
  Array.isArray(value)
    ? value.map((item) => asText(item) ?? "-")
    : typeof value === "string"
      ? [value]
      : undefined

/** A cell of text; what is no text is shown as JSON. */
export const text = cell(Text, asText)
const time = cell(TimeCell, parseTime)

/** One PAT as `GET /pat` lists it: everything about it but the token, which is never shown again. */
export const Pat = Schema.Struct({
  key_id: text,
  label: text,
  status: text,
  created_at: time,
  expiry_at: time,
  hard_expiry_at: time,
  last_used_at: time,
  scopes: cell(Schema.UndefinedOr(Schema.Array(Schema.String)), asList),
})
export type Pat = typeof Pat.Type

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

/** A list's envelope as it came, but with those of `detail.items` alone that are kept, by their index. */
export const withItems = (envelope: unknown, keep: (index: number) => boolean): unknown => {
  const whole = envelope as { readonly detail: { readonly items: ReadonlyArray<unknown> } }
  return {
    ...whole,
    detail: { ...whole.detail, items: whole.detail.items.filter((_, index) => keep(index)) },
  }
}
