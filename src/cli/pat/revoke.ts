import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import { Declined } from "../../domain/Errors.ts"
import * as KeyId from "../../domain/KeyId.ts"
import type { Pat } from "../../domain/Pat.ts"
import { PatApi } from "../../services/PatApi.ts"
import { jsonOption, settingsOptions, withApi } from "../common.ts"
import { print, printJson } from "../output.ts"
import { confirm } from "../Prompt.ts"
import { printable } from "../printable.ts"
import { formatter } from "../time.ts"

const unlisted: { readonly pats: ReadonlyArray<Pat> } = { pats: [] }

/** What goes with a key ID: its label, scopes and last use. */
const describe = (keyId: KeyId.KeyId, pats: ReadonlyArray<Pat>) => {
  const pat = pats.find((candidate) => candidate.key_id === keyId)
  if (pat === undefined) return printable`PAT ${keyId}`
  const lastUsed = formatter(false, undefined)(pat.last_used_at, "never")
  return printable`PAT ${keyId} ("${pat.label ?? "-"}", scopes ${pat.scopes?.join(", ") ?? "-"}, last used ${lastUsed})`
}

/** `zpcli pat revoke`: ends a PAT, after asking. */
export const command = Command.make(
  "revoke",
  {
    keyId: Args.text({ name: "key_id" }).pipe(
      Args.withDescription("Key ID to revoke, such as law-hotel-shape-community; see: zpcli pat list"),
    ),
    json: jsonOption("Output raw JSON and skip the confirmation prompt (default: off)"),
    ...settingsOptions,
  },
  ({ json, keyId: given }) =>
    Effect.gen(function* () {
      const keyId = yield* KeyId.parse(given)
      const api = yield* PatApi
      if (!json) {
        // The question is better with what it is about, and is asked without it all the same.
        const { pats } = yield* Effect.catchTags(api.list, {
          RequestRefused: () => Effect.succeed(unlisted),
          ResponseUnreadable: () => Effect.succeed(unlisted),
          ServiceUnavailable: () => Effect.succeed(unlisted),
          TimedOut: () => Effect.succeed(unlisted),
          Unreachable: () => Effect.succeed(unlisted),
        })
        const sure = yield* confirm(printable`Revoke ${describe(keyId, pats)}? It can't be undone.`)
        if (!sure) return yield* new Declined()
      }
      const envelope = yield* api.revoke(keyId)
      if (!json) return yield* print(printable`PAT ${keyId} revoked successfully.`)
      yield* printJson(envelope ?? { message: "PAT revoked", detail: { key_id: keyId } })
    }),
).pipe(Command.withDescription("Revoke a PAT, for good and at once"), withApi)

export const examples = [
  { line: "zpcli pat revoke law-hotel-shape-community", says: "Asks first" },
  { line: "zpcli pat revoke law-hotel-shape-community --json", says: "Does not ask; for scripts" },
]
