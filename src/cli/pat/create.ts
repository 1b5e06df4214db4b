import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Label from "../../domain/Label.ts"
import * as Scope from "../../domain/Scope.ts"
import { PatApi } from "../../services/PatApi.ts"
import { chosenExpiry, expiryOptions, settingsOptions, withApi } from "../common.ts"
import { deliveryOptions, prepareDelivery } from "./delivery.ts"

const path = ["pat", "create"]

/** `zpcli pat create`: makes a PAT and hands over its token, once. */
export const command = Command.make(
  "create",
  {
    label: Args.text({ name: "label" }).pipe(
      Args.withDescription('Human-readable name, such as "GitHub Actions"; quote it if it holds spaces'),
    ),
    scope: Options.text("scope").pipe(
      Options.withPseudoName("scope"),
      Options.withDescription(`Scope to grant, repeat for more: ${Scope.scopes.join(", ")}`),
      Options.atLeast(1),
    ),
    ...expiryOptions("never"),
    tenantId: Options.text("tenant-id").pipe(
      Options.withPseudoName("id"),
      Options.withDescription("Tenant that the PAT is for (default: your own)"),
      Options.optional,
    ),
    ...deliveryOptions,
    ...settingsOptions,
  },
  (args) =>
    Effect.gen(function* () {
      const label = yield* Label.parse(args.label)
      const scopes = yield* Scope.parseAll(args.scope)
      const expiry = yield* chosenExpiry(path, args)
      const tenantId = Option.getOrUndefined(args.tenantId)
      const api = yield* PatApi
      const deliver = yield* prepareDelivery(path, args)
      // Once the token has come, nothing keeps it from being delivered.
      yield* Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(restore(api.create({ label, scopes, expiry, tenantId })), deliver),
      )
    }).pipe(Effect.scoped),
).pipe(Command.withDescription("Create a PAT and print its token, once"), withApi)

export const examples = [
  { line: `zpcli pat create "My CI Token" --scope '*'`, says: "Full access (quote * against the shell)" },
  { line: 'zpcli pat create "CI zpool only" --scope zpool --scope job', says: "Only what the job needs" },
  {
    line: 'zpcli pat create "Nightly" --scope job --expires-in 90d --out nightly.pat',
    says: "Expires, and goes to a new file instead of the terminal",
  },
]
