// Uses PatApi from another Effect program: over an HttpClient of its own, with a credential that it has.
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as ApiUrl from "../src/domain/ApiUrl.ts"
import { Session } from "../src/services/auth/Session.ts"
import { Transport } from "../src/services/network/Transport.ts"
import { Progress } from "../src/services/Progress.ts"
import { PatApi } from "../src/services/pats/PatApi.ts"
import { Connection } from "../src/services/settings/Connection.ts"
import { Secrets } from "../src/services/settings/Secrets.ts"

/** PatApi for a base URL and a PAT. What is left to provide is an HttpClient. */
export const patApi = (
  url: string,
  pat: Redacted.Redacted,
): Layer.Layer<PatApi, never, HttpClient.HttpClient> => {
  const connection = { api: Either.getOrThrow(ApiUrl.parse(url)), timeout: 30, maxRetries: 2 }
  return PatApi.layer.pipe(
    Layer.provide(Layer.merge(Session.ofPat(pat), Transport.layer)),
    Layer.provide(Layer.mergeAll(Layer.succeed(Connection, connection), Progress.layer, Secrets.layer)),
  )
}

/** The labels of the PATs that expire at some time. */
export const expiring = Effect.gen(function* () {
  const { pats } = yield* (yield* PatApi).list
  return pats.filter(({ expiry_at }) => expiry_at !== undefined).map(({ label }) => label)
})
