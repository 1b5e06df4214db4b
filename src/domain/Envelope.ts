import * as Schema from "effect/Schema"
import { Pat } from "./Pat.ts"

/** `GET /pat`, 200. */
export const PatList = Schema.Struct({
  detail: Schema.Struct({ items: Schema.Array(Schema.Union(Pat, emptyOf(Pat))) }),
})

/** `POST /pat`, 201. The token is secret from the moment it is read. */
export const CreatedPat = Schema.Struct({
  detail: Schema.Struct({
    // Without it the token can still be delivered, which is what matters.
    key_id: Schema.optionalWith(Schema.String, { nullable: true }),
    token: Schema.Redacted(Schema.NonEmptyString),
  }),
})
export type CreatedPat = typeof CreatedPat.Type

/** `POST /login`, 200. */
export const LoginGrant = Schema.Struct({
  detail: Schema.Struct({
    access_token: Schema.Redacted(Schema.NonEmptyString),
    id_token: Schema.optionalWith(Schema.Redacted(Schema.String), { nullable: true }),
    /** Seconds. */
    expires_in: Schema.optionalWith(Schema.Number, { nullable: true, default: () => 0 }),
  }),
})
export type LoginGrant = typeof LoginGrant.Type

/** `GET /hello`, 200. */
export const Hello = Schema.Struct({ message: Schema.String })

/** A row that is no object at all is a row of empty cells. */
function emptyOf(pat: typeof Pat) {
  return Schema.transform(Schema.Unknown, Schema.typeSchema(pat), {
    strict: true,
    decode: () => ({}),
    encode: (value) => value,
  })
}

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
