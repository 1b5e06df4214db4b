import * as HttpClient from "@effect/platform/HttpClient"
import * as Terminal from "@effect/platform/Terminal"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { describe, expect, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { makeProgress } from "../../src/cli/output/progress.ts"
import { makePrompter } from "../../src/cli/output/prompt.ts"
import { services } from "../../src/cli/services.ts"
import { Session } from "../../src/services/auth/Session.ts"
import { TokenCache } from "../../src/services/auth/TokenCache.ts"
import { CommandRunner } from "../../src/services/CommandRunner.ts"
import { Files } from "../../src/services/Files.ts"
import { Transport } from "../../src/services/network/Transport.ts"
import { Process } from "../../src/services/Process.ts"
import { Progress } from "../../src/services/Progress.ts"
import { Prompter } from "../../src/services/Prompter.ts"
import { Handover } from "../../src/services/pats/Handover.ts"
import { PatApi } from "../../src/services/pats/PatApi.ts"
import { Account } from "../../src/services/settings/Account.ts"
import { Connection } from "../../src/services/settings/Connection.ts"
import { Secrets } from "../../src/services/settings/Secrets.ts"
import { Settings } from "../../src/services/settings/Settings.ts"
import { item, listed } from "../support/fixtures.ts"
import { fakeApiByPath } from "../support/http/client.ts"
import { realFiles } from "../support/world/files.ts"
import { here } from "../support/world/process.ts"
import { runsNothing } from "../support/world/runner.ts"
import { notices } from "../support/world/services.ts"
import { fakeTerminal } from "../support/world/world.ts"

const flags = { rcfile: Option.none(), auth: "auto" } as const
const url = "https://api.test/v1"

/** What the services of a command stand on. */
const ground = (requests: Array<string>) =>
  Layer.mergeAll(
    Layer.succeed(Process, here),
    Layer.succeed(
      Terminal.Terminal,
      fakeTerminal([], "", () => {}),
    ),
    Layer.succeed(
      HttpClient.HttpClient,
      fakeApiByPath({ "GET /pat": listed(item()) }, url, ({ headers, method, url }) =>
        requests.push(`${method} ${url} ${headers.authorization}`),
      ).client,
    ),
    NodeFileSystem.layer,
    NodePath.layer,
    Layer.succeed(Files, realFiles),
    notices().layer,
    Layer.succeed(CommandRunner, runsNothing),
    Layer.setConfigProvider(
      ConfigProvider.fromMap(
        new Map([
          ["ZPOOL_API_URL", url],
          ["ZPOOLPAT", "zpat_OfThisTest"],
        ]),
      ),
    ),
  )

/** The layers of the services, composed as another program would. */
const composed = Handover.layer.pipe(
  Layer.provideMerge(PatApi.layer),
  Layer.provideMerge(Session.layer),
  Layer.provideMerge(Layer.mergeAll(TokenCache.layer, Transport.layer, Layer.effect(Prompter, makePrompter))),
  Layer.provideMerge(Layer.mergeAll(Connection.layer, Account.layer, Layer.effect(Progress, makeProgress))),
  Layer.provideMerge(Layer.merge(Settings.layer(flags), Secrets.layer)),
)

/** Which services there are, what two of them hold, and what a list through them sends. */
const seen = <E, R>(layer: Layer.Layer<Handover | PatApi | Connection | Account, E, R>) =>
  Effect.gen(function* () {
    const requests: Array<string> = []
    const result = yield* Effect.gen(function* () {
      const context = yield* Layer.build(layer)
      return yield* Effect.provide(
        Effect.gen(function* () {
          const { pats } = yield* (yield* PatApi).list
          return {
            keys: [...context.unsafeMap.keys()].sort(),
            pats,
            ...(yield* Connection),
            ...(yield* Account),
          }
        }),
        Context.merge(yield* Effect.context<never>(), context),
      )
    }).pipe(Effect.provide(ground(requests)), Effect.scoped)
    return { result, requests }
  })

describe("the services of a command", () => {
  it.effect("built one by one are the same as the composed layers", () =>
    Effect.gen(function* () {
      const made = yield* seen(Layer.effectContext(services(flags)))
      expect(made).toStrictEqual(yield* seen(composed))
      expect(made.result.keys).toContain("zpcli/Handover")
      expect(made.requests).toEqual([`GET ${url}/pat Bearer zpat_OfThisTest`])
    }),
  )
})
