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

/** The services that reach the API, before anybody signs in. */
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
 * The services of one command, from its own flags: each is made of those above
 * it. They are the layers of the services, made one after the other: composing
 * the layers takes five times as many steps of the runtime, at every start.
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
 * Provides the handler of a command with the services that its own flags set up:
 * each one and not the whole program, so that `--help` needs no settings.
 */
export const withServices =
  <A extends Flags, B, E, R>(handler: (given: A) => Effect.Effect<B, E, R>) =>
  (given: A) =>
    Effect.flatMap(services(given), (all) => Effect.provide(handler(given), all))
