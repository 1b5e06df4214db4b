/** A scripted API in this process: an `HttpClient` that answers what it is told to, in time that is `TestClock`'s. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type ConnectionTrace, CurrentTrace } from "../../../src/services/network/trace.ts"
import { type Answer, bodyOf, reset, turns } from "./answer.ts"

/** A request as it reached the script. */
interface Received {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** The body as text. */
  readonly body: string | undefined
  /** When it came, in milliseconds since the epoch. */
  readonly at: number
  /** Whether it was cancelled before it had its answer. */
  cancelled: boolean
}

type Play = (
  request: HttpClientRequest.HttpClientRequest,
) => Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>

/** What comes of a request: an answer, or whatever else a test makes of it. */
export type Reply = Answer | Play

const respond = (
  request: HttpClientRequest.HttpClientRequest,
  status: number,
  body: string | ReadableStream | null,
  headers: Readonly<Record<string, string>> = {},
) => {
  // Of a text a `Response` would say that it is text/plain.
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body
  return HttpClientResponse.fromWeb(request, new Response(bytes, { status, headers }))
}

/** No answer: the client reports this error, whatever it is. */
export const broken =
  (cause: unknown): Reply =>
  (request) =>
    Effect.fail(new HttpClientError.RequestError({ request, reason: "Transport", cause }))

/** What comes of a request, done. */
export const play = (reply: Reply, request: HttpClientRequest.HttpClientRequest): ReturnType<Play> => {
  if (reply instanceof Error) return play(broken(reply), request)
  if (typeof reply === "function") return reply(request)
  const { headers, status = 200 } = reply
  const body = status === 204 || status === 304 ? null : bodyOf(reply)
  return Effect.sync(() => respond(request, status, body, headers))
}

const streaming =
  (status: number, start: (body: ReadableStreamDefaultController<Uint8Array>) => void): Reply =>
  (request) =>
    Effect.sync(() => respond(request, status, new ReadableStream({ start })))

/** An answer with a body as Node's HTTP gives it: a `Response` takes a byte order mark off by itself. */
export const raw =
  (status: number, body: string, type = "application/json"): Reply =>
  (request) =>
    Effect.sync(() =>
      Object.create(respond(request, status, "", { "content-type": type }), {
        text: { value: Effect.succeed(body) },
      }),
    )

/** Replies by `METHOD /path` below the base URL: a list is used up from its front, a single one stays. */
export type Replies = Readonly<Record<string, Reply | ReadonlyArray<Reply>>>

/** The headers have come, and the body never ends. */
export const endless = (status: number): Reply =>
  streaming(status, (body) => body.enqueue(new TextEncoder().encode('{"')))

/** The headers have come, and the connection breaks in the middle of the body. */
export const cutOff = (status: number): Reply => streaming(status, (body) => body.error(reset))

/** Sent, and nothing ever comes. */
export const silence: Reply = () => Effect.never

/** A reply of a client that writes this to the trace. */
export const tracing =
  (written: Partial<ConnectionTrace>, reply: Reply): Reply =>
  (request) =>
    Effect.flatMap(CurrentTrace, (trace) => {
      Object.assign(trace, written)
      return play(reply, request)
    })

/** The reply after so many milliseconds. */
export const late =
  (millis: number, reply: Reply): Reply =>
  (request) =>
    Effect.delay(play(reply, request), millis)

/** A client that replies as it is told to, and dies with what `reply` says of a request that is not expected. */
const scripted = (
  reply: (at: string, url: URL) => Reply | { readonly complaint: string },
  onRequest: (received: Received) => void,
) =>
  HttpClient.make((request, url) =>
    Effect.gen(function* () {
      const { body } = request
      const received: Received = {
        method: request.method,
        url: url.href,
        headers: { ...request.headers },
        body: body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : undefined,
        at: yield* Clock.currentTimeMillis,
        cancelled: false,
      }
      onRequest(received)
      const next = reply(request.method, url)
      if ("complaint" in next) return yield* Effect.dieMessage(next.complaint)
      return yield* Effect.onInterrupt(play(next, request), () =>
        Effect.sync(() => {
          received.cancelled = true
        }),
      )
    }),
  )

/** A request that is expected, `METHOD /v1/path`, and what comes of it. */
export type Exchange = readonly [expected: string, reply: Reply]

/**
 * An API that expects these requests in this order. Any other one, and at the end
 * of the scope any reply that was not used, fails the test.
 */
export const fakeApi = (...script: ReadonlyArray<Exchange>) =>
  Effect.gen(function* () {
    const left = [...script]
    const received: Array<Received> = []
    const complaints: Array<string> = []
    const client = scripted(
      (method, { pathname }) => {
        const actual = `${method} ${pathname}`
        const next = left.shift()
        if (next?.[0] === actual) return next[1]
        const complaint = `expected ${next?.[0] ?? "no more requests"}, received ${actual}`
        complaints.push(complaint)
        return { complaint }
      },
      (request) => received.push(request),
    )
    yield* Effect.addFinalizer(() =>
      complaints.length + left.length === 0
        ? Effect.void
        : Effect.dieMessage(
            [...complaints, ...left.map(([expected]) => `never received: ${expected}`)].join("; "),
          ),
    )
    return { received, layer: Layer.succeed(HttpClient.HttpClient, client) }
  })

/** An API that answers by `METHOD /path` below a base URL, in whatever order it is asked. */
export const fakeApiByPath = (table: Replies, base: string, onRequest: (received: Received) => void) => {
  const { next, unused } = turns<Reply>(table)
  const client = scripted((method, { href }) => {
    const at = `${method} ${href.replace(base, "")}`
    return next(at) ?? { complaint: `nothing answers ${at}` }
  }, onRequest)
  return { client, unused }
}
