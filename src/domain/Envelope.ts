import * as Schema from "effect/Schema"
import { text } from "./Pat.ts"

/** `GET /pat`, 200. Each item is a `Pat`, decoded when it is looked at: printing JSON needs none of them. */
export const PatList = Schema.Struct({ detail: Schema.Struct({ items: Schema.Array(Schema.Unknown) }) })

const bearer = /^[\x21-\x7e]+$/

/** What the `Authorization` header can hold. */
export const BearerToken = Schema.Redacted(Schema.String.pipe(Schema.pattern(bearer)))

/** A secret that may be absent; whatever it can't be counts as absent. */
const optionalSecret = (fits: (value: string) => boolean) =>
  Schema.transform(Schema.Unknown, Schema.UndefinedOr(Schema.Redacted(Schema.String)), {
    strict: true,
    decode: (value) => (typeof value === "string" && fits(value) ? value : undefined),
    encode: (value) => value,
  })

/**
 * `POST /pat`, 201. The token is secret from the moment it is read; one that a
 * header can't hold counts as absent, since it could never be used.
 */
export const CreatedPat = Schema.Struct({
  detail: Schema.Struct({
    // Without it the token can still be delivered, which is what matters.
    key_id: text,
    token: Schema.optionalWith(
      optionalSecret((token) => bearer.test(token)),
      { exact: true },
    ),
  }),
})
export type CreatedPat = typeof CreatedPat.Type

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
    id_token: Schema.optionalWith(
      optionalSecret(() => true),
      { exact: true },
    ),
    expires_in: Schema.optionalWith(Seconds, { default: () => 0 }),
  }),
})
export type LoginGrant = typeof LoginGrant.Type

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Members that a failing function or gateway puts into a success: nothing was done then. */
const telltale = ["error", "errors", "errorMessage", "errorType", "statusCode"]

/**
 * Whether a success was said by the API itself: an object with a text as its
 * `message` and no member of a failure. Anything else with a status of 200 may
 * be a gateway's function that failed, or a network's sign-in page.
 */
export const isOwnSuccess = (value: unknown): boolean =>
  isRecord(value) &&
  typeof value.message === "string" &&
  value.message !== "Internal server error" &&
  !telltale.some((name) => name in value)

/** `GET /hello`, 200. */
export const Hello = Schema.compose(
  Schema.Unknown.pipe(Schema.filter(isOwnSuccess)),
  Schema.Struct({ message: Schema.String }),
  { strict: false },
)

/** What a gateway answers to a path or method that it does not know. */
const unknownPath = "Missing Authentication Token"

/**
 * Who a failing answer seems to be from: the API; the gateway in front of it,
 * which knows no such path or method; or something else, such as a proxy with
 * its web page. An empty body may be the API's.
 *
 * @param text - the body
 * @param value - its JSON, if it is JSON
 */
export const speakerOf = (text: string, value: unknown): "api" | "gateway" | "other" => {
  if (text.trim() === "") return "api"
  if (!isRecord(value)) return "other"
  return value.message === unknownPath || value.Message === unknownPath ? "gateway" : "api"
}
