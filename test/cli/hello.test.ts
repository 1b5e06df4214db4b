import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { account, loggedIn, pat } from "../support/fixtures.ts"
import { runIn } from "../support/world/world.ts"

const message = "Hello demo"
const api = { "POST /login": loggedIn, "GET /hello": { body: { message } } }
const base = "https://api.zpools.io/v1"

describe("hello", () => {
  it.effect.each([
    [pat, "Signed in with: the PAT in ZPOOLPAT", { user: null, credential: "pat", source: "ZPOOLPAT" }],
    [
      account,
      "Signed in with: username and password, as demo",
      { user: "demo", credential: "jwt", source: "ZPOOL_PASSWORD" },
    ],
  ] as const)("with %j says how it signed in, in text and in JSON", ([env, line, fields]) =>
    Effect.gen(function* () {
      const text = yield* runIn(["hello"], { env, routes: api })
      expect(text).toMatchObject({ code: 0, stdout: `${message}\n${line}\nAPI: ${base}\n`, stderr: "" })
      const json = yield* runIn(["hello", "--json"], { env, routes: api })
      expect(json).toMatchObject({ code: 0, stderr: "" })
      expect(JSON.parse(json.stdout)).toEqual({ message, ...fields, api: base })
    }),
  )

  it.effect("reports its error as JSON with --json", () =>
    Effect.gen(function* () {
      const refused = { "GET /hello": { status: 401, body: { message: "no" } } }
      const ran = yield* runIn(["hello", "--json"], { env: pat, api: refused })
      expect(ran).toMatchObject({ code: 4, stdout: "" })
      expect(JSON.parse(ran.stderr).error.type).toBe("CredentialRefused")
    }),
  )
})
