import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { Declined, type PatNotFound } from "../../domain/Errors.ts"
import type * as KeyId from "../../domain/KeyId.ts"
import type { Pat } from "../../domain/Pat.ts"
import type { Listing } from "../../services/pats/outcome.ts"
import { PatApi } from "../../services/pats/PatApi.ts"
import { exitCodes } from "../errors/exitCodes.ts"
import { Exit } from "../errors/failure.ts"
import { report } from "../errors/report.ts"
import * as hints from "../hints.ts"
import { dryRunOption, jsonOption, settingsOptions, yesOption } from "../options.ts"
import type { Lines } from "../output/escape.ts"
import { print, printError } from "../output/print.ts"
import { confirm, confirmBesideData } from "../output/prompt.ts"
import { withServices } from "../services.ts"
import { withDynamicValues, withExamples, withHints } from "../strict/annotations.ts"
import { printDryRun, wouldRevoke } from "./dryRun.ts"
import { areOnStdin, readKeyIds } from "./keyIds.ts"
import { keyIdValues } from "./offerKeyIds.ts"
import { endsRun, printRevoked, revokeAll } from "./revokeAll.ts"
import { describe, find } from "./subject.ts"

const path = ["pat", "revoke"]

const options = {
  keyIds: Args.text({ name: "key_id" }).pipe(
    Args.withDescription(
      "Key ID to revoke, such as law-hotel-shape-community, or - to read key IDs from stdin, one per line",
    ),
    Args.atLeast(1),
    withDynamicValues(keyIdValues),
  ),
  yes: yesOption,
  dryRun: dryRunOption,
  json: jsonOption("Print raw JSON and skip the confirmation prompt"),
  ...settingsOptions,
}

export type RevokeOptions = Command.Command.ParseConfig<typeof options>

/** @param own - the key ID of the PAT that signs in, where that is known */
const question = (
  keyIds: ReadonlyArray<KeyId.KeyId>,
  pats: ReadonlyArray<Pat>,
  own: string | undefined,
): Lines => {
  const described = keyIds.map(
    (keyId) => `${describe(keyId, pats)}${keyId === own ? ", which you are signed in with" : ""}`,
  )
  if (described.length === 1) return `Revoke ${described[0]}? This can't be undone.`
  const lines = described.map((line) => `  ${line}`)
  return [...lines, `Revoke these ${keyIds.length} PATs? This can't be undone.`]
}

const noList = Effect.succeed<Listing | undefined>(undefined)

/** What the list says; nothing if it can't be read, which does not prevent the revoke. */
const lookUp = Effect.flatMap(PatApi, ({ list }) =>
  Effect.catchTags(list, {
    RequestRefused: () => noList,
    ResponseUnreadable: () => noList,
    ServiceUnavailable: () => noList,
    TimedOut: () => noList,
    Unreachable: () => noList,
  }),
)

/** Asks whether to go on with those of the PATs that can be revoked, and gives the others with what is wrong. */
const confirmed = Effect.fnUntraced(function* (
  keyIds: ReadonlyArray<KeyId.KeyId>,
  listing: Listing | undefined,
  ask: typeof confirm,
) {
  const pats = listing?.pats
  const gone = new Map<KeyId.KeyId, PatNotFound>()
  for (const keyId of pats === undefined ? [] : keyIds) {
    const found = find(keyId, pats ?? [])
    if (Either.isLeft(found)) gone.set(keyId, found.left)
  }
  const left = keyIds.filter((keyId) => !gone.has(keyId))
  if (left.length > 0 && !(yield* ask(question(left, pats ?? [], listing?.own))))
    return yield* new Declined({})
  return gone
})

/** Says what would be revoked, and what is wrong with the others. */
const rehearse = Effect.fnUntraced(function* (
  keyIds: ReadonlyArray<KeyId.KeyId>,
  json: boolean,
  several: boolean,
) {
  const { pats } = yield* (yield* PatApi).list
  const [missing, found] = Arr.partitionMap(keyIds, (keyId) => Either.map(find(keyId, pats), () => keyId))
  if (found.length > 0) {
    yield* json ? printDryRun({ revoke: found }) : print(found.map((keyId) => wouldRevoke(keyId, pats)))
  }
  for (const error of missing) {
    yield* report(error, json, { keyId: error.keyId, inMessage: several })
  }
  if (missing.length > 0) return yield* new Exit({ code: exitCodes.notFound })
})

/** Revokes PATs, after asking. */
export const revoke = Effect.fn("pat.revoke")(function* (options: RevokeOptions) {
  const { json, keyIds: given, yes } = options
  const keyIds = yield* readKeyIds(path, given)
  const several = areOnStdin(given) || keyIds.length > 1
  if (keyIds.length === 0) return yield* printError("Nothing to revoke.")
  if (options.dryRun) return yield* rehearse(keyIds, json, several)
  const api = yield* PatApi
  const asks = !json && !yes
  // A question that can't be asked ends the run before anything is sent.
  const ask = asks && areOnStdin(given) ? yield* confirmBesideData : confirm
  const listing = asks ? yield* lookUp : undefined
  const gone = asks ? yield* confirmed(keyIds, listing, ask) : new Map<KeyId.KeyId, PatNotFound>()
  // Asked before, since a PAT that has revoked itself can't ask whether it did where the answer was lost.
  const own = listing === undefined ? yield* api.own : listing.own
  const [first] = keyIds
  if (first === undefined || several) return yield* revokeAll(keyIds, gone, own, json)
  const unlisted = gone.get(first)
  if (unlisted !== undefined) return yield* unlisted
  const revoked = yield* api.revoke(first, first === own).pipe(
    Effect.catchIf(
      (failure) => !endsRun(failure),
      (failure) =>
        Effect.flatMap(
          report(failure, json, { keyId: first, inMessage: false }),
          (code) => new Exit({ code }),
        ),
    ),
  )
  yield* printRevoked(first, revoked, json, true)
}, Effect.scoped)

export const command = Command.make("revoke", options, revoke).pipe(
  Command.withDescription("Revoke PATs immediately and permanently"),
  withServices,
  withExamples([
    {
      command: "zpcli pat revoke law-hotel-shape-community",
      description: "Revoke a PAT after asking for confirmation",
    },
    {
      command: "zpcli pat revoke law-hotel-shape-community market-night-plain-object --yes",
      description: "Revoke several PATs without asking",
    },
    {
      command: "zpcli pat list --quiet --unused-for 90d | zpcli pat revoke - --yes",
      description: "Revoke all PATs that weren't used in the last 90 days",
    },
  ]),
  withHints(hints.revoke),
)
