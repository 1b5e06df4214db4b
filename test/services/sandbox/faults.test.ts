import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import { clientOf, faults, live, sandbox } from "./loopback.ts"

/** The status that came, or `lost` where none did. */
const outcome = <A extends { readonly status: number }, E, R>(request: Effect.Effect<A, E, R>) =>
  Effect.match(request, {
    onFailure: () => "lost" as const,
    onSuccess: ({ status }) => status,
  })

const body = { label: "ci", scopes: ["job"] }

describe("a fault", () => {
  it.scoped("answers with its status the given number of times, without carrying out the request", () =>
    Effect.gen(function* () {
      const { items, login, send } = yield* sandbox({ faults: faults("POST /pat 503 2") })
      const token = yield* login
      const create = outcome(send("POST", "/pat", { token, body }))
      expect(yield* create).toBe(503)
      expect(yield* create).toBe(503)
      expect(yield* items(token)).toStrictEqual([])
      expect(yield* create).toBe(201)
    }).pipe(Effect.provide(live)),
  )

  it.scoped("with after- carries out the request, and replaces the answer", () =>
    Effect.gen(function* () {
      const { items, login, send } = yield* sandbox({ faults: faults("POST /pat after-500 1") })
      const token = yield* login
      const answer = yield* send("POST", "/pat", { token, body })
      expect([answer.status, answer.text]).toStrictEqual([500, '{"message":"Internal server error"}'])
      expect(yield* items(token)).toHaveLength(1)
    }).pipe(Effect.provide(live)),
  )

  it.scoped("can close the connection before or after the request is carried out", () =>
    Effect.gen(function* () {
      const { create, items, login, send } = yield* sandbox({
        faults: faults("DELETE /pat drop 1", "DELETE /pat after-drop 1"),
      })
      const token = yield* login
      const { key_id: keyId } = yield* create(token)
      const status = Effect.map(items(token), ([item]) => item?.status)
      const revoke = outcome(send("DELETE", `/pat/${keyId}`, { token }))
      expect([yield* revoke, yield* status]).toStrictEqual(["lost", "active"])
      expect([yield* revoke, yield* status]).toStrictEqual(["lost", "revoked"])
      expect(yield* revoke).toBe(404)
    }).pipe(Effect.provide(live)),
  )

  it.scoped("affects only its method and the paths with its prefix", () =>
    Effect.gen(function* () {
      const { login, send } = yield* sandbox({ faults: faults("DELETE /pat/law 503", "GET / 429") })
      const token = yield* login
      const statuses = yield* Effect.all([
        outcome(send("DELETE", "/pat/law-hotel-shape-community", { token })),
        outcome(send("DELETE", "/pat/apple-hotel-shape-community", { token })),
        outcome(send("POST", "/pat", { token, body })),
        outcome(send("GET", "/pat?x=/hello", { token })),
        outcome(send("GET", "/nowhere", { token })),
      ])
      expect(statuses).toStrictEqual([503, 404, 201, 429, 429])
    }).pipe(Effect.provide(live)),
  )

  it.scoped("takes its turn among several", () =>
    Effect.gen(function* () {
      const { send } = yield* sandbox({
        faults: faults("GET /hello 503 1", "GET /hello drop 1", "GET /hello 502 1"),
      })
      const hello = outcome(send("GET", "/hello"))
      expect(yield* Effect.all([hello, hello, hello, hello])).toStrictEqual([503, "lost", 502, 401])
    }).pipe(Effect.provide(live)),
  )

  it.scoped("is counted correctly among simultaneous requests", () =>
    Effect.gen(function* () {
      const { send } = yield* sandbox({ faults: faults("GET /hello 503 5") })
      const statuses = yield* Effect.forEach(
        Array.from({ length: 20 }),
        () => outcome(send("GET", "/hello")),
        { concurrency: 20 },
      )
      expect(statuses.filter((status) => status === 503)).toHaveLength(5)
    }).pipe(Effect.provide(live)),
  )

  it.scoped.each([
    [401, '{"message":"Unauthorized"}', {}],
    [403, '{"Message":"User is not authorized to access this resource"}', {}],
    [404, '{"message":"Not Found"}', {}],
    [418, `{"message":"I'm a Teapot"}`, {}],
    [429, '{"message":"Too Many Requests"}', { "retry-after": "1" }],
    [500, '{"message":"Internal server error"}', {}],
    [502, /^<html>.*502 Bad Gateway.*<\/html>/s, { "content-type": "text/html" }],
    [503, '{"message":"Service Unavailable"}', {}],
    [504, '{"message":"Endpoint request timed out"}', {}],
    [599, '{"message":"Unknown"}', {}],
    [204, "", {}],
    [304, "", {}],
    [302, '{"message":"Found"}', { location: "https://elsewhere.invalid/v1" }],
  ] as const)("with status %d answers like the API's gateway", ([status, text, headers]) =>
    Effect.gen(function* () {
      const { send } = yield* sandbox({ faults: faults(`GET /hello ${status}`) })
      const answer = yield* send("GET", "/hello")
      expect(answer.status).toBe(status)
      if (typeof text === "string") expect(answer.text).toBe(text)
      else expect(answer.text).toMatch(text)
      expect(answer.headers).toMatchObject(headers)
      expect(answer.headers["x-amzn-requestid"]).toMatch(/^[0-9a-f-]{36}$/)
    }).pipe(Effect.provide(live)),
  )
})

describe("onRequest", () => {
  it.scopedLive("reports each request and its answer", () =>
    Effect.gen(function* () {
      const log = yield* Queue.unbounded<string>()
      const { url } = yield* sandbox({
        faults: faults("DELETE /pat after-drop"),
        onRequest: ({ method, path, status }) => Queue.offer(log, `${method} ${path} ${status}`),
      })
      const { login, send } = clientOf(url)
      const token = yield* login
      yield* send("GET", "/hello?secret=1", { token })
      yield* send("PUT", "/pat")
      yield* outcome(send("DELETE", "/pat/law-hotel-shape-community", { token }))
      const lines = yield* Effect.timeout(Queue.takeN(log, 4), "5 seconds")
      expect([...lines]).toStrictEqual([
        "POST /v1/login 200",
        "GET /v1/hello 200",
        "PUT /v1/pat 403",
        "DELETE /v1/pat/law-hotel-shape-community 0",
      ])
    }).pipe(Effect.provide(live)),
  )
})
