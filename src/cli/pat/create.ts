import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { dashboardUrl } from "../../domain/ApiUrl.ts"
import * as Label from "../../domain/Label.ts"
import { NewPat } from "../../domain/NewPat.ts"
import * as Scope from "../../domain/Scope.ts"
import { Process } from "../../services/Process.ts"
import { Handover } from "../../services/pats/Handover.ts"
import { PatApi } from "../../services/pats/PatApi.ts"
import { Connection } from "../../services/settings/Connection.ts"
import {
  chosenExpiry,
  exclusive,
  expiryOptions,
  scopeNames,
  scopeOption,
  settingsOptions,
  tenantIdOption,
} from "../options.ts"
import * as otherTools from "../otherTools.ts"
import { print, printExpiry } from "../output/print.ts"
import { withServices } from "../services.ts"
import { withAsking, withExamples, withOtherWords } from "../strict/annotations.ts"
import { askForPat } from "./ask.ts"
import { checkSave, chooseDelivery, deliveryOptions } from "./delivery.ts"

const path = ["pat", "create"]

const options = () => ({
  label: Args.text({ name: "label" }).pipe(
    Args.withDescription('Human-readable name, such as "GitHub Actions"; quote it if it contains spaces'),
    Args.optional,
  ),
  scope: scopeOption(`Grant this scope: ${scopeNames}`),
  ...expiryOptions("never"),
  tenantId: tenantIdOption("yours"),
  ...deliveryOptions(),
  web: Options.boolean("web").pipe(
    Options.withDescription(
      "Create the PAT on the website instead: print the page's address, and open it at a terminal",
    ),
  ),
  ...settingsOptions(),
})

export type CreateOptions = Command.Command.ParseConfig<ReturnType<typeof options>>

/** Creates a PAT and delivers its token. */
export const create = Effect.fn("pat.create")(function* (options: CreateOptions) {
  const given = yield* askForPat(options)
  const expiryAt = yield* chosenExpiry(path, given)
  const label = yield* Label.parse(Option.getOrElse(given.label, () => ""))
  const scopes = yield* Scope.parseAll(given.scope)
  if (given.web) {
    yield* exclusive(path, {
      "--web": true,
      "--json": given.json,
      "--token-only": given.tokenOnly,
      "--out": Option.isSome(given.out),
      "--save": given.save,
      "--replace": given.replace,
      "--tenant-id": Option.isSome(given.tenantId),
      "a command after --": given.command.length > 0,
    })
    const { api } = yield* Connection
    // By our own clock, since the API's would take a request.
    const expiry = yield* expiryAt(yield* Clock.currentTimeMillis)
    const page = dashboardUrl(api, { label, scopes, expiry })
    yield* print(`${page}`)
    if ((yield* Process).stdout.isTerminal) yield* (yield* Process).openPage(page)
    return
  }
  const openDelivery = yield* chooseDelivery(path, given)
  yield* checkSave(given)
  const { create } = yield* Handover
  // A PAT expires by the API's clock.
  const now = Option.isSome(given.expiresIn) ? (yield* PatApi).now : Clock.currentTimeMillis
  const expiry = yield* expiryAt(yield* now)
  const pat = NewPat.fromInput({ label, scopes, expiry, tenantId: Option.getOrUndefined(given.tenantId) })
  yield* create(pat, yield* openDelivery())
  if (expiry !== undefined && Option.isSome(given.expiresIn)) yield* printExpiry(expiry)
}, Effect.scoped)

export const command = () =>
  Command.make("create", options(), withServices(create)).pipe(
    Command.withDescription("Create a PAT and print its token once"),
    withOtherWords(otherTools.create),
    withAsking({ names: ["label", "--scope"], unless: ["--json", "--web"] }),
    withExamples([
      {
        command: `zpcli pat create "My CI Token" --scope '*'`,
        description: "Full access (quote * to prevent shell globbing)",
      },
      {
        command: 'zpcli pat create "Nightly" --scope job --expires-in 90d --out nightly.pat',
        description: "Set an expiry, and write the token to a new file",
      },
      {
        command: "zpcli pat create CI --scope job -- gh secret set ZPOOLPAT",
        description: "Pass the token to a command; if that fails, revoke the PAT",
      },
    ]),
  )
