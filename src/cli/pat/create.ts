import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { TokenUndelivered } from "../../domain/Errors.ts"
import * as Expiry from "../../domain/Expiry.ts"
import * as Label from "../../domain/Label.ts"
import * as Scope from "../../domain/Scope.ts"
import { type CreatedToken, PatApi } from "../../services/PatApi.ts"
import { jsonOption, settingsOptions, withApi } from "../common.ts"
import { print } from "../output.ts"
import { Printable, printable } from "../printable.ts"

/** Hands a new token to its owner: the only place outside the network and the cache that unwraps one. */
const deliver = ({ envelope, keyId, token }: CreatedToken, json: boolean) =>
  print(
    json
      ? Printable.json(Redacted.value(envelope))
      : Printable.join(
          [
            printable`PAT created successfully!`,
            printable`ID: ${keyId ?? "-"}`,
            printable`Token: ${Redacted.value(token)}`,
            printable`Make sure to copy your token now. You won't be able to see it again!`,
          ],
          "\n",
        ),
  ).pipe(Effect.mapError(({ code }) => new TokenUndelivered({ keyId, target: "stdout", code })))

/** `zpcli pat create`: makes a PAT and prints its token, once. */
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
    expiry: Options.text("expiry").pipe(
      Options.withPseudoName("YYYY-MM-DD"),
      Options.withDescription("Day on which the PAT expires (default: never)"),
      Options.optional,
    ),
    tenantId: Options.text("tenant-id").pipe(
      Options.withPseudoName("id"),
      Options.withDescription("Tenant that the PAT is for (default: your own)"),
      Options.optional,
    ),
    json: jsonOption("Output raw JSON (default: off)"),
    ...settingsOptions,
  },
  (args) =>
    Effect.gen(function* () {
      const label = yield* Label.parse(args.label)
      const scopes = yield* Scope.parseAll(args.scope)
      const expiry = Option.isSome(args.expiry) ? yield* Expiry.parseDate(args.expiry.value) : undefined
      if (expiry !== undefined && Expiry.isPast(expiry, yield* Clock.currentTimeMillis)) {
        yield* Effect.logWarning(`The expiry ${expiry} has passed; the server decides what that means.`)
      }
      const api = yield* PatApi
      const tenantId = Option.getOrUndefined(args.tenantId)
      // Once the token has come, nothing keeps it from being delivered.
      yield* Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(restore(api.create({ label, scopes, expiry, tenantId })), (created) =>
          deliver(created, args.json),
        ),
      )
    }),
).pipe(Command.withDescription("Create a PAT and print its token, once"), withApi)

export const examples = [
  { line: `zpcli pat create "My CI Token" --scope '*'`, says: "Full access (quote * against the shell)" },
  { line: 'zpcli pat create "CI zpool only" --scope zpool --scope job', says: "Only what the job needs" },
  { line: 'zpcli pat create "Temp token" --scope sshkey --expiry 2027-12-31', says: "With an expiry" },
]
