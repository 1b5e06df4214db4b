import { isReadonlyRecord } from "effect/Predicate"
import * as Schema from "effect/Schema"
import { hidden } from "./Credential.ts"
import { text } from "./Pat.ts"

/** Members that a failing function or gateway puts into a success: nothing was done then. */
const telltale = ["error", "errors", "errorMessage", "errorType", "statusCode"]

/** What gateways and frameworks say of a failure, as the whole of a `message`. */
const refusals = new Set([
  "access denied",
  "bad gateway",
  "bad request",
  "endpoint request timed out",
  "forbidden",
  "gateway timeout",
  "internal server error",
  "limit exceeded",
  "method not allowed",
  "missing authentication token",
  "not found",
  "service unavailable",
  "the incoming token has expired",
  "too many requests",
  "unauthorized",
  "user is not authorized to access this resource",
])

/** Whether a member that would tell of a failure tells of none: some APIs send it with each success. */
const saysNothing = (value: unknown): boolean =>
  value === null ||
  value === false ||
  value === "" ||
  value === 200 ||
  (Array.isArray(value) && value.length === 0)

/** Whether an object with a success's status tells of a failure. */
export const tellsOfFailure = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isReadonlyRecord(value) &&
  (telltale.some((name) => name in value && !saysNothing(value[name])) ||
    value.success === false ||
    value.ok === false ||
    (typeof value.message === "string" &&
      refusals.has(value.message.slice(0, 100).trim().toLowerCase().replace(/[.!]$/, ""))))

/** The words of a success that tells of a failure: its `message` may say "OK" all the same. */
export const wordsOfFailure = (value: Readonly<Record<string, unknown>>): string | undefined =>
  failureMessage(Object.fromEntries(telltale.map((name) => [name, value[name]]))) ?? failureMessage(value)

/** `GET /pat`, 200. Each item is a `Pat`, decoded only when it is needed: printing JSON doesn't. */
export const PatList = Schema.compose(
  Schema.Unknown.pipe(Schema.filter((value) => !tellsOfFailure(value))),
  Schema.Struct({ detail: Schema.Struct({ items: Schema.Array(Schema.Unknown) }) }),
  { strict: false },
)

const bearer = /^[\x21-\x7e]+$/

/** What the `Authorization` header can hold. */
export const BearerToken = Schema.Redacted(Schema.String.pipe(Schema.pattern(bearer)))

/** A secret that may be absent; a value that can't be a secret is ignored. */
const optionalSecret = (fits: (value: string) => boolean) =>
  Schema.transform(Schema.Unknown, Schema.UndefinedOr(Schema.Redacted(Schema.String)), {
    strict: true,
    decode: (value) => (typeof value === "string" && fits(value) ? value : undefined),
    encode: (value) => value,
  })

/** A key ID is shown, and a token is not: a key ID that repeats the token is ignored. */
const withoutToken = (detail: unknown): unknown => {
  if (!isReadonlyRecord(detail)) return detail
  const { key_id, token } = detail
  const repeats =
    typeof token === "string" && token.length >= 8 && typeof key_id === "string" && key_id.includes(token)
  return repeats ? { token } : detail
}

/**
 * `POST /pat`, 201. The token is secret from the moment it is read. One that a
 * header can't hold counts as absent, since it could never be used; so does one
 * that repeats the credential that signs in, which is hidden by now.
 */
export const CreatedPat = Schema.Struct({
  detail: Schema.compose(
    Schema.transform(Schema.Unknown, Schema.Unknown, {
      strict: true,
      decode: withoutToken,
      encode: (detail) => detail,
    }),
    Schema.Struct({
      // Without it the token can still be delivered, which is what matters.
      key_id: text,
      token: Schema.optionalWith(
        optionalSecret((token) => bearer.test(token) && !token.includes(hidden)),
        { exact: true },
      ),
    }),
    { strict: false },
  ),
})
export type CreatedPat = typeof CreatedPat.Type

/** Seconds; 0 for a value that isn't a number: the sign-in works, and isn't cached. */
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

/**
 * Whether a success was said by the API itself: an object with a text as its
 * `message` that does not tell of a failure, and without a member for one.
 * Anything else with a status of 200 may be a gateway's function that failed, or
 * a network's sign-in page.
 */
export const isOwnSuccess = (
  value: unknown,
): value is { readonly message: string } & Record<string, unknown> =>
  isReadonlyRecord(value) &&
  typeof value.message === "string" &&
  !tellsOfFailure(value) &&
  !telltale.some((name) => name in value)

/** Whether an answer is the API's own success for the revoke of this PAT: it doesn't name another one. */
export const saysRevoked = (value: unknown, keyId: string): boolean =>
  isOwnSuccess(value) &&
  (!isReadonlyRecord(value.detail) ||
    value.detail.key_id === undefined ||
    value.detail.key_id === null ||
    value.detail.key_id === keyId)

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
  if (!isReadonlyRecord(value)) return "other"
  return value.message === unknownPath || value.Message === unknownPath ? "gateway" : "api"
}

/** Keys whose values say what went wrong, the most telling first. */
const headlines = ["message", "Message", "error", "title", "errorMessage", "msg"]

/** Keys whose values explain it. */
const explanations = ["detail", "error_description", "errors"]

const telling = [...headlines, ...explanations]

/** The most values that are looked at for a text: no answer takes longer, however deep or long it is. */
const maxValues = 1000

/** The longest plain text, in characters, that is taken for words and not for a document. */
const maxPlainText = 500

/** What is inside a list or an object, in the order in which it is looked at: telling keys first. */
const inside = (value: unknown): ReadonlyArray<unknown> => {
  if (Array.isArray(value)) return value.slice(0, maxValues)
  if (!isReadonlyRecord(value)) return []
  const others = Object.keys(value).filter((key) => !telling.includes(key))
  return [...telling.filter((key) => Object.hasOwn(value, key)), ...others]
    .slice(0, maxValues)
    .map((key) => value[key])
}

/** The first text in a value that is not blank. */
const firstText = (value: unknown): string | undefined => {
  const waiting = [value]
  for (let looked = 0; waiting.length > 0 && looked < maxValues; looked++) {
    const next = waiting.pop()
    if (typeof next === "string" && next.trim() !== "") return next.trim()
    waiting.push(...inside(next).toReversed())
  }
  return undefined
}

const firstOf = (record: Readonly<Record<string, unknown>>, keys: ReadonlyArray<string>) => {
  for (const key of keys) {
    const text = firstText(record[key])
    if (text !== undefined) return text
  }
  return undefined
}

/**
 * The server's own words in the JSON of a failure: a text, or the first text
 * in one of the keys that APIs and gateways use, such as `{message}`,
 * `{Message}`, `{message, detail}`, `{error: {message}}` and `{errors: {field: [..]}}`.
 */
export const failureMessage = (json: unknown): string | undefined => {
  if (typeof json === "string") return firstText(json)
  if (!isReadonlyRecord(json)) return undefined
  const headline = firstOf(json, headlines)
  const explanation = firstOf(json, explanations)
  if (headline === undefined || explanation === undefined || headline === explanation) {
    return headline ?? explanation
  }
  return `${headline}: ${explanation}`
}

/** The words of a failure whose body is a short plain text: not a web page, and not truncated JSON. */
export const plainMessage = (text: string, contentType: string | undefined): string | undefined =>
  /^\s*text\/plain\b/i.test(contentType ?? "") && text.length <= maxPlainText && !/^\s*[<{[]/.test(text)
    ? firstText(text)
    : undefined
