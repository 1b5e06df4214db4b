/** Reading what clients send, strictly: each rule of the API is checked and none is guessed. */
import * as Either from "effect/Either"
import { parseDate } from "../../domain/Expiry.ts"
import { maxLength } from "../../domain/Label.ts"
import { type Scope, scopes } from "../../domain/Scope.ts"
import { type Answer, invalid, invalidNested, tooLarge } from "./answers.ts"

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
  if (body.length > maxBody) return Either.left(tooLarge)
  return Either.try({
    // A byte order mark is no JSON.
    try: () => JSON.parse(new TextDecoder("utf-8", { ignoreBOM: true }).decode(body)) as unknown,
    catch: () => invalid("the body is not valid JSON"),
  }).pipe(
    Either.flatMap((value) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Either.right(value as Fields)
        : Either.left(invalid("the body is not a JSON object")),
    ),
  )
}

/** The body of `POST /login`. */
export const readLogin = (request: Request) =>
  Either.flatMap(readFields(request), ({ password, username }) =>
    typeof username === "string" && typeof password === "string"
      ? Either.right({ username, password })
      : Either.left(invalid(`${typeof username === "string" ? "password" : "username"} is required`)),
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

const checkNewPat = (body: Fields): Either.Either<NewPat, Answer> => {
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
 * terminal. A date that has gone by is fine (the docs have such an
 * example) and makes a token that has expired. A `tenant_id` is checked and has
 * no effect: the sandbox has one tenant.
 */
export const readNewPat = (request: Request): Either.Either<NewPat, Answer> =>
  Either.flatMap(readFields(request), checkNewPat)
