import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type ApiUrl, dashboardUrl } from "../../domain/ApiUrl.ts"
import type { Signer } from "../../domain/Credential.ts"
import { tellsOfFailure, wordsOfFailure } from "../../domain/Envelope.ts"
import {
  type ApiError,
  CredentialRefused,
  HttpFailure,
  type Method,
  NotAllowed,
  NotOffered,
  Redirected,
  RequestRefused,
  ResponseUnreadable,
} from "../../domain/Errors.ts"
import type { NewPat } from "../../domain/NewPat.ts"
import type { ApiAnswer, TransportError } from "./Transport.ts"

/** What a failing status means for a request that no special meaning was given for. */
export const toApiError = (
  failure: HttpFailure,
  request: { readonly method: Method; readonly path: string; readonly credential: Signer },
) => {
  const { location, origin, requestId, serverMessage, speaker, status } = failure
  const answered = { status, requestId, serverMessage }
  if (status === 401) return new CredentialRefused({ ...answered, credential: request.credential })
  // A gateway answers 403 for an unknown path, which has nothing to do with scopes.
  if (status === 403 && speaker !== "gateway") {
    const needs = speaker === "api" && request.path.startsWith("/pat") ? "pat" : undefined
    return new NotAllowed({ ...answered, credential: request.credential, needs })
  }
  if (status >= 300 && status < 400) return new Redirected({ ...answered, origin, location })
  return new RequestRefused({ ...answered, path: request.path })
}

/**
 * A failure that says that this API has no such request, with the page on which
 * a PAT is made by hand; undefined for any other. Neither signing in by password
 * nor making PATs is offered everywhere.
 */
export const notOffered = (
  error: TransportError,
  what: NotOffered["what"],
  api: ApiUrl,
  pat?: NewPat,
): NotOffered | undefined => {
  if (error._tag !== "HttpFailure" && error._tag !== "ServiceUnavailable") return undefined
  const { requestId, serverMessage, status } = error
  const speaker = error._tag === "HttpFailure" ? error.speaker : undefined
  // A wrong password is a 401: a 403 in the API's words means that no password will do.
  const refusesPasswords = what === "login" && status === 403 && speaker === "api"
  return refusesPasswords || speaker === "gateway" || [404, 405, 501].includes(status)
    ? new NotOffered({ status, requestId, serverMessage, what, host: api.host, page: dashboardUrl(api, pat) })
    : undefined
}

/** Gives the statuses of a request that have no meaning of their own the common one. */
export const orApiError =
  (method: Method, path: string, credential: Signer) =>
  <A, E>(request: Effect.Effect<A, E | HttpFailure>): Effect.Effect<A, E | ApiError> =>
    Effect.mapError(request, (error) =>
      error instanceof HttpFailure ? toApiError(error, { method, path, credential }) : error,
    )

/** An answer's JSON text, which keeps numbers beyond 2^53, and the decoded value. */
export interface Decoded<A> {
  readonly text: string
  readonly value: A
}

/**
 * Reads a success's body. Neither the body nor the parse error goes into the
 * error: a body may hold a token.
 *
 * @param expected - what the body should hold, in words
 * @param only - the one status that can hold it; any success by default
 */
export const decodeAnswer = <A, I>(
  origin: string,
  schema: Schema.Schema<A, I>,
  expected: string,
  only?: number,
) => {
  const decode = Schema.decodeUnknown(schema)
  return ({ body, hide, requestId, status }: ApiAnswer): Effect.Effect<Decoded<A>, ResponseUnreadable> => {
    const unreadable = (reason: ResponseUnreadable["reason"], serverMessage?: string) =>
      new ResponseUnreadable({ origin, status, requestId, reason, expected, serverMessage })
    const start = body.trimStart()
    if (start === "") return Effect.fail(unreadable("empty"))
    if (only !== undefined && status !== only) return Effect.fail(unreadable("shape"))
    return Effect.try({
      try: () => JSON.parse(body) as unknown,
      catch: () => unreadable(start.startsWith("<") ? "html" : "not-json"),
    }).pipe(
      Effect.flatMap((envelope) =>
        Effect.mapBoth(decode(envelope), {
          onFailure: () =>
            tellsOfFailure(envelope)
              ? unreadable("failure", hide(wordsOfFailure(envelope)))
              : unreadable("shape"),
          onSuccess: (value) => ({ text: body, value }),
        }),
      ),
    )
  }
}
