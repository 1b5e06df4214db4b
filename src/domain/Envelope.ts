import { isRecord } from "effect/Predicate"
import * as Schema from "effect/Schema"
import { bearer, hiddenSecret } from "./Credential.ts"
import { asText, optional, tolerant } from "./Pat.ts"

/** With one of these members, a response of status 200 comes from a function or gateway that failed. */
const telltale = ["error", "errors", "errorMessage", "errorType", "statusCode"]

/** The message of a gateway for a path or method that it doesn't know, whatever the status. */
const unknownPath = "Missing Authentication Token"

/** Whole messages of gateways and frameworks that mean a failure, in lower case. */
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
  unknownPath.toLowerCase(),
  "not found",
  "service unavailable",
  "the incoming token has expired",
  "too many requests",
  "unauthorized",
  "user is not authorized to access this resource",
])

/** Whether a telltale member means no failure after all: some APIs send it with each success. */
const saysNothing = (value: unknown): boolean =>
  value === null ||
  value === false ||
  value === "" ||
  value === 200 ||
  (Array.isArray(value) && value.length === 0)

/** Whether the body of a 200 response reports a failure. */
export const tellsOfFailure = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isRecord(value) &&
  (telltale.some((name) => name in value && !saysNothing(value[name])) ||
    value.success === false ||
    value.ok === false ||
    (typeof value.message === "string" &&
      refusals.has(value.message.slice(0, 100).trim().toLowerCase().replace(/[.!]$/, ""))))

/** The words of a 200 response that reports a failure. Its `message` may say "OK" all the same. */
export const wordsOfFailure = (value: Readonly<Record<string, unknown>>): string | undefined =>
  failureMessage(Object.fromEntries(telltale.map((name) => [name, value[name]]))) ?? failureMessage(value)

/** Any list as it is: `Schema.Array` walks all of it, and copies it. */
const List = Schema.declare((value): value is ReadonlyArray<unknown> => Array.isArray(value))

/** `GET /pat`, 200. Each item is a `Pat`, decoded only when it is needed, and not to print JSON. */
export const PatList = Schema.compose(
  Schema.Unknown.pipe(Schema.filter((value) => !tellsOfFailure(value))),
  Schema.Struct({ detail: Schema.Struct({ items: List }) }),
  { strict: false },
)

/** A token that fits into the `Authorization` header. Like other schemas that a list doesn't need, it is built at first use. */
export const BearerToken = Schema.suspend(() => Schema.Redacted(Schema.String.pipe(Schema.pattern(bearer))))

/** A secret. A value that doesn't fit is ignored. */
const optionalSecret = (fits: (value: string) => boolean) =>
  optional(Schema.Redacted(Schema.String), (value) =>
    typeof value === "string" && fits(value) ? value : undefined,
  )

/** Ignores a key ID that contains the token, since key IDs are shown. */
const withoutToken = (detail: unknown): unknown => {
  if (!isRecord(detail)) return detail
  const { key_id, token } = detail
  const repeats =
    typeof token === "string" && token.length >= 8 && typeof key_id === "string" && key_id.includes(token)
  return repeats ? { token } : detail
}

/**
 * `POST /pat`, 201. A token that doesn't fit into a header is ignored, since it
 * could never be used. So is one that contains the credential that signs in,
 * which is masked by now.
 */
export const CreatedPat = Schema.suspend(() =>
  Schema.Struct({
    detail: Schema.compose(
      tolerant(Schema.Unknown, withoutToken),
      Schema.Struct({
        // Optional: without it, the token can still be delivered.
        key_id: optional(Schema.String, asText),
        token: optionalSecret((token) => bearer.test(token) && !token.includes(hiddenSecret)),
      }),
      { strict: false },
    ),
  }),
)

/** Seconds. A value that isn't a number is 0: the sign-in works, but isn't cached. */
const Seconds = tolerant(Schema.Number, (value) => {
  const seconds = typeof value === "string" ? Number(value) : value
  return typeof seconds === "number" && Number.isFinite(seconds) ? seconds : 0
})

/** `POST /login`, 200. */
export const LoginGrant = Schema.suspend(() =>
  Schema.Struct({
    detail: Schema.Struct({
      access_token: BearerToken,
      id_token: optionalSecret(() => true),
      expires_in: Schema.optionalWith(Seconds, { default: () => 0 }),
    }),
  }),
)

/**
 * Whether a 200 response certainly comes from the API: an object with a
 * `message` that reports no failure, and without a telltale member. Anything
 * else may come from a failed function of a gateway, or from a sign-in page.
 */
export const isOwnSuccess = (
  value: unknown,
): value is { readonly message: string } & Record<string, unknown> =>
  isRecord(value) &&
  typeof value.message === "string" &&
  !tellsOfFailure(value) &&
  !telltale.some((name) => name in value)

/** Whether a response certainly is the API's success for the revoke of this PAT, and not of another one. */
export const saysRevoked = (value: unknown, keyId: string): boolean =>
  isOwnSuccess(value) &&
  (!isRecord(value.detail) || [undefined, null, keyId].includes(value.detail.key_id as string))

/** `GET /hello`, 200. */
export const Hello = Schema.compose(
  Schema.Unknown.pipe(Schema.filter(isOwnSuccess)),
  Schema.Struct({ message: Schema.String }),
  { strict: false },
)

/**
 * Who seems to have sent an error response: the API; or the gateway in front of
 * it, which doesn't know the path or method; or something else, such as a proxy
 * with its web page. It decides what a 403 means: the API refuses the credential,
 * but the gateway says that the API doesn't offer such a request. The API may
 * send an empty body.
 *
 * @param text - the body
 * @param value - the parsed body, if it is JSON
 */
export const speakerOf = (text: string, value: unknown): "api" | "gateway" | "other" => {
  if (text.trim() === "") return "api"
  if (!isRecord(value)) return "other"
  return value.message === unknownPath || value.Message === unknownPath ? "gateway" : "api"
}

/** Keys that say what went wrong, the best first. */
const headlines = ["message", "Message", "error", "title", "errorMessage", "msg"]

/** Keys that explain it. */
const explanations = ["detail", "error_description", "errors"]

const telling = [...headlines, ...explanations]

/** How many values are searched for a text, so that no response takes long. */
const maxValues = 1000

/** In characters; a longer plain text is a document, and not a message. */
const maxPlainText = 500

/** The values in a list or an object, in the order of the search: telling keys first. */
const inside = (value: unknown): ReadonlyArray<unknown> => {
  if (Array.isArray(value)) return value.slice(0, maxValues)
  if (!isRecord(value)) return []
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

/**
 * The server's own words in an error: a text, or the first text in one of the
 * keys that APIs and gateways use, such as `{message}`, `{message, detail}`,
 * `{error: {message}}` and `{errors: {field: [..]}}`.
 */
export const failureMessage = (json: unknown): string | undefined => {
  if (typeof json === "string") return firstText(json)
  if (!isRecord(json)) return undefined
  const [headline, explanation] = [headlines, explanations].map((keys) =>
    firstText(keys.map((key) => json[key])),
  )
  if (headline === undefined || explanation === undefined || headline === explanation) {
    return headline ?? explanation
  }
  return `${headline}: ${explanation}`
}

/** The words of an error whose body is a short plain text, and not a web page or truncated JSON. */
export const plainMessage = (text: string, contentType: string | undefined): string | undefined =>
  /^\s*text\/plain\b/i.test(contentType ?? "") && text.length <= maxPlainText && !/^\s*[<{[]/.test(text)
    ? firstText(text)
    : undefined
