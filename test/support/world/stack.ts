import type * as HttpClient from "@effect/platform/HttpClient"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Session } from "../../../src/services/auth/Session.ts"
import { TokenCache } from "../../../src/services/auth/TokenCache.ts"
import { CommandRunner } from "../../../src/services/CommandRunner.ts"
import { Files } from "../../../src/services/Files.ts"
import type { Notices } from "../../../src/services/Notices.ts"
import type { ApiRequest } from "../../../src/services/network/request.ts"
import { Transport } from "../../../src/services/network/Transport.ts"
import { Process } from "../../../src/services/Process.ts"
import { Progress } from "../../../src/services/Progress.ts"
import type { Prompter } from "../../../src/services/Prompter.ts"
import { PatApi } from "../../../src/services/pats/PatApi.ts"
import { realFiles } from "./files.ts"
import { here } from "./process.ts"
import { runsNothing } from "./runner.ts"
import { asks, notices, type SettingsValue, settings } from "./services.ts"

/** What the services of a test stand on. */
export interface Ground {
  readonly api: { readonly layer: Layer.Layer<HttpClient.HttpClient> }
  readonly settings?: Partial<SettingsValue>
  readonly ask?: { readonly layer: Layer.Layer<Prompter> }
  /** Listens to what is waited for. */
  readonly progress?: { readonly layer: Layer.Layer<Progress> }
  /** What runs a command that prints a secret; without it none may be run. */
  readonly runner?: CommandRunner["Type"]
  /** Listens to what a user is told. */
  readonly notices?: { readonly layer: Layer.Layer<Notices> }
}

/** The layers of the services over this ground: each is given what it stands on. */
const layers = (ground: Ground) => {
  const below = Layer.mergeAll(
    settings(ground.settings),
    ground.api.layer,
    ground.progress?.layer ?? Progress.layer,
    ground.ask?.layer ?? asks().layer,
    ground.notices?.layer ?? notices().layer,
    NodeFileSystem.layer,
    NodePath.layer,
    Layer.succeed(Process, here),
    Layer.succeed(Files, realFiles),
    Layer.succeed(CommandRunner, ground.runner ?? runsNothing),
  )
  return PatApi.layer.pipe(
    Layer.provideMerge(Session.layer),
    Layer.provideMerge(Layer.merge(Transport.layer, TokenCache.layer)),
    Layer.provide(below),
  )
}

/** Sends a request through a fresh `Transport`. */
export const send = (ground: Ground, request: ApiRequest) =>
  Effect.provide(
    Effect.flatMap(Transport, (it) => it.send(request)),
    layers(ground),
  )

/** Uses a fresh `Transport`. */
export const withTransport = <A, E, R>(
  ground: Ground,
  use: (it: Transport["Type"]) => Effect.Effect<A, E, R>,
) => Effect.provide(Effect.flatMap(Transport, use), layers(ground))

/** Uses a fresh `Session`. */
export const withSession = <A, E, R>(ground: Ground, use: (it: Session["Type"]) => Effect.Effect<A, E, R>) =>
  Effect.provide(Effect.flatMap(Session, use), layers(ground))

/** Uses a fresh `PatApi`. */
export const withPatApi = <A, E, R>(ground: Ground, use: (it: PatApi["Type"]) => Effect.Effect<A, E, R>) =>
  Effect.provide(Effect.flatMap(PatApi, use), layers(ground))
