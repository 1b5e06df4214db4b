import * as HttpClient from "@effect/platform/HttpClient"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as SynchronizedRef from "effect/SynchronizedRef"
import * as TestClock from "effect/TestClock"
import { ExpiryDate } from "../../../src/domain/Expiry.ts"
import { type ApiOptions, makeApi } from "../../../src/services/sandbox/api.ts"
import { httpClient } from "../../../src/services/sandbox/httpClient.ts"
import { empty } from "../../../src/services/sandbox/State.ts"
import { inTime, newPat, secret } from "../../support/world/services.ts"
import { withPatApi } from "../../support/world/stack.ts"
import { faults } from "./loopback.ts"

/** A sandbox in this process, as the layer that a program takes its HTTP client from. */
const sandbox = (options: Partial<ApiOptions> = {}) =>
  Layer.effect(
    HttpClient.HttpClient,
    Effect.map(SynchronizedRef.make(empty), (store) =>
      httpClient(
        makeApi(
          { user: "demo", password: Redacted.make("demo"), jwtSeconds: 100_000, faults: [], ...options },
          store,
        ),
      ),
    ),
  )

const overSandbox = (options?: Partial<ApiOptions>) => ({
  api: { layer: sandbox(options) },
  settings: { password: secret("demo"), user: Option.some("demo") },
})

describe("the sandbox without a port", () => {
  it.effect("serves PatApi, and uses the test's clock", () =>
    withPatApi(overSandbox(), (api) =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.UTC(2026, 0, 1, 12))
        const { keyId, token } = yield* api.create(
          newPat("ci", ["job"], { expiry: ExpiryDate.make("2026-01-02") }),
        )
        expect(keyId).toBe("law-hotel-shape-community")
        yield* api.check(token)
        const statuses = Effect.map(api.list, ({ pats }) => pats.map(({ status }) => status))
        expect(yield* statuses).toEqual(["active"])
        yield* TestClock.adjust("12 hours")
        expect(yield* statuses).toEqual(["expired"])
        expect(yield* Effect.flip(inTime(api.check(token)))).toMatchObject({ _tag: "CredentialRefused" })
      }),
    ),
  )

  it.effect("simulates faults, such as a lost answer to a create", () =>
    withPatApi(overSandbox({ faults: faults("POST /pat after-drop 1") }), (api) =>
      Effect.gen(function* () {
        const failure = yield* Effect.flip(api.create(newPat("ci", ["job"])))
        expect(failure).toMatchObject({ _tag: "OutcomeUnknown", found: ["law-hotel-shape-community"] })
      }),
    ),
  )
})
