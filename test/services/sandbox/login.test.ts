import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { live, sandbox } from "./loopback.ts"

const credentials = { username: "demo", password: "demo" }

const payloadOf = (token: string) =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>

describe("POST /login", () => {
  it.scoped("returns JWTs that are accepted", () =>
    Effect.gen(function* () {
      const { send } = yield* sandbox({ jwtSeconds: 900 })
      const answer = yield* send("POST", "/login", { body: credentials })
      expect(answer.status).toBe(200)
      const { access_token: access, expires_in, id_token: id, refresh_token } = answer.json.detail
      expect(expires_in).toBe(900)
      expect(refresh_token).toMatch(/^[\w-]{128}$/)
      for (const token of [access, id]) {
        expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]{342}$/)
        const { exp, iat, sub } = payloadOf(token)
        expect(Number(exp) - Number(iat)).toBe(900)
        expect(sub).toBe("demo")
        const hello = yield* send("GET", "/hello", { token })
        expect([hello.status, hello.json]).toStrictEqual([200, { message: "Hello demo" }])
      }
      expect((yield* send("GET", "/hello", { token: refresh_token })).status).toBe(401)
    }).pipe(Effect.provide(live)),
  )

  it.scoped("accepts only the account it was given", () =>
    Effect.gen(function* () {
      const { send } = yield* sandbox({ user: "ada", password: Redacted.make("pässword") })
      const login = (username: string, password: string) =>
        Effect.map(send("POST", "/login", { body: { username, password } }), ({ json, status }) => [
          status,
          json.message,
        ])
      const refused = [401, "Incorrect username or password."]
      expect(yield* login("ada", "pässword")).toStrictEqual([200, "Login successful"])
      expect(yield* login("ada", "password")).toStrictEqual(refused)
      expect(yield* login("demo", "pässword")).toStrictEqual(refused)
      expect(yield* login("", "")).toStrictEqual(refused)
    }).pipe(Effect.provide(live)),
  )

  it.scoped("refuses an invalid body", () =>
    Effect.gen(function* () {
      const { send } = yield* sandbox()
      const bodies: ReadonlyArray<unknown> = [
        "",
        "{",
        "null",
        "[]",
        '"demo"',
        "username=demo&password=demo",
        { username: "demo" },
        { password: "demo" },
        { username: ["demo"], password: "demo" },
        { username: "demo", password: null },
        '{"__proto__":{"username":"demo","password":"demo"}}',
      ]
      for (const body of bodies) {
        const answer = yield* send("POST", "/login", { body })
        expect([body, answer.status, answer.json.message]).toStrictEqual([body, 400, "Invalid request"])
      }
    }).pipe(Effect.provide(live)),
  )
})

describe("a JWT", () => {
  it.scoped("expires", () =>
    Effect.gen(function* () {
      const { login, send } = yield* sandbox({ jwtSeconds: 60 })
      const token = yield* login
      yield* TestClock.adjust("59999 millis")
      expect((yield* send("GET", "/pat", { token })).status).toBe(200)
      yield* TestClock.adjust("1 millis")
      for (const path of ["/pat", "/hello"]) {
        const answer = yield* send("GET", path, { token })
        expect([answer.status, answer.json]).toStrictEqual([
          401,
          { message: "The incoming token has expired" },
        ])
      }
      expect((yield* send("GET", "/pat", { token: yield* login })).status).toBe(200)
    }).pipe(Effect.provide(live)),
  )

  it.scoped("is forgotten a day after its expiry", () =>
    Effect.gen(function* () {
      const { login, send } = yield* sandbox({ jwtSeconds: 60 })
      const token = yield* login
      yield* TestClock.adjust("25 hours")
      yield* login
      expect((yield* send("GET", "/pat", { token })).json).toStrictEqual({ message: "Unauthorized" })
    }).pipe(Effect.provide(live)),
  )

  it.scoped("isn't accepted if it is invented, truncated or decorated", () =>
    Effect.gen(function* () {
      const { login, send } = yield* sandbox()
      const token = yield* login
      const [header, payload] = token.split(".")
      for (const authorization of [
        undefined,
        "",
        "Bearer",
        "Bearer ",
        token,
        `Basic ${token}`,
        `Bearer ${token} ${token}`,
        `Bearer ${header}.${payload}.`,
        `Bearer ${token}x`,
        "Bearer zpat_",
      ]) {
        const answer = yield* send("GET", "/hello", {
          headers: authorization === undefined ? {} : { authorization },
        })
        expect([authorization, answer.status, answer.json]).toStrictEqual([
          authorization,
          401,
          { message: "Unauthorized" },
        ])
      }
      expect((yield* send("GET", "/hello", { headers: { authorization: `bearer ${token}` } })).status).toBe(
        200,
      )
    }).pipe(Effect.provide(live)),
  )
})
