import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { tellsOfFailure, wordsOfFailure } from "../../domain/Envelope.ts"
import { ResponseUnreadable } from "../../domain/Errors.ts"

/** An answer with a success status. */
export interface ApiAnswer {
  readonly status: number
  readonly body: string
  /** Masks the run's secrets in words of it that are to be shown. */
  readonly hide: (said: string | undefined) => string | undefined
  readonly requestId: string | undefined
  /** The server's clock, from its `Date` header, in milliseconds since the epoch. */
  readonly serverTime: number | undefined
}

/** Reads a body as JSON, if it is. */
export const parseJson = Option.liftThrowable((text: string) => JSON.parse(text) as unknown)

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
    return Option.match(parseJson(body), {
      onNone: () => Effect.fail(unreadable(start.startsWith("<") ? "html" : "not-json")),
      onSome: (envelope) =>
        Effect.mapBoth(decode(envelope), {
          onFailure: () =>
            tellsOfFailure(envelope)
              ? unreadable("failure", hide(wordsOfFailure(envelope)))
              : unreadable("shape"),
          onSuccess: (value) => ({ text: body, value }),
        }),
    })
  }
}
