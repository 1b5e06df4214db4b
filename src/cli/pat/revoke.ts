import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { Declined, type PatNotFound, type RevokeError } from "../../domain/Errors.ts"
import * as KeyId from "../../domain/KeyId.ts"
import type { Pat } from "../../domain/Pat.ts"
import { PatApi } from "../../services/PatApi.ts"
import type { Listing, Revoked } from "../../services/results.ts"
import { Exit, exitCodes } from "../errors/exitCodes.ts"
import { report } from "../errors/report.ts"
import { jsonOption, settingsOptions, yesOption } from "../options.ts"
import { print, printJson } from "../output/print.ts"
import { Printable, printable } from "../output/printable.ts"
import { confirm } from "../output/prompt.ts"
import { withServices } from "../services.ts"
import { withExamples } from "../strict/annotations.ts"
import { describe, find } from "./subject.ts"

const options = {
  keyIds: Args.text({ name: "key_id" }).pipe(
    Args.withDescription("Key ID to revoke, such as law-hotel-shape-community; see: zpcli pat list"),
    Args.atLeast(1),
  ),
  yes: yesOption,
  json: jsonOption("Output raw JSON and skip the confirmation prompt (default: off)"),
  ...settingsOptions,
}

export type RevokeOptions = Command.Command.ParseConfig<typeof options>

const question = (keyIds: ReadonlyArray<KeyId.KeyId>, pats: ReadonlyArray<Pat>): Printable => {
  const described = keyIds.map((keyId) => describe(keyId, pats))
  if (described.length === 1) return printable`Revoke ${described[0] as Printable}? This can't be undone.`
  const lines = described.map((line) => printable`  ${line}`)
  return Printable.join(
    [...lines, printable`Revoke these ${keyIds.length} PATs? This can't be undone.`],
    "\n",
  )
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
  pats: ReadonlyArray<Pat> | undefined,
) {
  const gone = new Map<KeyId.KeyId, PatNotFound>()
  for (const keyId of pats === undefined ? [] : keyIds) {
    const found = find(keyId, pats ?? [])
    if (Either.isLeft(found)) gone.set(keyId, found.left)
  }
  const left = keyIds.filter((keyId) => !gone.has(keyId))
  if (left.length > 0 && !(yield* confirm(question(left, pats ?? [])))) return yield* new Declined()
  return gone
})

const printRevoked = (keyId: KeyId.KeyId, { text, unlisted }: Revoked, json: boolean, only: boolean) => {
  if (!json) {
    return print(
      unlisted ? printable`PAT ${keyId} is no longer listed.` : printable`PAT ${keyId} revoked successfully.`,
    )
  }
  const message = unlisted ? "PAT no longer listed" : "PAT revoked"
  return printJson(text ?? JSON.stringify({ message, detail: { key_id: keyId } }), {
    layout: only ? "indented" : "compact",
  })
}

/** Failures of signing in: they would meet each of several PATs alike. */
const endsRun = ({ _tag }: RevokeError): boolean =>
  ["CredentialMissing", "InvalidUsername", "LoginRefused", "NotOffered", "Quit"].includes(_tag)

/** How many PATs are revoked side by side. */
const sideBySide = 4

/**
 * Revokes several PATs and shows what came of each, in the order given. All are
 * tried, the one that signs in last, and the first failure decides the exit code.
 */
const revokeAll = Effect.fnUntraced(function* (
  keyIds: ReadonlyArray<KeyId.KeyId>,
  gone: ReadonlyMap<KeyId.KeyId, PatNotFound>,
  own: string | undefined,
  json: boolean,
) {
  const api = yield* PatApi
  const outcomes = new Map<KeyId.KeyId, Either.Either<Revoked, RevokeError>>(
    Array.from(gone, ([keyId, error]) => [keyId, Either.left(error)]),
  )
  const left = keyIds.filter((keyId) => !gone.has(keyId))
  const codes = new Map<KeyId.KeyId, number>()
  const show = Effect.fnUntraced(function* (keyId: KeyId.KeyId) {
    const outcome = outcomes.get(keyId)
    if (outcome === undefined || codes.has(keyId)) return
    const shown = Either.isLeft(outcome)
      ? // Each failure is named after its key ID, since not all of them name one.
        report(outcome.left, json, { keyId, inMessage: true })
      : Effect.as(printRevoked(keyId, outcome.right, json, false), exitCodes.done as number)
    codes.set(keyId, yield* Effect.catchAll(shown, (failure) => report(failure, json)))
  })
  const oneAtATime = (yield* Effect.makeSemaphore(1)).withPermits(1)
  /** Shows what there is, up to the first PAT that nothing is known of. */
  const showInOrder = oneAtATime(
    Effect.suspend(() => {
      const open = keyIds.findIndex((keyId) => !outcomes.has(keyId))
      return Effect.forEach(open === -1 ? keyIds : keyIds.slice(0, open), show, { discard: true })
    }),
  )
  const showAll = oneAtATime(Effect.forEach(keyIds, show, { discard: true }))

  const revokeOne = (keyId: KeyId.KeyId) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(Effect.either(restore(api.revoke(keyId, keyId === own))), (outcome) => {
        if (Either.isLeft(outcome) && endsRun(outcome.left)) return Effect.fail(outcome.left)
        outcomes.set(keyId, outcome)
        return restore(showInOrder)
      }),
    )
  yield* showInOrder
  yield* Effect.zipRight(
    Effect.forEach(
      left.filter((keyId) => keyId !== own),
      revokeOne,
      { concurrency: sideBySide, discard: true },
    ),
    Effect.forEach(
      left.filter((keyId) => keyId === own),
      revokeOne,
      { discard: true },
    ),
  ).pipe(
    // Where the run ends early, what is done must be known all the same.
    Effect.onExit((exit) => (exit._tag === "Success" ? Effect.void : showAll)),
  )
  const code = keyIds
    .map((keyId) => codes.get(keyId))
    .find((code) => code !== undefined && code !== exitCodes.done)
  if (code !== undefined) return yield* new Exit({ code })
})

/** Revokes PATs, after asking. */
export const revoke = Effect.fn("pat.revoke")(function* ({ json, keyIds: given, yes }: RevokeOptions) {
  const keyIds = [...new Set(yield* Effect.forEach(given, KeyId.parse))]
  const api = yield* PatApi
  const asks = !json && !yes
  const listing = asks ? yield* lookUp : undefined
  const gone = asks ? yield* confirmed(keyIds, listing?.pats) : new Map<KeyId.KeyId, PatNotFound>()
  // Asked before, since a PAT that has revoked itself can't ask whether it did where the answer was lost.
  const own = listing === undefined ? yield* api.own : listing.own
  const [first, ...others] = keyIds
  if (first === undefined || others.length > 0) return yield* revokeAll(keyIds, gone, own, json)
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
})

export const command = Command.make("revoke", options, revoke).pipe(
  Command.withDescription("Revoke PATs immediately and permanently"),
  withServices,
  withExamples([
    { command: "zpcli pat revoke law-hotel-shape-community", description: "Ask for confirmation first" },
    {
      command: "zpcli pat revoke law-hotel-shape-community market-night-plain-object --yes",
      description: "Revoke several, without confirmation",
    },
    {
      command: "zpcli pat revoke law-hotel-shape-community --json",
      description: "For scripts: no confirmation, JSON output",
    },
  ]),
)
