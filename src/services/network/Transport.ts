import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import { failureMessage, plainMessage, speakerOf } from "../../domain/Envelope.ts"
import { HttpFailure, ServiceUnavailable, TimedOut } from "../../domain/Errors.ts"
import * as Retry from "../../domain/Retry.ts"
import { Progress } from "../Progress.ts"
import { Connection } from "../settings/Connection.ts"
import { maskInData, Secrets } from "../settings/Secrets.ts"
import { timeoutFail } from "../timeout.ts"
import { type ApiAnswer, parseJson } from "./answer.ts"
import { makeApiTime, timeOf } from "./apiTime.ts"
import { reasonOf, type TransportError, unanswered, unread } from "./failures.ts"
import { type ApiRequest, encode } from "./request.ts"
import { CurrentTrace, Flight, makeTrace } from "./trace.ts"

/**
 * The rules of the network over an injected `HttpClient`: the configured
 * origin alone, no redirects, a timeout for every attempt that covers the body
 * too, a bound on its size, and retries where `domain/Retry` allows them.
 */
export class Transport extends Context.Tag("zpcli/Transport")<
  Transport,
  {
    /** Sends one request, with retries if they are allowed, and gives an answer with a success status. */
    readonly send: (request: ApiRequest) => Effect.Effect<ApiAnswer, TransportError>
    /** The API's clock as its last answer told it, or ours, in milliseconds since the epoch. */
    readonly now: Effect.Effect<number>
  }
>() {
  static readonly make = Effect.gen(function* () {
    const { api, maxRetries, timeout } = yield* Connection
    const { origin } = api
    const secrets = yield* Secrets
    const client = yield* HttpClient.HttpClient
    const progress = yield* Progress
    const apiTime = makeApiTime()
    /** The number of requests at the moment. */
    let underWay = 0

    const attempt = Effect.fnUntraced(function* (request: ApiRequest, flight: Flight) {
      const number = ++flight.attempts
      const { method, path } = request
      yield* secrets.add(...(request.bearer ? [request.bearer] : []), ...(request.secrets ?? []))
      const hide = (said: string | undefined) => (said === undefined ? undefined : secrets.hide(said))
      const started = yield* Clock.currentTimeMillis
      const log = (outcome: string, requestId?: string) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) =>
          Effect.logDebug(
            `${method} ${path} ${outcome}, ${now - started} ms, attempt ${number}` +
              (requestId === undefined ? "" : `, request ID ${requestId}`),
          ),
        )
      const isIdempotent = Retry.isIdempotent(method, path)
      const execute = (idle: number) =>
        Effect.suspend(() => {
          const trace = makeTrace(idle)
          flight.trace = trace
          const sent = bounded(client.execute(encode(api.base, request)))
          return Effect.provideService(sent, CurrentTrace, trace).pipe(
            Effect.mapError((error) => ({ error, trace })),
          )
        })

      const exchange = Effect.gen(function* () {
        yield* progress.waiting({ _tag: "Answer", host: api.host, attempt: number })
        const response = yield* execute(isIdempotent ? maxIdle : maxIdleOnce).pipe(
          // The server closed an idle connection, which says nothing about the API.
          Effect.catchIf(
            ({ trace }) => trace.reused && isIdempotent,
            () => {
              flight.answerLost = true
              return execute(0)
            },
          ),
          Effect.mapError(({ error, trace }) => unanswered(error, origin, number, trace)),
        )
        const requestId = hide(response.headers["x-amzn-requestid"])
        const answer = { status: response.status, requestId }
        const body = yield* Effect.mapError(response.text, (error) => unread(error, origin, number, answer))
        return { ...answer, response, body: body.replace(/^\uFEFF/, "") }
      }).pipe(
        timeoutFail(timeout * 1000, () => {
          const { mayHaveLeft: sent, trace } = flight
          return new TimedOut({ origin, seconds: timeout, sent, attempts: number, proxy: trace?.proxy })
        }),
        Effect.tapError((error) => log(reasonOf(error))),
      )

      const { body, requestId, response, status } = yield* exchange
      yield* log(String(status), requestId)
      const now = yield* Clock.currentTimeMillis
      const serverTime = timeOf(response.headers.date)
      yield* apiTime.observe(now, serverTime)
      if (status >= 200 && status < 300) {
        return {
          status,
          body: maskInData(body, request.bearer),
          hide,
          requestId,
          serverTime,
        } satisfies ApiAnswer
      }

      const value = Option.getOrUndefined(parseJson(body))
      const serverMessage = hide(
        value === undefined ? plainMessage(body, response.headers["content-type"]) : failureMessage(value),
      )
      const answered = { status, requestId, serverMessage }
      if (status === 429 || status >= 500) {
        const retryAfter = Retry.parseRetryAfter(response.headers["retry-after"], serverTime ?? now)
        const failure = new ServiceUnavailable({ ...answered, attempts: number, retryAfter })
        if (status === 429 && retryAfter !== undefined) yield* apiTime.askedToWait(failure, retryAfter)
        return yield* failure
      }
      return yield* new HttpFailure({
        ...answered,
        origin,
        location: hide(response.headers.location),
        speaker: speakerOf(body, value),
      })
    })

    const send: (request: ApiRequest) => Effect.Effect<ApiAnswer, TransportError> = Effect.fn(
      "Transport.send",
    )(function* (request) {
      underWay++
      const { flight = new Flight() } = request
      flight.attempts = 0
      const backoff = Schedule.identity<TransportError>().pipe(
        Schedule.intersect(Schedule.recurs(request.noRetry ? 0 : maxRetries)),
        // This comes before the delay, which is announced.
        Schedule.whileInput(
          (error: TransportError) =>
            Retry.isTransient(error) && Retry.repeatable(request.method, request.path, error),
        ),
        Schedule.addDelayEffect(([error]) =>
          Effect.gen(function* () {
            const asked = error._tag === "ServiceUnavailable" ? error.retryAfter : undefined
            const millis = Retry.delayAfter(flight.attempts, asked, yield* Random.next)
            if (error._tag === "ServiceUnavailable" && error.status === 429)
              yield* apiTime.askedToWait(error, millis)
            const reason = reasonOf(error)
            yield* progress.waiting({ _tag: "Backoff", millis, attempt: flight.attempts + 1, reason })
            yield* Effect.logDebug(`waiting ${millis} ms before attempt ${flight.attempts + 1}`)
            return millis
          }),
        ),
      )
      return yield* Effect.zipRight(apiTime.wait, attempt(request, flight)).pipe(
        Effect.tapError((error) =>
          Effect.sync(() => {
            flight.trace = undefined
            flight.answerLost ||=
              error._tag === "ResponseUnreadable" ||
              (Retry.isTransient(error) && Retry.mayHaveHappened(error))
          }),
        ),
        Effect.retry(backoff),
        Effect.ensuring(Effect.suspend(() => (--underWay === 0 ? progress.done : Effect.void))),
      )
    })

    return Transport.of({ send, now: apiTime.now })
  })

  static readonly layer = Layer.effect(this, this.make)
}

/** The largest body that is read: 256 MiB. */
const maxBodyBytes = 256 * 1024 * 1024

/** A connection that was idle for longer, in milliseconds, may be closed without our knowing. */
const maxIdle = 60_000

/** A request that isn't idempotent uses a connection that is new, or was idle for at most this long, in milliseconds. */
const maxIdleOnce = 1000

const bounded = HttpIncomingMessage.withMaxBodySize(Option.some(maxBodyBytes))
