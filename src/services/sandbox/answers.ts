/** The sandbox's answers, in the shapes of the API and of the cloud gateway in front of it. */

import { STATUS_CODES } from "node:http"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Data from "effect/Data"

type Answer = HttpServerResponse.HttpServerResponse

/** A request that ends here, with its answer. */
export class Refusal extends Data.TaggedError("Refusal")<{ readonly answer: Answer }> {}

const json = (status: number, body: unknown): Answer => HttpServerResponse.unsafeJson(body, { status })

/** A success in the API's envelope. */
export const success = (status: 200 | 201, message: string, detail?: unknown): Answer =>
  json(status, detail === undefined ? { message } : { message, detail })

/** 200 with no body at all, as a revoke is answered. */
export const nothing: Answer = HttpServerResponse.empty({ status: 200, headers: { "content-length": "0" } })

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

const known: Record<number, Answer> = {
  204: HttpServerResponse.empty({ status: 204 }),
  304: HttpServerResponse.empty({ status: 304 }),
  401: unauthorized,
  403: forbidden,
  404: noSuchPath,
  413: tooLarge,
  429: HttpServerResponse.setHeader(json(429, { message: "Too Many Requests" }), "retry-after", "1"),
  500: broken,
  502: HttpServerResponse.text(badGateway, { status: 502, contentType: "text/html" }),
  503: json(503, { message: "Service Unavailable" }),
  504: json(504, { message: "Endpoint request timed out" }),
}

/** What a gateway answers with a status when something is wrong with it: for faults. */
export const ofStatus = (status: number): Answer => {
  const answer = known[status] ?? json(status, { message: STATUS_CODES[status] ?? "Unknown" })
  // `.invalid` resolves nowhere: a client that follows a redirect gets caught, and its credential does not.
  return status >= 300 && status < 400 && status !== 304
    ? HttpServerResponse.setHeader(answer, "location", "https://elsewhere.invalid/v1")
    : answer
}
