import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import {
  type ApiError,
  CredentialRefused,
  HttpFailure,
  NotAllowed,
  Redirected,
  RequestRefused,
  ResponseUnreadable,
} from "../domain/Errors.ts"
import type { Method } from "../domain/Retry.ts"
import type { ApiAnswer } from "./Transport.ts"

/** What a failing status means for a request that no special meaning was given for. */
export const toApiError = (
  failure: HttpFailure,
  request: { readonly method: Method; readonly path: string; readonly credential: "PAT" | "JWT" },
) => {
  const { location, origin, requestId, serverMessage, status } = failure
  const answered = { status, requestId, serverMessage }
  if (status === 401) return new CredentialRefused({ ...answered, credential: request.credential })
  if (status === 403) return new NotAllowed({ ...answered, credential: request.credential })
  if (status >= 300 && status < 400) return new Redirected({ ...answered, origin, location })
  return new RequestRefused({ ...answered, method: request.method, path: request.path })
}

/** Gives the statuses of a request that have no meaning of their own the common one. */
export const orApiError =
  (method: Method, path: string, credential: "PAT" | "JWT") =>
  <A, E>(request: Effect.Effect<A, E | HttpFailure>): Effect.Effect<A, E | ApiError> =>
    Effect.mapError(request, (error) =>
      error instanceof HttpFailure ? toApiError(error, { method, path, credential }) : error,
    )

/** An answer's JSON as it came, and what was read of it. */
export interface Decoded<A> {
  readonly envelope: unknown
  readonly value: A
}

/**
 * Reads a success's body. Neither the body nor the parse error goes into the
 * error: a body may hold a token.
 *
 * @param expected - what the body should hold, in words
 */
export const decodeAnswer = <A, I>(origin: string, schema: Schema.Schema<A, I>, expected: string) => {
  const decode = Schema.decodeUnknown(schema)
  return ({ body, requestId, status }: ApiAnswer): Effect.Effect<Decoded<A>, ResponseUnreadable> => {
    const unreadable = (reason: ResponseUnreadable["reason"]) =>
      new ResponseUnreadable({ origin, status, requestId, reason, expected })
    const text = body.trimStart()
    if (text === "") return Effect.fail(unreadable("empty"))
    return Effect.try({
      try: () => JSON.parse(body) as unknown,
      catch: () => unreadable(text.startsWith("<") ? "html" : "not-json"),
    }).pipe(
      Effect.flatMap((envelope) =>
        Effect.mapBoth(decode(envelope), {
          onFailure: () => unreadable("shape"),
          onSuccess: (value) => ({ envelope, value }),
        }),
      ),
    )
  }
}
