import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { type Answer, broken, ofStatus } from "./answers.ts"
import { armFaults, type Fault } from "./Fault.ts"
import { type Account, makeHandler } from "./handler.ts"
import { pathOf, type Request } from "./requests.ts"
import type { Store } from "./Store.ts"
import { newRequestId } from "./tokens.ts"

/** What the sandbox's API is to be like. */
export interface ApiOptions extends Account {
  readonly faults: ReadonlyArray<Fault>
  /** Called at each request that meets a fault. */
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
 * Makes the whole API over a store: the handler, with the faults in front of
 * it, every answer given an ID, and every failure an answer.
 */
export const makeApi = (options: ApiOptions, store: Store): Api => {
  const handle = makeHandler(options)
  const faultFor = armFaults(options.faults)
  const report = options.onRequest ?? (() => Effect.void)

  const answer = (request: Request) => {
    const work = store.modify((state) => handle(request, state))
    const fault = faultFor(request)
    if (fault === undefined) return work
    options.onFault?.(fault)
    const acted = fault.answer === "drop" ? undefined : ofStatus(fault.answer, fault.method)
    return fault.after ? Effect.as(work, acted) : Effect.succeed(acted)
  }

  return (request) =>
    Effect.suspend(() => answer(request)).pipe(
      Effect.catchAllCause((cause) =>
        Cause.isInterrupted(cause)
          ? Effect.failCause(cause)
          : Effect.as(Effect.logError("The sandbox failed.", cause), broken),
      ),
      Effect.tap((sent) =>
        report({ method: request.method, path: pathOf(request.target), status: sent?.status ?? 0 }),
      ),
      Effect.flatMap((sent) =>
        Effect.map(newRequestId, (id) =>
          sent === undefined ? undefined : { ...sent, headers: { ...sent.headers, "x-amzn-requestid": id } },
        ),
      ),
    )
}
