import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import { Declined } from "../../domain/Errors.ts"
import * as KeyId from "../../domain/KeyId.ts"
import type { Pat } from "../../domain/Pat.ts"
import { PatApi } from "../../services/PatApi.ts"
import type { Failure } from "../errors/describe.ts"
import { Exit, exitCodes } from "../errors/exitCodes.ts"
import { report } from "../errors/report.ts"
import { jsonOption, settingsOptions } from "../options.ts"
import { print, printJson } from "../output/print.ts"
import { Printable, printable } from "../output/printable.ts"
import { confirm } from "../output/prompt.ts"
import { withServices } from "../services.ts"
import { withExamples } from "../strict/annotations.ts"
import { describe } from "./subject.ts"

const options = {
  keyIds: Args.text({ name: "key_id" }).pipe(
    Args.withDescription("Key ID to revoke, such as law-hotel-shape-community; see: zpcli pat list"),
    Args.atLeast(1),
  ),
  yes: Options.boolean("yes").pipe(Options.withDescription("Do not ask (default: off)")),
  json: jsonOption("Output raw JSON and skip the confirmation prompt (default: off)"),
  ...settingsOptions,
}

export type RevokeOptions = Command.Command.ParseConfig<typeof options>

const question = (keyIds: ReadonlyArray<KeyId.KeyId>, pats: ReadonlyArray<Pat>): Printable => {
  const described = keyIds.map((keyId) => describe(keyId, pats))
  if (described.length === 1) return printable`Revoke ${described[0] as Printable}? It can't be undone.`
  const lines = described.map((line) => printable`  ${line}`)
  return Printable.join([...lines, printable`Revoke these ${keyIds.length} PATs? It can't be undone.`], "\n")
}

const unlisted: { readonly pats: ReadonlyArray<Pat> } = { pats: [] }

/** Asks whether to go on, with what is known of the PATs; without a list the question is asked all the same. */
const confirmed = Effect.fnUntraced(function* (keyIds: ReadonlyArray<KeyId.KeyId>) {
  const api = yield* PatApi
  const { pats } = yield* Effect.catchTags(api.list, {
    RequestRefused: () => Effect.succeed(unlisted),
    ResponseUnreadable: () => Effect.succeed(unlisted),
    ServiceUnavailable: () => Effect.succeed(unlisted),
    TimedOut: () => Effect.succeed(unlisted),
    Unreachable: () => Effect.succeed(unlisted),
  })
  if (!(yield* confirm(question(keyIds, pats)))) return yield* new Declined()
})

/** Revokes one PAT, and prints that it did. */
const revokeOne = Effect.fnUntraced(function* (keyId: KeyId.KeyId, json: boolean, only: boolean) {
  const api = yield* PatApi
  const envelope = yield* api.revoke(keyId)
  if (!json) return yield* print(printable`PAT ${keyId} revoked successfully.`)
  yield* printJson(
    envelope ?? { message: "PAT revoked", detail: { key_id: keyId } },
    only ? "indented" : "compact",
  )
})

/** Revokes PATs, after asking. All are tried, and the first failure decides the exit code. */
export const revoke = Effect.fn("pat.revoke")(function* ({ json, keyIds: given, yes }: RevokeOptions) {
  const keyIds = [...new Set(yield* Effect.forEach(given, KeyId.parse))]
  if (!json && !yes) yield* confirmed(keyIds)
  const [first, ...others] = keyIds
  if (first !== undefined && others.length === 0) return yield* revokeOne(first, json, true)
  const results = yield* Effect.forEach(keyIds, (keyId) =>
    revokeOne(keyId, json, false).pipe(
      Effect.as<number>(exitCodes.done),
      // Each failure is named after its key ID, since not all of them name one.
      Effect.catchAll((failure: Failure) => report(failure, json, printable`${keyId}`)),
    ),
  )
  const code = results.find((result) => result !== exitCodes.done)
  if (code !== undefined) return yield* new Exit({ code })
})

export const command = Command.make("revoke", options, revoke).pipe(
  Command.withDescription("Revoke PATs, for good and at once"),
  withServices,
  withExamples([
    { command: "zpcli pat revoke law-hotel-shape-community", description: "Asks first" },
    {
      command: "zpcli pat revoke law-hotel-shape-community market-night-plain-object --yes",
      description: "Several, without asking",
    },
    {
      command: "zpcli pat revoke law-hotel-shape-community --json",
      description: "Does not ask either; for scripts",
    },
  ]),
)
