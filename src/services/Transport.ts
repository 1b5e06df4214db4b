import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { speakerOf } from "../domain/Envelope.ts"
import {
  HttpFailure,
  ResponseUnreadable,
  ServiceUnavailable,
  TimedOut,
  Unreachable,
} from "../domain/Errors.ts"
import { failureMessage, plainMessage } from "../domain/failureMessage.ts"
import * as Retry from "../domain/Retry.ts"
import { Connection } from "./Connection.ts"
import { Progress } from "./Progress.ts"
import { Secrets } from "./Secrets.ts"

/** One request to the API. */
export interface ApiRequest {
  readonly method: Retry.Method
  /** Path segments after the base URL; each is percent-encoded. */
  readonly path: ReadonlyArray<string>
  readonly bearer?: Redacted.Redacted
  /** Sent as JSON; redacted since it may hold a password. */
  readonly body?: Redacted.Redacted<unknown>
  /** Whether it is not worth a second attempt. */
  readonly once?: boolean
  /** Further secrets that an answer could echo. */
  readonly secrets?: ReadonlyArray<Redacted.Redacted>
}

/** An answer with a success status. */
export interface ApiAnswer {
  readonly status: number
  readonly body: string
  readonly requestId: string | undefined
  /** The server's clock, from its `Date` header, in milliseconds since the epoch. */
  readonly serverTime: number | undefined
}

/** What `Transport.send` fails with. */
export type TransportError = HttpFailure | ServiceUnavailable | Unreachable | TimedOut | ResponseUnreadable

/**
 * The rules of the network over an injected `HttpClient`: the configured
 * origin alone, no redirects, a timeout for every attempt that covers the body
 * too, a bound on its size, and retries where `domain/Retry` allows them.
 */
export class Transport extends Context.Tag("zpcli/Transport")<
  Transport,
  {
    /** Sends one request, again where that is allowed, and gives an answer with a success status. */
    readonly send: (request: ApiRequest) => Effect.Effect<ApiAnswer, TransportError>
  }
>() {
  static readonly make = Effect.gen(function* () {
    const { api, maxRetries, timeout } = yield* Connection
    const secrets = yield* Secrets
    const client = yield* HttpClient.HttpClient
    const progress = yield* Progress

    const attempt = Effect.fnUntraced(function* (
      request: ApiRequest,
      number: number,
      answerLostBefore: boolean,
      connectionLostBefore: boolean,
    ) {
      const path = `/${request.path.map(encodeURIComponent).join("/")}`
      yield* secrets.add(...(request.bearer ? [request.bearer] : []), ...(request.secrets ?? []))
      const hide = (said: string | undefined) => (said === undefined ? undefined : secrets.hide(said))
      const started = yield* Clock.currentTimeMillis
      const log = (outcome: string, requestId?: string) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) =>
          Effect.logDebug(
            `${request.method} ${path} ${outcome}, ${now - started} ms, attempt ${number}` +
              (requestId === undefined ? "" : `, request ID ${requestId}`),
          ),
        )

      const lost = (error: HttpClientError.HttpClientError, answered: boolean) => {
        const { code, syscall } = codeOf(error.cause)
        // What Node's parser refuses was not said by a server of HTTP: another attempt finds the same one.
        if (code.startsWith("HPE_")) {
          return new ResponseUnreadable({ origin: api.origin, status: undefined, reason: "not-http" })
        }
        const sent =
          answered ||
          !(
            neverOpened.has(code) ||
            code.startsWith("EPROXY") ||
            syscall === "connect" ||
            Retry.isCertificateProblem(code)
          )
        return new Unreachable({ origin: api.origin, code, sent, attempts: number })
      }

      const exchange = Effect.gen(function* () {
        yield* progress.waiting({ _tag: "Answer", host: api.host, attempt: number })
        const response = yield* Effect.mapError(
          client.execute(encode(`${api.base}${path}`, request)),
          (error) => lost(error, false),
        )
        const requestId = hide(response.headers["x-amzn-requestid"])
        const body = yield* readBody(response).pipe(
          Effect.mapError((error) =>
            String((error.cause as Error | undefined)?.message).includes("maxBytes")
              ? new ResponseUnreadable({
                  origin: api.origin,
                  status: response.status,
                  requestId,
                  reason: "too-large",
                })
              : lost(error, true),
          ),
        )
        return { response, requestId, body }
      }).pipe(
        Effect.timeoutFail({
          duration: timeout * 1000,
          onTimeout: () => new TimedOut({ origin: api.origin, seconds: timeout, attempts: number }),
        }),
        Effect.tapError((error) => log(reasonOf(error))),
      )

      const { response, requestId, body } = yield* exchange
      yield* log(String(response.status), requestId)
      const serverTime = Date.parse(response.headers.date ?? "")
      if (response.status >= 200 && response.status < 300) {
        return {
          status: response.status,
          body: body.replace(/^\uFEFF/, ""),
          requestId,
          serverTime: Number.isNaN(serverTime) ? undefined : serverTime,
        } satisfies ApiAnswer
      }

      const text = body.replace(/^\uFEFF/, "")
      const value = parseJson(text)
      const serverMessage = hide(
        value === undefined ? plainMessage(text, response.headers["content-type"]) : failureMessage(value),
      )
      const answered = { status: response.status, requestId, serverMessage }
      if (response.status === 429 || response.status >= 500) {
        const now = yield* Clock.currentTimeMillis
        const retryAfter = Retry.parseRetryAfter(response.headers["retry-after"], now)
        return yield* new ServiceUnavailable({ ...answered, attempts: number, retryAfter })
      }
      return yield* new HttpFailure({
        ...answered,
        origin: api.origin,
        location: hide(response.headers.location),
        speaker: speakerOf(text, value),
        answerLostBefore,
        connectionLostBefore,
      })
    })

    const send: (request: ApiRequest) => Effect.Effect<ApiAnswer, TransportError> = Effect.fn(
      "Transport.send",
    )(function* (request) {
      let number = 0
      let answerLost = false
      let connectionLost = false
      const backoff = Schedule.identity<TransportError>().pipe(
        Schedule.intersect(Schedule.recurs(request.once ? 0 : maxRetries)),
        // Before the delay, which is announced: what is not repeated is not waited for.
        Schedule.whileInput(
          (error: TransportError) =>
            Retry.isTransient(error) && Retry.repeatable(request.method, `/${request.path.join("/")}`, error),
        ),
        Schedule.addDelayEffect(([error]) =>
          Effect.gen(function* () {
            const asked = error._tag === "ServiceUnavailable" ? error.retryAfter : undefined
            const millis = Retry.delayAfter(number, asked, yield* Random.next)
            const reason = reasonOf(error)
            yield* progress.waiting({ _tag: "Backoff", millis, attempt: number + 1, reason })
            yield* Effect.logDebug(`waiting ${millis} ms before attempt ${number + 1}`)
            return millis
          }),
        ),
      )
      return yield* Effect.suspend(() => attempt(request, ++number, answerLost, connectionLost)).pipe(
        Effect.tapError((error) =>
          Effect.sync(() => {
            const lost = Retry.isTransient(error) && Retry.mayHaveHappened(error)
            answerLost ||= lost
            connectionLost ||= lost && error._tag === "Unreachable"
          }),
        ),
        Effect.retry(backoff),
        Effect.ensuring(progress.done),
      )
    })

    return Transport.of({ send })
  })

  static readonly layer = Layer.effect(this, this.make)
}

/** The largest body that is read: 256 MiB. */
const maxBodyBytes = 256 * 1024 * 1024

/** System calls and codes at which nothing has been sent yet. */
const neverOpened = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"])

const codeOf = (cause: unknown): { readonly code: string; readonly syscall: string | undefined } => {
  if (typeof cause !== "object" || cause === null) return { code: "UNKNOWN", syscall: undefined }
  const { code, syscall, errors } = cause as {
    code?: unknown
    syscall?: string
    errors?: ReadonlyArray<unknown>
  }
  // Node tries each address of a name; the error of them all has the first one's code, not its system call.
  if (errors?.[0] !== undefined) return codeOf(errors[0])
  return { code: typeof code === "string" ? code : "UNKNOWN", syscall }
}

const parseJson = (text: string): unknown =>
  Either.getOrUndefined(Either.try(() => JSON.parse(text) as unknown))

/** A failure in a few words, for those who watch the attempts. */
const reasonOf = (error: TransportError): string =>
  error._tag === "ServiceUnavailable" || error._tag === "HttpFailure"
    ? `status ${error.status}`
    : error._tag === "TimedOut"
      ? "no answer"
      : error._tag === "Unreachable"
        ? error.code
        : "unreadable answer"

const encode = (url: string, request: ApiRequest): HttpClientRequest.HttpClientRequest =>
  HttpClientRequest.make(request.method)(url).pipe(
    HttpClientRequest.accept("application/json"),
    request.bearer ? HttpClientRequest.bearerToken(request.bearer) : (self) => self,
    request.body ? HttpClientRequest.bodyUnsafeJson(Redacted.value(request.body)) : (self) => self,
  )

const readBody = (response: HttpClientResponse.HttpClientResponse) =>
  response.text.pipe(HttpIncomingMessage.withMaxBodySize(Option.some(maxBodyBytes)))
