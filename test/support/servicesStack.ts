import type * as HttpClient from "@effect/platform/HttpClient"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { PatApi } from "../../src/services/PatApi.ts"
import type { Prompter } from "../../src/services/Prompter.ts"
import { Session } from "../../src/services/Session.ts"
import type { SettingsValue } from "../../src/services/Settings.ts"
import { TokenCache } from "../../src/services/TokenCache.ts"
import { type ApiRequest, Transport } from "../../src/services/Transport.ts"
import { asks, settings } from "./services.ts"

/** What the services of a test stand on. */
export interface World {
  readonly api: { readonly layer: Layer.Layer<HttpClient.HttpClient> }
  readonly settings?: Partial<SettingsValue>
  readonly ask?: { readonly layer: Layer.Layer<Prompter> }
  /** Listens to what is waited for. */
  readonly progress?: { readonly layer: Layer.Layer<never> }
}

const transport = (world: World) =>
  Layer.effect(Transport, Transport.make).pipe(
    Layer.provide(world.progress?.layer ?? Layer.empty),
    Layer.provide(Layer.merge(world.api.layer, settings(world.settings))),
  )

const signIn = (world: World) =>
  Layer.effect(Session, Session.make).pipe(
    Layer.provide(
      Layer.mergeAll(Layer.effect(TokenCache, TokenCache.make), (world.ask ?? asks()).layer).pipe(
        Layer.provideMerge(settings(world.settings)),
        Layer.provide(NodeFileSystem.layer),
      ),
    ),
    Layer.provideMerge(transport(world)),
  )

/** Sends a request through a fresh `Transport`. */
export const send = (world: World, request: ApiRequest) =>
  Effect.provide(
    Effect.flatMap(Transport, (it) => it.send(request)),
    transport(world),
  )

/** Uses a fresh `Session`. */
export const withSession = <A, E, R>(
  world: World,
  use: (it: Context.Tag.Service<typeof Session>) => Effect.Effect<A, E, R>,
) => Effect.provide(Effect.flatMap(Session, use), signIn(world))

/** Uses a fresh `PatApi`. */
export const withPatApi = <A, E, R>(
  world: World,
  use: (it: Context.Tag.Service<typeof PatApi>) => Effect.Effect<A, E, R>,
) =>
  Effect.provide(
    Effect.flatMap(PatApi, use),
    Layer.effect(PatApi, PatApi.make).pipe(
      Layer.provide(signIn(world)),
      Layer.provide(settings(world.settings)),
    ),
  )
