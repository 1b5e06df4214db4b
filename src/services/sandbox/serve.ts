import { createServer } from "node:http"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as HttpMiddleware from "@effect/platform/HttpMiddleware"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { SandboxFailed } from "../../domain/Errors.ts"
import { broken } from "./answers.ts"
import type { Fault } from "./Fault.ts"
import { dropped, withFaults } from "./faulty.ts"
import { pathOf } from "./requests.ts"
import { routes } from "./routes.ts"
import { openStore } from "./Store.ts"
import { newRequestId } from "./tokens.ts"

/** What a sandbox is to be like. */
export interface SandboxOptions {
  /** The one account that can sign in. */
  readonly user: string
  readonly password: Redacted.Redacted
  /** 0 for any free port. */
  readonly port: number
  /** A JSON file that keeps the state, made (mode 0600) when it is missing; undefined keeps it in memory. */
  readonly stateFile: string | undefined
  /** The life of a JWT. */
  readonly jwtSeconds: number
  readonly faults: ReadonlyArray<Fault>
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

/** The only address that is bound: nothing outside this machine can connect. */
const host = "127.0.0.1"

/** Listens on loopback until the scope ends, which also ends the connections that are kept alive. */
const listen = (port: number) =>
  Effect.gen(function* () {
    const server = createServer()
    const http = yield* NodeHttpServer.make(() => server, { host, port })
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        // Both in one step, and before the server's own finalizer: that one
        // would wait for idle clients, and new ones could connect in between.
        server.close()
        server.closeAllConnections()
      }),
    )
    return http
  }).pipe(
    Effect.mapError(({ cause }) => {
      const code =
        typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : undefined
      const reason = code === "EADDRINUSE" ? "port-in-use" : "port-unusable"
      return new SandboxFailed({ reason, subject: String(port), code })
    }),
  )

/** The app with every answer given an ID, and every failure an answer. */
const complete = (options: SandboxOptions, api: ReturnType<typeof routes>) =>
  withFaults(api, options.faults).pipe(
    Effect.catchTag("SandboxFailed", ({ code, subject }) =>
      Effect.as(
        Effect.logWarning(`The sandbox's state could not be written to ${subject}: ${code ?? "unknown"}.`),
        broken,
      ),
    ),
    Effect.catchAllCause((cause) =>
      Cause.isInterrupted(cause)
        ? Effect.failCause(cause)
        : Effect.as(Effect.logError("The sandbox failed.", cause), broken),
    ),
    Effect.map((answer) =>
      answer === dropped ? answer : HttpServerResponse.setHeader(answer, "x-amzn-requestid", newRequestId()),
    ),
  )

/**
 * Serves the zpools.io API on loopback until the scope ends: a stand-in for
 * trying zpcli and for testing scripts that use it. It keeps the API's rules and
 * the shapes of its failures. Fails with `SandboxFailed` when the port can't be
 * had, or the state file not be read or written.
 *
 * @returns the base URL, such as `http://127.0.0.1:8080/v1`
 */
export const serve = (
  options: SandboxOptions,
): Effect.Effect<{ readonly url: string }, SandboxFailed, Scope.Scope | FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const store = yield* openStore(options.stateFile)
    const http = yield* listen(options.port)
    const { onRequest } = options
    const report = HttpMiddleware.make((app) =>
      onRequest === undefined
        ? app
        : Effect.tap(app, (answer) =>
            Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ method, url }) =>
              onRequest({ method, path: pathOf(url), status: answer === dropped ? 0 : answer.status }),
            ),
          ),
    )
    yield* http.serve(complete(options, routes(store, options)), report)
    if (options.stateFile !== undefined) yield* store.save
    const port = http.address._tag === "TcpAddress" ? http.address.port : options.port
    return { url: `http://${host}:${port}/v1` }
  })
