import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import { Declined } from "../../domain/Errors.ts"
import * as KeyId from "../../domain/KeyId.ts"
import type { Pat } from "../../domain/Pat.ts"
import { PatApi } from "../../services/PatApi.ts"
import { jsonOption, settingsOptions, withApi } from "../common.ts"
import { Exit, type Failure, tell } from "../errors/describe.ts"
import { render } from "../errors/report.ts"
import { print, printError, printJson } from "../output/print.ts"
import { Printable, printable } from "../output/printable.ts"
import { confirm } from "../output/prompt.ts"
import { formatter } from "../output/time.ts"

const unlisted: { readonly pats: ReadonlyArray<Pat> } = { pats: [] }

/** What goes with a key ID: its label, scopes and last use. */
export const describe = (keyId: KeyId.KeyId, pats: ReadonlyArray<Pat>): Printable => {
  const pat = pats.find((candidate) => candidate.key_id === keyId)
  if (pat === undefined) return printable`PAT ${keyId}`
  const lastUsed = formatter(false, undefined)(pat.last_used_at, "never")
  return printable`PAT ${keyId} ("${pat.label ?? "-"}", scopes ${pat.scopes?.join(", ") ?? "-"}, last used ${lastUsed})`
}

const question = (keyIds: ReadonlyArray<KeyId.KeyId>, pats: ReadonlyArray<Pat>): Printable => {
  const described = keyIds.map((keyId) => describe(keyId, pats))
  if (described.length === 1) return printable`Revoke ${described[0] as Printable}? It can't be undone.`
  const lines = described.map((line) => printable`  ${line}`)
  return Printable.join([...lines, printable`Revoke these ${keyIds.length} PATs? It can't be undone.`], "\n")
}

/** `zpcli pat revoke`: ends PATs, after asking. All are tried, and the first failure decides the exit code. */
export const command = Command.make(
  "revoke",
  {
    keyIds: Args.text({ name: "key_id" }).pipe(
      Args.withDescription("Key ID to revoke, such as law-hotel-shape-community; see: zpcli pat list"),
      Args.atLeast(1),
    ),
    yes: Options.boolean("yes").pipe(Options.withDescription("Do not ask (default: off)")),
    json: jsonOption("Output raw JSON and skip the confirmation prompt (default: off)"),
    ...settingsOptions,
  },
  ({ json, keyIds: given, yes }) =>
    Effect.gen(function* () {
      const keyIds = [...new Set(yield* Effect.forEach(given, KeyId.parse))]
      const api = yield* PatApi
      if (!json && !yes) {
        // The question is better with what it is about, and is asked without it all the same.
        const { pats } = yield* Effect.catchTags(api.list, {
          RequestRefused: () => Effect.succeed(unlisted),
          ResponseUnreadable: () => Effect.succeed(unlisted),
          ServiceUnavailable: () => Effect.succeed(unlisted),
          TimedOut: () => Effect.succeed(unlisted),
          Unreachable: () => Effect.succeed(unlisted),
        })
        if (!(yield* confirm(question(keyIds, pats)))) return yield* new Declined()
      }
      const only = keyIds.length === 1
      const revoke = Effect.fnUntraced(function* (keyId: KeyId.KeyId) {
        const envelope = yield* api.revoke(keyId)
        if (!json) return yield* print(printable`PAT ${keyId} revoked successfully.`)
        yield* printJson(
          envelope ?? { message: "PAT revoked", detail: { key_id: keyId } },
          only ? "indented" : "compact",
        )
      })
      if (only) return yield* revoke(keyIds[0] as KeyId.KeyId)
      const results = yield* Effect.forEach(keyIds, (keyId) =>
        revoke(keyId).pipe(
          Effect.as(0),
          Effect.catchAll((failure: Failure) => {
            const told = tell(failure)
            // Each failure is named after its key ID, since not all of them name one.
            return "message" in told
              ? Effect.as(
                  printError(render({ ...told, message: printable`${keyId}: ${told.message}` }, json)),
                  told.exitCode,
                )
              : Effect.succeed(told.exitCode)
          }),
        ),
      )
      const code = results.find((result) => result !== 0)
      if (code !== undefined) return yield* new Exit({ code })
    }),
).pipe(Command.withDescription("Revoke PATs, for good and at once"), withApi)

export const examples = [
  { line: "zpcli pat revoke law-hotel-shape-community", says: "Asks first" },
  {
    line: "zpcli pat revoke law-hotel-shape-community market-night-plain-object --yes",
    says: "Several, without asking",
  },
  { line: "zpcli pat revoke law-hotel-shape-community --json", says: "Does not ask either; for scripts" },
]
