import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as SynchronizedRef from "effect/SynchronizedRef"
import type { Method } from "../../domain/Errors.ts"
import { type Account, isRequest, makeHandler } from "./handler.ts"
import { type Answer, ofStatus, pathOf, type Request, refusals } from "./messages.ts"
import type { State } from "./State.ts"

/** What the sandbox's API is to be like. */
export interface ApiOptions extends Account {
  readonly faults: ReadonlyArray<Fault>
  /** Called for each request that triggers a fault. */
  readonly onFault?: (fault: Fault) => void
  /**
   * Called after each request was answered. `path` is without the query, and
   * `status` is 0 where a fault closed the connection without an answer.
   */
  readonly onRequest?: (request: {
    readonly method: string
    readonly path: string
    readonly status: number
  }) => Effect.Effect<void>
}

/** Answers a request; undefined where the connection is to be closed without an answer. */
export type Api = (request: Request) => Effect.Effect<Answer | undefined>

/**
 * Makes the whole API over the state that it changes: the handler, with the faults
 * in front of it, an ID for every answer, and an answer to every failure.
 */
export const makeApi = (options: ApiOptions, state: SynchronizedRef.SynchronizedRef<State>): Api => {
  const handle = makeHandler(options)
  const faultFor = armFaults(options.faults)
  const report = options.onRequest ?? (() => Effect.void)

  const answer = (request: Request): Effect.Effect<Answer | undefined> => {
    // A client that hangs up must not leave half a change behind.
    const work = Effect.uninterruptible(
      SynchronizedRef.modifyEffect(state, (before) => handle(request, before)),
    )
    const fault = faultFor(request)
    if (fault === undefined) return work
    options.onFault?.(fault)
    const acted = fault.answer === "drop" ? undefined : ofStatus(fault.answer, fault.method)
    return fault.after ? Effect.as(work, acted) : Effect.succeed(acted)
  }

  return (request) =>
    Effect.gen(function* () {
      const sent = yield* Effect.catchAllCause(answer(request), (cause) =>
        Cause.isInterrupted(cause)
          ? Effect.failCause(cause)
          : Effect.as(Effect.logError("The sandbox failed.", cause), refusals.broken),
      )
      yield* report({ method: request.method, path: pathOf(request.target), status: sent?.status ?? 0 })
      const headers = { ...sent?.headers, "x-amzn-requestid": crypto.randomUUID() }
      return sent && { ...sent, headers }
    })
}

/** A failure that the sandbox acts out on request, so that a script can be tested against it. */
export interface Fault {
  readonly method: Method
  /** A prefix of the path after `/v1`, such as `/pat`. */
  readonly path: string
  /** The HTTP status to answer with, or `drop`: the connection is closed without an answer. */
  readonly answer: number | "drop"
  /** Whether the work is done first, and only its answer is lost or replaced. */
  readonly after: boolean
  /** How many requests it hits before it is spent; `Infinity` for all of them. */
  readonly times: number
}

const methods: ReadonlyArray<string> = ["GET", "POST", "DELETE"] satisfies ReadonlyArray<Method>

const isMethod = (text: string): text is Method => methods.includes(text)

/**
 * Reads a fault: `METHOD PATH WHAT [TIMES]`, such as `DELETE /pat after-drop 1`,
 * `POST /pat 503` or `GET /hello 401 2`. WHAT is an HTTP status (200 to 599) or
 * `drop`, either of them with `after-` in front. The left side says what is wrong.
 */
export const parseFault = (text: string): Either.Either<Fault, string> => {
  const [method = "", path = "", what = "", times, ...rest] = text.trim().split(/\s+/)
  if (what === "" || rest.length > 0) {
    return Either.left(`must have the form METHOD PATH WHAT [TIMES], such as "POST /pat 503 1"`)
  }
  if (!isMethod(method)) return Either.left(`must start with one of ${methods.join(", ")}`)
  if (!path.startsWith("/")) return Either.left(`must have a path that starts with "/"`)
  if (!isRequest(method, path)) {
    return Either.left(
      "must name a request of the API: POST /login, GET /hello, GET /pat, POST /pat or DELETE /pat",
    )
  }
  const match = /^(after-)?(?:(drop)|([2-5]\d\d))$/.exec(what)
  if (match === null) {
    return Either.left(
      `must answer with an HTTP status from 200 to 599 or "drop", with or without "after-" in front`,
    )
  }
  if (times !== undefined && !/^[1-9]\d{0,8}$/.test(times)) {
    return Either.left(`must have a positive number of times`)
  }
  return Either.right({
    method,
    path,
    answer: match[2] === "drop" ? "drop" : Number(match[3]),
    after: match[1] !== undefined,
    times: times === undefined ? Number.POSITIVE_INFINITY : Number(times),
  })
}

/**
 * Gives each request the fault that hits it, if any: of several that fit, the
 * first that is not spent. A fault counts how often it has hit.
 */
export const armFaults = (faults: ReadonlyArray<Fault>): ((request: Request) => Fault | undefined) => {
  const armed = faults.map((fault) => ({ fault, left: fault.times }))
  // Looking and counting is one synchronous step, so that no two requests share the last time.
  return ({ method, target }) => {
    const path = pathOf(target)
    const afterBase = path.startsWith("/v1/") ? path.slice("/v1".length) : undefined
    const hit = armed.find(
      ({ fault, left }) => left > 0 && fault.method === method && afterBase?.startsWith(fault.path) === true,
    )
    if (hit === undefined) return undefined
    hit.left -= 1
    return hit.fault
  }
}
