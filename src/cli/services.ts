import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { Session } from "../services/auth/Session.ts"
import { TokenCache } from "../services/auth/TokenCache.ts"
import { Transport } from "../services/network/Transport.ts"
import { Progress } from "../services/Progress.ts"
import { Prompter } from "../services/Prompter.ts"
import { Handover } from "../services/pats/Handover.ts"
import { PatApi } from "../services/pats/PatApi.ts"
import { Account } from "../services/settings/Account.ts"
import { Connection } from "../services/settings/Connection.ts"
import { Secrets } from "../services/settings/Secrets.ts"
import { type Flags, Settings } from "../services/settings/Settings.ts"
import { makeProgress } from "./output/progress.ts"
import { makePrompter } from "./output/prompt.ts"

/** The services for requests to the API without signing in. */
export const networkServices = Effect.fnUntraced(function* (flags: Flags) {
  const progress = yield* makeProgress
  const settings = Context.make(Progress, progress).pipe(
    Context.add(Settings, yield* Settings.make(flags, progress)),
    Context.add(Secrets, yield* Secrets.make),
  )
  const connected = Context.add(settings, Connection, yield* Effect.provide(Connection.make, settings))
  return Context.add(connected, Transport, yield* Effect.provide(Transport.make, connected))
})

/**
 * All services, for the flags of one command. Each needs the services above it. They
 * are made one after the other, without layers: composing those takes five times as
 * many steps of the runtime, at every start.
 */
export const services = Effect.fnUntraced(function* (flags: Flags) {
  const network = yield* networkServices(flags)
  const withAccount = Context.add(network, Account, yield* Effect.provide(Account.make, network))
  const cached = Context.add(withAccount, TokenCache, yield* Effect.provide(TokenCache.make, withAccount))
  const asking = Context.add(cached, Prompter, yield* Effect.provide(makePrompter, cached))
  const signedIn = Context.add(asking, Session, yield* Effect.provide(Session.make, asking))
  const api = Context.add(signedIn, PatApi, yield* Effect.provide(PatApi.make, signedIn))
  return Context.add(api, Handover, yield* Effect.provide(Handover.make, api))
})

/**
 * Provides a handler with the services for its own flags. Handlers get them, not the
 * whole program, so that `--help` works without valid settings.
 */
export const withServices =
  <A extends Flags, B, E, R>(handler: (given: A) => Effect.Effect<B, E, R>) =>
  (given: A) =>
    Effect.flatMap(services(given), (all) => Effect.provide(handler(given), all))
