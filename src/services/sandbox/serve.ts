import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import * as SynchronizedRef from "effect/SynchronizedRef"
import { SandboxFailed } from "../../domain/Errors.ts"
import { type Api, type ApiOptions, makeApi } from "./api.ts"
import { maxBody } from "./messages.ts"
import { empty, type State } from "./State.ts"

/** What a sandbox is to be like. */
export interface SandboxOptions extends ApiOptions {
  /** 0 for any free port. */
  readonly port: number
  /** The PATs to start with; none by default. */
  readonly seed?: State
}

/** The only address that is bound: nothing outside this machine can connect. */
const host = "127.0.0.1"

/** Listens on loopback until the scope ends, which also ends the connections that are kept alive. */
const listen = (port: number, onRequest: (incoming: IncomingMessage, outgoing: ServerResponse) => void) =>
  Effect.acquireRelease(
    Effect.async<Server, SandboxFailed>((resume) => {
      const server = createServer(onRequest)
      server.once("error", ({ code }: NodeJS.ErrnoException) => {
        resume(Effect.fail(new SandboxFailed({ port, code: code ?? "unknown" })))
      })
      server.listen({ host, port }, () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.async<void>((resume) => {
        // Both in one step: an idle client would be waited for, and new ones could connect in between.
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      }),
  )

/**
 * The body, or the beginning of one that is too large. It is read to its end all
 * the same: a client sends first and reads later, and would see a reset in place
 * of the answer. Where a body is cut off, this never ends: nobody waits for an
 * answer.
 */
const bodyOf = (incoming: IncomingMessage): Effect.Effect<Uint8Array> =>
  Effect.async((resume) => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    incoming.on("data", (chunk: Uint8Array) => {
      if (size <= maxBody) chunks.push(chunk)
      size += chunk.length
    })
    incoming.on("end", () => resume(Effect.succeed(Buffer.concat(chunks))))
    incoming.on("error", () => resume(Effect.interrupt))
  })

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value ? [[name, String(value)]] : [])),
  )

/** Answers one request, or closes its connection. */
const respond = (api: Api, incoming: IncomingMessage, outgoing: ServerResponse) =>
  Effect.gen(function* () {
    const answer = yield* api({
      method: incoming.method ?? "",
      target: incoming.url ?? "",
      headers: headersOf(incoming),
      body: yield* bodyOf(incoming),
      from: incoming.socket.remoteAddress,
    })
    if (answer === undefined) return void incoming.socket.destroy()
    // Node's own `Date` would be another clock than the one that ends PATs.
    const date = new Date(yield* Clock.currentTimeMillis).toUTCString()
    outgoing.writeHead(answer.status, { date, ...answer.headers }).end(answer.body)
  })

/**
 * Serves the zpools.io API on loopback until the scope ends: a stand-in for
 * trying zpcli and for testing scripts that use it. It keeps the API's rules and
 * the shapes of its failures. Fails with `SandboxFailed` if the port can't be
 * used.
 *
 * @returns the base URL, such as `http://127.0.0.1:8080/v1`
 */
export const serve = (
  options: SandboxOptions,
): Effect.Effect<{ readonly url: string }, SandboxFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const api = makeApi(options, yield* SynchronizedRef.make(options.seed ?? empty))
    const run = yield* FiberSet.makeRuntime<never>()
    const server = yield* listen(options.port, (incoming, outgoing) => {
      run(respond(api, incoming, outgoing))
    })
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : options.port
    return { url: `http://${host}:${port}/v1` }
  })
