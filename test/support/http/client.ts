import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type ConnectionTrace, CurrentTrace } from "../../../src/services/network/attempt.ts"

/** A request as it reached the fake API. */
export interface Received {
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

/** What comes of a request. */
export type Reply = (
  request: HttpClientRequest.HttpClientRequest,
) => Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>

/** A request that is expected, `METHOD /v1/path`, and what comes of it. */
export type Step = readonly [expected: string, reply: Reply]

type Headers = Readonly<Record<string, string>>

const respond =
  (status: number, body: () => string | ReadableStream | null, headers: Headers): Reply =>
  (request) =>
    Effect.sync(() => HttpClientResponse.fromWeb(request, new Response(body(), { status, headers })))

/** An answer with this text as its body. */
export const text = (status: number, body: string, headers: Headers = {}): Reply =>
  respond(status, () => (status === 204 || status === 304 ? null : body), headers)

/** An answer in JSON. */
export const json = (status: number, body: unknown, headers: Headers = {}): Reply =>
  text(status, JSON.stringify(body), { "content-type": "application/json", ...headers })

/** The headers have come, and the body never ends. */
export const endless = (status: number): Reply =>
  respond(status, () => new ReadableStream({ start: (it) => it.enqueue(new TextEncoder().encode('{"')) }), {})

/** The headers have come, and the connection breaks in the middle of the body. */
export const cutOff = (status: number): Reply =>
  respond(
    status,
    () => new ReadableStream({ start: (it) => it.error(systemError("ECONNRESET", "read")) }),
    {},
  )

/** The error of a system call, as Node makes it. */
export const systemError = (code: string, syscall?: string): Error =>
  Object.assign(new Error(`${syscall} ${code}`), { code, ...(syscall === undefined ? {} : { syscall }) })

/** No answer: the client reports this error. */
export const broken =
  (cause: unknown): Reply =>
  (request) =>
    Effect.fail(new HttpClientError.RequestError({ request, reason: "Transport", cause }))

/** Refused before anything was sent. */
export const refused: Reply = broken(systemError("ECONNREFUSED", "connect"))

/** Sent, and the connection was lost instead of an answer. */
export const reset: Reply = broken(systemError("ECONNRESET", "read"))

/** Sent, and nothing ever comes. */
export const silence: Reply = () => Effect.never

/** A reply of a client that writes this to the trace. */
export const tracing =
  (written: Partial<ConnectionTrace>, reply: Reply): Reply =>
  (request) =>
    Effect.flatMap(CurrentTrace, (trace) => {
      Object.assign(trace, written)
      return reply(request)
    })

/** The reply after so many milliseconds. */
export const late =
  (millis: number, reply: Reply): Reply =>
  (request) =>
    Effect.delay(reply(request), millis)

/**
 * A fake API that expects these requests, `METHOD /v1/path`, in this order.
 * Any other request, and at the end of the scope any answer that was not used,
 * fails the test.
 */
export const fakeApi = (...script: ReadonlyArray<Step>) =>
  Effect.gen(function* () {
    const left = [...script]
    const received: Array<Received> = []
    const complaints: Array<string> = []
    const client = HttpClient.make((request, url) =>
      Effect.gen(function* () {
        const { body } = request
        const entry: Received = {
          method: request.method,
          url: url.href,
          headers: { ...request.headers },
          body: body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : undefined,
          at: yield* Clock.currentTimeMillis,
          cancelled: false,
        }
        received.push(entry)
        const actual = `${request.method} ${url.pathname}`
        const next = left.shift()
        if (next?.[0] !== actual) {
          const complaint = `expected ${next?.[0] ?? "no more requests"}, received ${actual}`
          complaints.push(complaint)
          return yield* Effect.dieMessage(complaint)
        }
        return yield* Effect.onInterrupt(next[1](request), () =>
          Effect.sync(() => {
            entry.cancelled = true
          }),
        )
      }),
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
