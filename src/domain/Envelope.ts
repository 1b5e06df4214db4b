import * as Schema from "effect/Schema"
import { text } from "./Pat.ts"

/** `GET /pat`, 200. Each item is a `Pat`, decoded when it is looked at: printing JSON needs none of them. */
export const PatList = Schema.Struct({ detail: Schema.Struct({ items: Schema.Array(Schema.Unknown) }) })

/** The items of a list's envelope, as they came. */
export const itemsOf = (envelope: unknown): ReadonlyArray<unknown> =>
  (envelope as { readonly detail: { readonly items: ReadonlyArray<unknown> } }).detail.items

/** A list's envelope as it came, but with those of its items alone that are kept, by their index. */
export const withItems = (envelope: unknown, keep: (index: number) => boolean): unknown => {
  const whole = envelope as { readonly detail: object }
  return {
    ...whole,
    detail: { ...whole.detail, items: itemsOf(envelope).filter((_, index) => keep(index)) },
  }
}

/** `POST /pat`, 201. The token is secret from the moment it is read. */
export const CreatedPat = Schema.Struct({
  detail: Schema.Struct({
    // Without it the token can still be delivered, which is what matters.
    key_id: text,
    token: Schema.Redacted(Schema.NonEmptyString),
  }),
})
export type CreatedPat = typeof CreatedPat.Type

/** What the `Authorization` header can hold. */
export const BearerToken = Schema.Redacted(Schema.String.pipe(Schema.pattern(/^[\x21-\x7e]+$/)))

/** A secret that may be absent; what is no text counts as that. */
const OptionalSecret = Schema.transform(Schema.Unknown, Schema.UndefinedOr(Schema.Redacted(Schema.String)), {
  strict: true,
  decode: (value) => (typeof value === "string" ? value : undefined),
  encode: (value) => value,
})

/** Seconds; an odd value counts as none, which costs the cache and not the sign-in. */
const Seconds = Schema.transform(Schema.Unknown, Schema.Number, {
  strict: true,
  decode: (value) => {
    const seconds = typeof value === "string" ? Number(value) : value
    return typeof seconds === "number" && Number.isFinite(seconds) ? seconds : 0
  },
  encode: (value) => value,
})

/** `POST /login`, 200. */
export const LoginGrant = Schema.Struct({
  detail: Schema.Struct({
    access_token: BearerToken,
    id_token: Schema.optionalWith(OptionalSecret, { exact: true }),
    expires_in: Schema.optionalWith(Seconds, { default: () => 0 }),
  }),
})
export type LoginGrant = typeof LoginGrant.Type

/** `GET /hello`, 200. */
export const Hello = Schema.Struct({ message: Schema.String })

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/**
 * The server's own words in a failure. The gateway's shapes are `{message}`,
 * `{Message}`, `{message, detail: "..."}` and `{message, detail: {message}}`;
 * anything else says nothing.
 */
export const failureMessage = (body: unknown): string | undefined => {
  if (!isRecord(body)) return undefined
  const said = (value: unknown) =>
    typeof value === "string" && value.trim() !== "" ? value.trim() : undefined
  const message = said(body.message) ?? said(body.Message)
  const detail = said(body.detail) ?? (isRecord(body.detail) ? said(body.detail.message) : undefined)
  if (message === undefined || detail === undefined || message === detail) return message ?? detail
  return `${message}: ${detail}`
}
