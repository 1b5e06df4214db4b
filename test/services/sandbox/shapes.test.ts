import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { live, sandbox } from "./loopback.ts"

const DateTime = Schema.String.pipe(Schema.pattern(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/))

/** The published shape of a PAT: a field without a value is absent, and only `last_used_at` may be null. */
const Item = Schema.Struct({
  key_id: Schema.String,
  label: Schema.String,
  status: Schema.Literal("active", "revoked", "expired"),
  created_at: DateTime,
  expiry_at: Schema.optionalWith(DateTime, { exact: true }),
  hard_expiry_at: Schema.optionalWith(DateTime, { exact: true }),
  last_used_at: Schema.optionalWith(Schema.NullOr(DateTime), { exact: true }),
  last_ip: Schema.optionalWith(Schema.String, { exact: true }),
  last_ua: Schema.optionalWith(Schema.String, { exact: true }),
  scopes: Schema.Array(Schema.String),
  token_ver: Schema.Int,
  usage_count: Schema.Int,
})

const envelope = <A, I>(detail: Schema.Schema<A, I>) => Schema.Struct({ message: Schema.String, detail })

const shapes = {
  "POST /login": envelope(
    Schema.Struct({
      access_token: Schema.String,
      id_token: Schema.String,
      refresh_token: Schema.String,
      expires_in: Schema.Int,
    }),
  ),
  "POST /pat": envelope(Schema.Struct({ key_id: Schema.String, token: Schema.String })),
  "GET /pat": envelope(Schema.Struct({ items: Schema.Array(Item) })),
  "GET /hello": Schema.Struct({ message: Schema.String }),
}

const problem = <A, I>(shape: Schema.Schema<A, I>, body: unknown) =>
  Either.match(Schema.decodeUnknownEither(shape, { onExcessProperty: "error" })(body), {
    onLeft: ({ message }) => message,
    onRight: () => undefined,
  })

describe("the answers of the sandbox", () => {
  it.scoped("have the published format for PATs of every kind", () =>
    Effect.gen(function* () {
      const { create, send } = yield* sandbox()
      const login = yield* send("POST", "/login", { body: { username: "demo", password: "demo" } })
      expect(problem(shapes["POST /login"], login.json)).toBeUndefined()
      const token: string = login.json.detail.access_token

      const body = { label: "plain", scopes: ["pat"] }
      const created = yield* send("POST", "/pat", { token, body })
      expect(problem(shapes["POST /pat"], created.json)).toBeUndefined()
      yield* create(token, { label: "expired", expiry: "1969-01-01" })
      yield* create(token, { label: "expiring", expiry: "2099-01-01", tenant_id: "acme" })
      const revoked = yield* create(token, { label: "revoked" })
      expect((yield* send("DELETE", `/pat/${revoked.key_id}`, { token })).text).toBe("")
      expect(problem(shapes["GET /hello"], (yield* send("GET", "/hello", { token })).json)).toBeUndefined()

      const unused = yield* send("GET", "/pat", { token })
      expect(problem(shapes["GET /pat"], unused.json)).toBeUndefined()
      const used = yield* send("GET", "/pat", { token: created.json.detail.token })
      expect(problem(shapes["GET /pat"], used.json)).toBeUndefined()
      expect(used.json.detail.items).toHaveLength(4)
      expect(used.json.detail.items[0]).toMatchObject({ usage_count: 1, last_ip: "127.0.0.1" })
    }).pipe(Effect.provide(live)),
  )
})
