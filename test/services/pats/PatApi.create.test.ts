import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import { ExpiryDate } from "../../../src/domain/Expiry.ts"
import * as KeyId from "../../../src/domain/KeyId.ts"
import { newToken } from "../../support/fixtures.ts"
import { json, refused, text } from "../../support/http/answer.ts"
import { fakeApi, type Reply, silence } from "../../support/http/client.ts"
import { ada } from "../../support/world/login.ts"
import { foundPat, inTime, newPat } from "../../support/world/services.ts"
import { withPatApi } from "../../support/world/stack.ts"

const pat = { pat: foundPat("zpat_TheOneOfThisTest") }
const keyId = Either.getOrThrow(KeyId.parse("law-hotel-shape-community"))
const ci = newPat("CI", ["job"])

describe("create", () => {
  it.scoped("sends only what was requested", () =>
    Effect.gen(function* () {
      const answer = json(201, { message: "ok", detail: { key_id: keyId, token: newToken, more: 1 } })
      const api = yield* fakeApi(["POST /v1/pat", answer], ["POST /v1/pat", answer])
      yield* withPatApi({ api, settings: pat }, (it) =>
        Effect.gen(function* () {
          const created = yield* it.create(ci)
          expect([created.keyId, Redacted.value(created.token)]).toStrictEqual([keyId, newToken])
          expect(JSON.parse(Redacted.value(created.text))).toMatchObject({
            message: "ok",
            detail: { more: 1 },
          })
          expect(JSON.stringify(created)).not.toContain(newToken)
          yield* it.create(newPat("CI", ["job"], { expiry: ExpiryDate.make("2027-01-01"), tenantId: "t-1" }))
        }),
      )
      expect(api.received.map(({ body }) => JSON.parse(body ?? ""))).toStrictEqual([
        { label: "CI", scopes: ["job"] },
        { label: "CI", scopes: ["job"], expiry: "2027-01-01", tenant_id: "t-1" },
      ])
    }),
  )

  it.scoped("returns a token whose key ID is missing or odd", () =>
    Effect.gen(function* () {
      for (const [key_id, expected] of [
        [undefined, undefined],
        [null, undefined],
        [42, "42"],
      ]) {
        const api = yield* fakeApi(["POST /v1/pat", json(201, { detail: { key_id, token: newToken } })])
        const created = yield* withPatApi({ api, settings: pat }, (it) => it.create(ci))
        expect([created.keyId, Redacted.value(created.token)]).toStrictEqual([expected, newToken])
      }
    }),
  )

  it.scoped("never mistakes a previously listed PAT for the new one", () =>
    Effect.gen(function* () {
      const [newKeyId, other] = ["market-night-plain-object", "basket-doctor-humble-figure"]
      const listed = new Set([keyId, other])
      const items = [keyId, newKeyId, other].map((key_id) => ({ key_id, label: "CI" }))
      for (const answer of [json(201, { detail: { key_id: keyId, token: newToken } }), json(504, {})]) {
        const api = yield* fakeApi(
          ["POST /v1/pat", answer],
          ["GET /v1/pat", json(200, { detail: { items } })],
        )
        const error = yield* withPatApi({ api, settings: pat }, (it) => Effect.flip(it.create(ci, listed)))
        expect(error).toMatchObject({ _tag: "OutcomeUnknown", found: [newKeyId], older: true })
      }
    }),
  )

  it.scoped("is retried if it certainly had no effect", () =>
    Effect.gen(function* () {
      const created = json(201, { detail: { key_id: keyId, token: newToken } })
      for (const reply of [refused, json(429, {})]) {
        const api = yield* fakeApi(
          ["POST /v1/pat", reply],
          ["POST /v1/pat", reply],
          ["POST /v1/pat", created],
        )
        expect((yield* inTime(withPatApi({ api, settings: pat }, (it) => it.create(ci)))).keyId).toBe(keyId)
      }
    }),
  )

  it.scoped("fails like any request if no attempt had an effect", () =>
    Effect.gen(function* () {
      const expectations: ReadonlyArray<readonly [Reply, number, string]> = [
        [refused, 3, "Unreachable"],
        [json(429, {}), 3, "ServiceUnavailable"],
        [json(400, { message: "label?" }), 1, "RequestRefused"],
        [json(401, {}), 1, "CredentialRefused"],
        [json(403, {}), 1, "NotAllowed"],
        [text(302, "", { location: "https://x.test" }), 1, "Redirected"],
      ]
      for (const [reply, times, tag] of expectations) {
        const api = yield* fakeApi(...Array.from({ length: times }, () => ["POST /v1/pat", reply] as const))
        const error = yield* Effect.flip(inTime(withPatApi({ api, settings: pat }, (it) => it.create(ci))))
        expect(error._tag).toBe(tag)
      }
    }),
  )

  it.scoped("is reported as unsupported if the API lacks the request", () =>
    Effect.gen(function* () {
      for (const reply of [
        json(404, {}),
        json(405, {}),
        json(501, {}),
        json(403, { message: "Missing Authentication Token" }),
      ]) {
        const api = yield* fakeApi(["POST /v1/pat", reply])
        const wanted = newPat("CI & co", ["job", "*"], { expiry: ExpiryDate.make("2027-01-01") })
        const error = yield* Effect.flip(withPatApi({ api, settings: pat }, (it) => it.create(wanted)))
        expect(error).toMatchObject({
          _tag: "NotOffered",
          what: "create",
          page: "https://test/dashboard/tokens?create=1&label=CI%20%26%20co&scopes=job,*&expiry=2027-01-01",
        })
      }
    }),
  )

  it.scoped("sends nothing if signing in fails, and fails with that error", () =>
    Effect.gen(function* () {
      for (const [reply, times, tag] of [
        [json(401, {}), 1, "LoginRefused"],
        [silence, 3, "TimedOut"],
        [text(200, ""), 1, "ResponseUnreadable"],
      ] as const) {
        const api = yield* fakeApi(...Array.from({ length: times }, () => ["POST /v1/login", reply] as const))
        const error = yield* Effect.flip(inTime(withPatApi({ api, settings: ada }, (it) => it.create(ci))))
        expect(error._tag).toBe(tag)
      }
    }),
  )
})
