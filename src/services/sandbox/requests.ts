/** Reading what clients send, strictly: each rule of the API is checked and none is guessed. */
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { parseDate } from "../../domain/Expiry.ts"
import { maxLength } from "../../domain/Label.ts"
import { type Scope, scopes } from "../../domain/Scope.ts"
import { invalid, invalidNested, Refusal, tooLarge } from "./answers.ts"

/** The most bytes that a body may have. */
export const maxBody = 64 * 1024

/** The path of a request's target, without the query. */
export const pathOf = (url: string): string => url.split("?", 1)[0] ?? ""

type Fields = Readonly<Record<string, unknown>>

const refuse = (answer: Refusal["answer"]) => Effect.fail(new Refusal({ answer }))

/** The body as text: 413 above `maxBody`, 400 when it is cut off. */
const readText = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<string, Refusal> =>
  request.stream.pipe(
    // A body that is too large is read to its end and thrown away: a client
    // sends first and reads later, and would see a reset in place of the answer.
    Stream.runFold({ size: 0, chunks: [] as Array<Uint8Array> }, (body, chunk) => {
      body.size += chunk.length
      if (body.size <= maxBody) body.chunks.push(chunk)
      return body
    }),
    Effect.mapError(() => new Refusal({ answer: invalid("the body was cut off") })),
    Effect.flatMap(({ chunks, size }) =>
      size > maxBody ? refuse(tooLarge) : Effect.succeed(Buffer.concat(chunks).toString("utf8")),
    ),
  )

/** The body as a JSON object. */
const readFields = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<Fields, Refusal> =>
  readText(request).pipe(
    Effect.flatMap((text) =>
      Effect.try({
        try: () => JSON.parse(text) as unknown,
        catch: () => new Refusal({ answer: invalid("the body is not valid JSON") }),
      }),
    ),
    Effect.flatMap((value) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Effect.succeed(value as Fields)
        : refuse(invalid("the body is not a JSON object")),
    ),
  )

/** The body of `POST /login`. */
export const readLogin = (request: HttpServerRequest.HttpServerRequest) =>
  Effect.flatMap(readFields(request), ({ password, username }) =>
    typeof username === "string" && typeof password === "string"
      ? Effect.succeed({ username, password })
      : refuse(invalid(`${typeof username === "string" ? "password" : "username"} is required`)),
  )

/** The body of `POST /pat`, checked. */
export interface NewPat {
  readonly label: string
  readonly scopes: ReadonlyArray<Scope>
  /** 00:00 UTC of the expiry date, in milliseconds since the epoch; null for never. */
  readonly expiryAt: number | null
}

const fields: ReadonlyArray<string> = ["label", "scopes", "expiry", "tenant_id"]

const isScope = (value: unknown): value is Scope => scopes.some((scope) => scope === value)

const checkNewPat = (body: Fields): Either.Either<NewPat, Refusal["answer"]> => {
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
  const expiryAt = expiry === undefined ? null : Date.parse(`${expiry}T00:00:00Z`)
  return Either.right({ label, scopes: [...new Set(granted)], expiryAt })
}

/**
 * The body of `POST /pat`. A label may hold anything within its length, control
 * characters too: that is how a client meets a list that is hostile to its
 * terminal. A date that has gone by is fine (the user's page has such an
 * example) and makes a token that has expired. A `tenant_id` is checked and has
 * no effect: the sandbox has one tenant.
 */
export const readNewPat = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<NewPat, Refusal> =>
  Effect.flatMap(readFields(request), (body) =>
    Either.match(checkNewPat(body), { onLeft: refuse, onRight: (pat) => Effect.succeed(pat) }),
  )
