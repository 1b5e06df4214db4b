import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Stream from "effect/Stream"
import { live, sandbox } from "./loopback.ts"

describe("the gateway", () => {
  it.scoped("answers 404 for an unknown path", () =>
    Effect.gen(function* () {
      const { login, send, url } = yield* sandbox()
      const token = yield* login
      for (const path of [
        "",
        "/",
        "/pats",
        "/PAT",
        "/pat/",
        "/pat/a-b-c-d/",
        "/pat/a/b",
        "/hello/x",
        "//pat",
      ]) {
        const answer = yield* send("GET", path, { token })
        expect([path, answer.status, answer.json]).toStrictEqual([path, 404, { message: "Not Found" }])
      }
      const outside = yield* HttpClient.get(new URL("/hello", url))
      expect([outside.status, yield* outside.json]).toStrictEqual([404, { message: "Not Found" }])
    }).pipe(Effect.provide(live)),
  )

  it.scoped("answers 403 for a method that the path doesn't have", () =>
    Effect.gen(function* () {
      const { send } = yield* sandbox()
      for (const [method, path] of [
        ["GET", "/login"],
        ["POST", "/hello"],
        ["PUT", "/pat"],
        ["PATCH", "/pat"],
        ["DELETE", "/pat"],
        ["OPTIONS", "/pat"],
        ["GET", "/pat/law-hotel-shape-community"],
      ] as const) {
        const answer = yield* send(method, path)
        expect([path, answer.status, answer.json]).toStrictEqual([
          path,
          403,
          { message: "Missing Authentication Token" },
        ])
      }
      const head = yield* HttpClient.head(`${(yield* sandbox()).url}/hello`)
      expect([head.status, yield* head.text]).toStrictEqual([403, ""])
    }).pipe(Effect.provide(live)),
  )

  it.scoped("ignores a query", () =>
    Effect.gen(function* () {
      const { login, send } = yield* sandbox()
      expect((yield* send("GET", "/hello?a=1&b", { token: yield* login })).status).toBe(200)
    }).pipe(Effect.provide(live)),
  )

  it.scoped("puts a request ID into every answer", () =>
    Effect.gen(function* () {
      const { send } = yield* sandbox()
      const answers = yield* Effect.all([
        send("POST", "/login", { body: { username: "demo", password: "demo" } }),
        send("POST", "/login", { body: "x" }),
        send("GET", "/hello"),
        send("GET", "/nowhere"),
        send("PUT", "/pat"),
      ])
      const ids = answers.map(({ headers }) => headers["x-amzn-requestid"])
      expect(new Set(ids).size).toBe(5)
      for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    }).pipe(Effect.provide(live)),
  )

  it.scoped("accepts at most 64 KiB, with or without a length", () =>
    Effect.gen(function* () {
      const { send, url } = yield* sandbox()
      const body = (size: number) => `${" ".repeat(size - 2)}{}`
      expect((yield* send("POST", "/login", { body: body(65_536) })).status).toBe(400)
      const large = yield* send("POST", "/login", { body: body(65_537) })
      expect([large.status, large.json]).toStrictEqual([413, { message: "Request Too Long" }])
      expect((yield* send("POST", "/login", { body: body(8_000_000) })).status).toBe(413)
      const chunked = HttpClientRequest.post(`${url}/login`).pipe(
        HttpClientRequest.bodyStream(Stream.repeatValue(new Uint8Array(10_000)).pipe(Stream.take(50))),
      )
      const answer = yield* HttpClient.execute(chunked)
      expect(answer.status).toBe(413)
      yield* answer.text
      expect((yield* send("GET", "/hello")).status).toBe(401)
    }).pipe(Effect.provide(live)),
  )

  it.scoped("finds no PAT for an invalid key ID", () =>
    Effect.gen(function* () {
      const { create, items, login, send } = yield* sandbox()
      const token = yield* login
      yield* create(token)
      for (const id of [
        "no-such-key-id",
        "LAW-HOTEL-SHAPE-COMMUNITY",
        "law-hotel-shape",
        "__proto__",
        "%zz",
        "%00",
        "%2e%2e%2fhello",
        "law-hotel-shape-community%20",
        "a".repeat(8000),
      ]) {
        expect((yield* send("DELETE", `/pat/${id}`, { token })).status).toBe(404)
      }
      expect((yield* items(token)).map(({ status }) => status)).toStrictEqual(["active"])
    }).pipe(Effect.provide(live)),
  )

  it.scopedLive("survives any body", () =>
    Effect.gen(function* () {
      const { login, send } = yield* sandbox()
      const token = yield* login
      const bodies = FastCheck.sample(
        FastCheck.oneof(
          FastCheck.string({ unit: "binary" }),
          FastCheck.json(),
          FastCheck.record(
            {
              label: FastCheck.anything(),
              scopes: FastCheck.anything(),
              expiry: FastCheck.anything(),
              tenant_id: FastCheck.anything(),
            },
            { requiredKeys: [] },
          ),
        ),
        60,
      )
      for (const body of bodies) {
        expect([400, 201]).toContain((yield* send("POST", "/pat", { token, body })).status)
        expect([400, 401]).toContain((yield* send("POST", "/login", { body })).status)
      }
    }).pipe(Effect.provide(live)),
  )
})
