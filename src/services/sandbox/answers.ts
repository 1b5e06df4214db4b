/** The sandbox's answers, in the shapes of the API and of the cloud gateway in front of it. */
import type { Method } from "../../domain/Errors.ts"

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

/** 401 of `POST /login`. */
export const wrongPassword: Answer = json(401, { message: "Incorrect username or password." })

/** 401 for a credential that is missing, unknown, revoked or expired. */
export const unauthorized: Answer = json(401, { message: "Unauthorized" })

/** 401 for a JWT that was good once. */
export const jwtExpired: Answer = json(401, { message: "The incoming token has expired" })

/** 403 for a PAT without the scope. The capital is the gateway's. */
export const forbidden: Answer = json(403, { Message: "User is not authorized to access this resource" })

/** 403 for a path that has no such method, worded as AWS gateways do. */
export const wrongMethod: Answer = json(403, { message: "Missing Authentication Token" })

/** 404 for a path that does not exist. */
export const noSuchPath: Answer = json(404, { message: "Not Found" })

/** 404 for a key ID that is unknown, or revoked already. */
export const noSuchPat: Answer = json(404, { message: "PAT not found" })

/** 413. */
export const tooLarge: Answer = json(413, { message: "Request Too Long" })

/** 500. */
export const broken: Answer = json(500, { message: "Internal server error" })

const badGateway =
  "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"

const known: Readonly<Record<number, Answer>> = {
  204: bodiless(204),
  304: bodiless(304),
  401: unauthorized,
  403: forbidden,
  404: noSuchPath,
  413: tooLarge,
  429: json(429, { message: "Too Many Requests" }, { "retry-after": "1" }),
  500: broken,
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
  if (status === 403 && method === "POST") return wrongMethod
  const answer = known[status] ?? json(status, { message: reasons[status] ?? "Unknown" })
  // `.invalid` resolves nowhere: a client that follows a redirect gets caught, and its credential does not.
  return status >= 300 && status < 400 && status !== 304
    ? { ...answer, headers: { ...answer.headers, location: "https://elsewhere.invalid/v1" } }
    : answer
}
