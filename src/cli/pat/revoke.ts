import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { Declined, type PatNotFound, type RevokeError } from "../../domain/Errors.ts"
import type { KeyId } from "../../domain/KeyId.ts"
import type { Pat } from "../../domain/Pat.ts"
import { findPat } from "../../domain/PatList.ts"
import { Progress } from "../../services/Progress.ts"
import { PatApi } from "../../services/pats/PatApi.ts"
import type { Revoked } from "../../services/pats/results.ts"
import { exitCodes } from "../errors/exitCodes.ts"
import { Exit } from "../errors/failure.ts"
import { report } from "../errors/report.ts"
import { dryRunOption, exclusive, jsonOption, settingsOptions, yesOption } from "../options.ts"
import * as otherTools from "../otherTools.ts"
import type { Lines } from "../output/escape.ts"
import { print, printError, printJson } from "../output/print.ts"
import { confirm, confirmBesideData } from "../output/prompt.ts"
import { withServices } from "../services.ts"
import { withAsking, withDynamicValues, withExamples, withHints } from "../strict/annotations.ts"
import { choosePats } from "./ask.ts"
import { keyIdValues } from "./offerKeyIds.ts"
import { describePat, keyIdsOnStdin, parseKeyId, printDryRun, wouldRevoke } from "./subject.ts"

const path = ["pat", "revoke"]

const options = () => ({
  keyIds: Args.text({ name: "key_id" }).pipe(
    Args.withDescription(
      "Key ID to revoke, such as law-hotel-shape-community, or - to read key IDs from stdin, one per line",
    ),
    Args.repeated,
    withDynamicValues(keyIdValues),
  ),
  yes: yesOption(),
  dryRun: dryRunOption(),
  json: jsonOption("Print raw JSON and skip the confirmation prompt"),
  ...settingsOptions(),
})

export type RevokeOptions = Command.Command.ParseConfig<ReturnType<typeof options>>

/** The argument that means stdin. */
const stdinArgument = "-"

/** In which form results are printed. */
interface Form {
  readonly json: boolean
  /** Whether each is one of several. */
  readonly several: boolean
}

/** @param own - the key ID of the PAT that signs in, where that is known */
const question = (keyIds: ReadonlyArray<KeyId>, pats: ReadonlyArray<Pat>, own: string | undefined): Lines => {
  const described = keyIds.map(
    (keyId) => `${describePat(keyId, pats)}${keyId === own ? ", which you are signed in with" : ""}`,
  )
  if (described.length === 1) return `Revoke ${described[0]}? This can't be undone.`
  const lines = described.map((line) => `  ${line}`)
  return [...lines, `Revoke these ${keyIds.length} PATs? This can't be undone.`]
}

/** What the list says; nothing if it can't be read, which does not prevent the revoke. */
const lookUp = Effect.flatMap(PatApi, ({ list }) =>
  Effect.catchTag(
    list,
    "RequestRefused",
    "ResponseUnreadable",
    "ServiceUnavailable",
    "TimedOut",
    "Unreachable",
    () => Effect.succeed(undefined),
  ),
)

/** Those that the list says can't be revoked, and why, by their key IDs. */
const goneFrom = (keyIds: ReadonlyArray<KeyId>, pats: ReadonlyArray<Pat>) =>
  new Map(
    Arr.getLefts(keyIds.map((keyId) => findPat(keyId, pats))).map((error) => [error.keyId, error] as const),
  )

/** Says what would be revoked, and what is wrong with the others. */
const rehearse = Effect.fnUntraced(function* (keyIds: ReadonlyArray<KeyId>, { json, several }: Form) {
  const { pats } = yield* (yield* PatApi).list
  const gone = goneFrom(keyIds, pats)
  const left = keyIds.filter((keyId) => !gone.has(keyId))
  if (left.length > 0) {
    yield* json ? printDryRun(left) : print(left.map((keyId) => wouldRevoke(keyId, pats)))
  }
  for (const [keyId, error] of gone) yield* report(error, json, { keyId, inMessage: several })
  if (gone.size > 0) return yield* new Exit({ code: exitCodes.notFound })
})

/** Prints what came of one revoke; alone, JSON is indented. */
const printRevoked = (keyId: KeyId, { text, unlisted }: Revoked, { json, several }: Form) => {
  if (!json) {
    return print(unlisted ? `PAT ${keyId} is no longer listed.` : `PAT ${keyId} revoked successfully.`)
  }
  const message = unlisted ? "PAT no longer listed" : "PAT revoked"
  return printJson(text ?? JSON.stringify({ message, detail: { key_id: keyId } }), {
    layout: several ? "compact" : "indented",
  })
}

/** Failures of signing in: they would meet each of several PATs alike. */
const endsRun = ({ _tag }: RevokeError): boolean =>
  ["CredentialMissing", "SecretUnavailable", "InvalidInput", "LoginRefused", "NotOffered", "Quit"].includes(
    _tag,
  )

/** How many PATs are revoked side by side. */
const sideBySide = 4

/**
 * Revokes PATs and shows what came of each, in the order given. All are tried,
 * the one that signs in last, and the first failure decides the exit code.
 *
 * @param gone - those that can't be revoked, and why
 * @param own - the key ID of the PAT that signs in, where that is known
 */
const revokeAll = Effect.fnUntraced(function* (
  keyIds: ReadonlyArray<KeyId>,
  gone: ReadonlyMap<string, PatNotFound>,
  own: string | undefined,
  form: Form,
) {
  const { json, several } = form
  const api = yield* PatApi
  const progress = yield* Progress
  const outcomes = new Map<string, Either.Either<Revoked, RevokeError>>(
    Array.from(gone, ([keyId, error]) => [keyId, Either.left(error)]),
  )
  const left = keyIds.filter((keyId) => !gone.has(keyId))
  const unshown = new Set(keyIds)
  let exitCode: number = exitCodes.done
  let done = 0

  const show = (keyId: KeyId, outcome: Either.Either<Revoked, RevokeError>) =>
    Either.isLeft(outcome)
      ? // Of several failures each is named after its key ID, since not all of them name one.
        report(outcome.left, json, { keyId, inMessage: several })
      : printRevoked(keyId, outcome.right, form).pipe(
          Effect.as<number>(exitCodes.done),
          Effect.catchAll((failure) => report(failure, json)),
        )
  /** Shows what there is, in order: all of it, or up to the first PAT that nothing is known of. */
  const showKnown = Effect.fnUntraced(function* (all: boolean) {
    for (const keyId of unshown) {
      const outcome = outcomes.get(keyId)
      if (outcome === undefined) {
        if (all) continue
        return
      }
      unshown.delete(keyId)
      const code = yield* show(keyId, outcome)
      if (exitCode === exitCodes.done) exitCode = code
    }
  })
  const count = Effect.suspend(() =>
    left.length > 1 ? progress.count({ done, total: left.length }) : Effect.void,
  )
  const oneAtATime = (yield* Effect.makeSemaphore(1)).withPermits(1)
  const showInOrder = oneAtATime(
    progress.clear.pipe(Effect.zipRight(showKnown(false)), Effect.zipRight(count)),
  )

  const revokeOne = (keyId: KeyId) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(Effect.either(restore(api.revoke(keyId, keyId === own))), (outcome) => {
        if (Either.isLeft(outcome) && endsRun(outcome.left)) return Effect.fail(outcome.left)
        outcomes.set(keyId, outcome)
        if (Either.isRight(outcome)) done++
        return restore(showInOrder)
      }),
    )
  const [last, others] = Arr.partition(left, (keyId) => keyId !== own)
  yield* showInOrder
  yield* Effect.forEach(others, revokeOne, { concurrency: sideBySide, discard: true }).pipe(
    Effect.zipRight(Effect.forEach(last, revokeOne, { discard: true })),
    Effect.ensuring(progress.count(undefined)),
    // Where the run ends early, what is done must be known all the same.
    Effect.onExit((exit) => (exit._tag === "Success" ? Effect.void : oneAtATime(showKnown(true)))),
  )
  if (exitCode !== exitCodes.done) return yield* new Exit({ code: exitCode })
})

/** Revokes PATs, after asking. */
export const revoke = Effect.fn("pat.revoke")(function* (given: RevokeOptions) {
  const { dryRun, json, yes } = given
  const words = given.keyIds.length === 0 ? yield* choosePats("revoke") : given.keyIds
  const args = words.filter((arg) => arg !== stdinArgument)
  const onStdin = args.length < words.length
  yield* exclusive(path, { [stdinArgument]: onStdin, "key IDs as arguments": args.length > 0 })
  const read = onStdin ? keyIdsOnStdin : Effect.forEach(args, (value) => parseKeyId(value, "revoke"))
  const keyIds = [...new Set(yield* read)]
  if (keyIds.length === 0) return yield* printError("Nothing to revoke.")
  const form = { json, several: onStdin || keyIds.length > 1 }
  if (dryRun) return yield* rehearse(keyIds, form)
  const asks = !json && !yes
  // A question that can't be asked ends the run before anything is sent.
  const ask = asks && onStdin ? yield* confirmBesideData : confirm
  const listing = asks ? yield* lookUp : undefined
  const gone = goneFrom(listing === undefined ? [] : keyIds, listing?.pats ?? [])
  const left = keyIds.filter((keyId) => !gone.has(keyId))
  if (asks && left.length > 0 && !(yield* ask(question(left, listing?.pats ?? [], listing?.own))))
    return yield* new Declined({})
  // Asked before, since a PAT that has revoked itself can't ask whether it did where the answer was lost.
  const own = listing === undefined ? yield* (yield* PatApi).own : listing.own
  yield* revokeAll(keyIds, gone, own, form)
}, Effect.scoped)

export const command = () =>
  Command.make("revoke", options(), withServices(revoke)).pipe(
    Command.withDescription("Revoke PATs immediately and permanently"),
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
    withHints(otherTools.revoke),
    withAsking({ names: ["key_id"], unless: ["--json", "--yes"] }),
  )
