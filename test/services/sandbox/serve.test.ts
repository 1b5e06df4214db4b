import { connect, type Socket } from "node:net"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { clientOf, live, sandbox } from "./loopback.ts"

/** Opens a connection, writes to it, and never reads. */
const open = (url: string, text: string) =>
  Effect.async<Socket, Error>((resume) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => {
      socket.write(text, () => resume(Effect.succeed(socket)))
    })
    socket.on("error", (error) => resume(Effect.fail(error)))
  })

const closed = (socket: Socket) =>
  Effect.async<void>((resume) => {
    if (socket.destroyed) return resume(Effect.void)
    socket.resume()
    socket.once("close", () => resume(Effect.void))
  })

describe("serve", () => {
  it.scoped("listens on the loopback address, on a free port", () =>
    Effect.gen(function* () {
      const one = yield* sandbox()
      const other = yield* sandbox()
      expect(one.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/)
      expect(other.url).not.toBe(one.url)
    }).pipe(Effect.provide(live)),
  )

  it.scoped("can run two separate sandboxes", () =>
    Effect.gen(function* () {
      const one = yield* sandbox()
      const other = yield* sandbox()
      const token = yield* one.login
      expect((yield* other.send("GET", "/hello", { token })).status).toBe(401)
    }).pipe(Effect.provide(live)),
  )

  it.scoped("fails if the port is taken", () =>
    Effect.gen(function* () {
      const port = Number(new URL((yield* sandbox()).url).port)
      expect(yield* Effect.flip(sandbox({ port }))).toMatchObject({
        _tag: "SandboxFailed",
        port,
        code: "EADDRINUSE",
      })
    }).pipe(Effect.provide(live)),
  )

  it.scopedLive("ends at once and frees the port, whatever its clients are doing", () =>
    Effect.gen(function* () {
      const { sockets, url } = yield* Effect.scoped(
        Effect.gen(function* () {
          const { send, url } = yield* sandbox()
          // One that is kept alive by our client, one that says nothing, and two in the middle of a request.
          yield* send("GET", "/hello")
          const sockets = yield* Effect.all([
            open(url, ""),
            open(url, "GET /v1/hello HTTP/1.1\r\nHost: x\r\n"),
            open(url, "POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"),
          ])
          return { sockets, url }
        }),
      ).pipe(Effect.timeout("2 seconds"))
      yield* Effect.forEach(sockets, closed).pipe(Effect.timeout("2 seconds"))
      expect(yield* Effect.isFailure(clientOf(url).send("GET", "/hello"))).toBe(true)
      const again = yield* sandbox({ port: Number(new URL(url).port) })
      expect(again.url).toBe(url)
    }).pipe(Effect.provide(live)),
  )

  it.scopedLive("finishes the request of a client that has disconnected", () =>
    Effect.gen(function* () {
      const { items, login, url } = yield* sandbox()
      const token = yield* login
      const body = JSON.stringify({ label: "ci", scopes: ["job"] })
      const socket = yield* open(
        url,
        `POST /v1/pat HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
      yield* Effect.sleep("200 millis")
      socket.destroy()
      expect(yield* items(token)).toHaveLength(1)
    }).pipe(Effect.provide(live)),
  )
})
