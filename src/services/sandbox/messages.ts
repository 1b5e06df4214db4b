import * as Either from "effect/Either"
import { isReadonlyRecord } from "effect/Predicate"
import type { Method } from "../../domain/Errors.ts"
import { parseDate } from "../../domain/Expiry.ts"
import { maxLength } from "../../domain/Label.ts"
import { type Scope, scopes } from "../../domain/Scope.ts"

/** A request, whole. */
export interface Request {
  readonly method: string
  /** The request's target: the path, and the query if there is one. */
  readonly target: string
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
  /** The client's IP address, where it has one. */
  readonly from: string | undefined
}

/** The most bytes that a body may have. */
export const maxBody = 64 * 1024

/** The path of a request's target, without the query. */
export const pathOf = (target: string): string => target.split("?", 1)[0] ?? ""

type Fields = Readonly<Record<string, unknown>>

/** The body as a JSON object: 413 above `maxBody`. */
const readFields = ({ body }: Request): Either.Either<Fields, Answer> => {
  if (body.length > maxBody) return Either.left(refusals.tooLarge)
  try {
    // A byte order mark is not valid JSON.
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { ignoreBOM: true }).decode(body))
    return isReadonlyRecord(value)
      ? Either.right(value)
      : Either.left(invalid("the body is not a JSON object"))
  } catch {
    return Either.left(invalid("the body is not valid JSON"))
  }
}

/** The body of `POST /login`. */
export const readLogin = (request: Request) =>
  Either.flatMap(readFields(request), ({ password, username }) =>
    typeof username === "string" && typeof password === "string"
      ? Either.right({ username, password })
      : Either.left(invalid(`${typeof username === "string" ? "password" : "username"} is required`)),
  )

const fields: ReadonlyArray<string> = ["label", "scopes", "expiry", "tenant_id"]

const isScope = (value: unknown): value is Scope => scopes.some((scope) => scope === value)

const checkNewPat = (body: Fields) => {
  const unknown = Object.keys(body).find((name) => !fields.includes(name))
  if (unknown !== undefined) return Either.left(invalid(`${unknown} is not a field of a PAT`))
  const { expiry, label, tenant_id: tenantId } = body
  if (label === undefined || label === "") return Either.left(invalid("label is required"))
  if (typeof label !== "string") return Either.left(invalid("label must be a string"))
  if ([...label].length > maxLength) {
    return Either.left(invalid(`label is longer than ${maxLength} characters`))
  }
  if (!Array.isArray(body.scopes) || body.scopes.length === 0) {
    return Either.left(invalidNested("scopes must be a list of at least one scope"))
  }
  const granted: ReadonlyArray<unknown> = body.scopes
  if (!granted.every(isScope)) {
    return Either.left(invalidNested(`scopes must be among ${scopes.join(", ")}`))
  }
  if (tenantId !== undefined && (typeof tenantId !== "string" || tenantId === "")) {
    return Either.left(invalidNested("tenant_id must be a string"))
  }
  if (expiry !== undefined && (typeof expiry !== "string" || Either.isLeft(parseDate(expiry)))) {
    return Either.left(invalidNested("expiry must be a date, YYYY-MM-DD"))
  }
  // In milliseconds since the epoch; null for never.
  const expiryAt = expiry === undefined ? null : Date.parse(`${expiry}T00:00:00Z`)
  return Either.right({ label, scopes: [...new Set(granted)], expiryAt })
}

/**
 * The body of `POST /pat`. A label may hold anything within its length, control
 * characters too, so that clients can be tested with a list that is hostile to
 * their terminal. A date that has gone by is fine (the docs have such an
 * example) and makes a token that has expired. A `tenant_id` is checked and has
 * no effect: the sandbox has one tenant.
 */
export const readNewPat = (request: Request) => Either.flatMap(readFields(request), checkNewPat)

/** The sandbox's answers, in the shapes of the API and of the cloud gateway in front of it. */

/** An answer, whole. */
export interface Answer {
  readonly status: number
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const json = (status: number, body: unknown, headers: Answer["headers"] = {}): Answer => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
})

const bodiless = (status: number): Answer => ({ status, headers: {}, body: "" })

/** A success in the API's envelope. */
export const success = (status: 200 | 201, message: string, detail?: unknown): Answer =>
  json(status, detail === undefined ? { message } : { message, detail })

/** 200 with no body at all, as a revoke is answered. */
export const nothing: Answer = bodiless(200)

/** 400 with the reason as text. */
export const invalid = (detail: string): Answer => json(400, { message: "Invalid request", detail })

/** 400 with the reason one level down: the API has both shapes, so clients should meet both. */
export const invalidNested = (message: string): Answer =>
  json(400, { message: "Invalid request", detail: { message } })

/** Failures in the words of the API, or of the gateway in front of it. */
export const refusals = {
  wrongPassword: json(401, { message: "Incorrect username or password." }),
  /** The credential is missing, unknown, revoked or expired. */
  unauthorized: json(401, { message: "Unauthorized" }),
  /** The JWT was good once. */
  jwtExpired: json(401, { message: "The incoming token has expired" }),
  /** The PAT lacks the scope. The capital is the gateway's. */
  forbidden: json(403, { Message: "User is not authorized to access this resource" }),
  /** The path has no such method, in the words of AWS gateways. */
  wrongMethod: json(403, { message: "Missing Authentication Token" }),
  noSuchPath: json(404, { message: "Not Found" }),
  /** The key ID is unknown, or revoked already. */
  noSuchPat: json(404, { message: "PAT not found" }),
  tooLarge: json(413, { message: "Request Too Long" }),
  broken: json(500, { message: "Internal server error" }),
}

const badGateway =
  "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"

const known: Readonly<Record<number, Answer>> = {
  204: bodiless(204),
  304: bodiless(304),
  401: refusals.unauthorized,
  403: refusals.forbidden,
  404: refusals.noSuchPath,
  413: refusals.tooLarge,
  429: json(429, { message: "Too Many Requests" }, { "retry-after": "1" }),
  500: refusals.broken,
  502: { status: 502, headers: { "content-type": "text/html" }, body: badGateway },
  503: json(503, { message: "Service Unavailable" }),
  504: json(504, { message: "Endpoint request timed out" }),
}

/** The words of other statuses that a fault may ask for. */
const reasons: Readonly<Record<number, string>> = {
  200: "OK",
  201: "Created",
  202: "Accepted",
  207: "Multi-Status",
  301: "Moved Permanently",
  302: "Found",
  303: "See Other",
  307: "Temporary Redirect",
  308: "Permanent Redirect",
  400: "Bad Request",
  402: "Payment Required",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  407: "Proxy Authentication Required",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  418: "I'm a Teapot",
  422: "Unprocessable Entity",
  451: "Unavailable For Legal Reasons",
  501: "Not Implemented",
  505: "HTTP Version Not Supported",
}

/**
 * What a gateway answers with a status when something is wrong with it: for
 * faults. A 403 to a POST is that of an API which does not offer the request.
 */
export const ofStatus = (status: number, method: Method): Answer => {
  if (status === 403 && method === "POST") return refusals.wrongMethod
  const answer = known[status] ?? json(status, { message: reasons[status] ?? "Unknown" })
  // `.invalid` resolves nowhere: a client that follows a redirect gets caught, and its credential does not.
  return status >= 300 && status < 400 && status !== 304
    ? { ...answer, headers: { ...answer.headers, location: "https://elsewhere.invalid/v1" } }
    : answer
}
