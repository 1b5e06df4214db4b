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
import type { Listing, Revoked } from "../../services/pats/results.ts"
import { revokeEach } from "../../services/pats/revokeEach.ts"
import { exitCodes } from "../errors/exitCodes.ts"
import { ExitWith } from "../errors/failure.ts"
import { report } from "../errors/report.ts"
import { askingOptions, exclusive, jsonOption, settingsOptions } from "../options.ts"
import * as otherTools from "../otherTools.ts"
import type { Lines } from "../output/escape.ts"
import { print, printError, printJson } from "../output/print.ts"
import { confirm, confirmAtTerminal } from "../output/prompt.ts"
import { withServices } from "../services.ts"
import { withAsking, withDynamicValues, withExamples, withOtherWords } from "../strict/annotations.ts"
import { choosePats } from "./ask.ts"
import { keyIdValues } from "./completeKeyIds.ts"
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
  ...askingOptions(),
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

const question = (keyIds: ReadonlyArray<KeyId>, listing: Listing | undefined): Lines => {
  const described = keyIds.map((keyId) => {
    const own = keyId === listing?.ownKeyId ? ", which you are signed in with" : ""
    return `${describePat(keyId, listing?.pats ?? [])}${own}`
  })
  if (described.length === 1) return `Revoke ${described[0]}? This can't be undone.`
  const lines = described.map((line) => `  ${line}`)
  return [...lines, `Revoke these ${keyIds.length} PATs? This can't be undone.`]
}

/** The list; undefined if it isn't available, which doesn't prevent the revoke. */
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

/** Sorts key IDs by the list: why some can't be revoked, and the others. */
const sortOut = (keyIds: ReadonlyArray<KeyId>, pats: ReadonlyArray<Pat>) =>
  Arr.partitionMap(keyIds, (keyId) => Either.map(findPat(keyId, pats), () => keyId))

/** Prints an error, and gives its exit code. One of several is named after its key ID, which not all errors contain. */
const printFailure = (keyId: string, error: RevokeError, { json, several }: Form) =>
  report(error, json, { keyId, inMessage: several })

/** Prints the result of one revoke, and gives the exit code. A single JSON object is indented. */
const printRevoked = (keyId: KeyId, { text, unlisted }: Revoked, { json, several }: Form) => {
  const sentence = unlisted ? `PAT ${keyId} is no longer listed.` : `PAT ${keyId} revoked successfully.`
  const message = unlisted ? "PAT no longer listed" : "PAT revoked"
  const printed = json
    ? printJson(text ?? JSON.stringify({ message, detail: { key_id: keyId } }), {
        layout: several ? "compact" : "indented",
      })
    : print(sentence)
  return Effect.matchEffect(printed, {
    onFailure: (failure) => report(failure, json),
    onSuccess: () => Effect.succeed<number>(exitCodes.done),
  })
}

/** Says what would be revoked, and what is wrong with the others. */
const rehearse = Effect.fnUntraced(function* (keyIds: ReadonlyArray<KeyId>, form: Form) {
  const { pats } = yield* (yield* PatApi).list
  const [gone, left] = sortOut(keyIds, pats)
  if (left.length > 0) {
    yield* form.json ? printDryRun(left) : print(left.map((keyId) => wouldRevoke(keyId, pats)))
  }
  yield* Effect.forEach(gone, (error) => printFailure(error.keyId, error, form), { discard: true })
  if (gone.length > 0) return yield* new ExitWith({ code: exitCodes.notFound })
})

/** Whether signing in failed, which would fail for each of several PATs alike. */
const endsRun = ({ _tag }: RevokeError): boolean =>
  ["CredentialMissing", "SecretUnavailable", "InvalidInput", "LoginRefused", "NotOffered", "Quit"].includes(
    _tag,
  )

/** How many PATs are revoked side by side. */
const sideBySide = 4

/**
 * Revokes PATs, and shows the results in the order given. The first failure
 * decides the exit code.
 *
 * @param gone - why some of them can't be revoked
 * @param own - the key ID of the PAT that signs in, if that is known
 */
const revokeAll = Effect.fnUntraced(function* (
  keyIds: ReadonlyArray<KeyId>,
  gone: ReadonlyArray<PatNotFound>,
  own: string | undefined,
  form: Form,
) {
  const api = yield* PatApi
  const progress = yield* Progress
  const outcomes = new Map<string, Either.Either<Revoked, RevokeError>>(
    gone.map((error) => [error.keyId, Either.left(error)]),
  )
  const left = keyIds.filter((keyId) => !outcomes.has(keyId)).map((keyId) => ({ keyId, own: keyId === own }))
  const unshown = new Set(keyIds)
  let exitCode: number = exitCodes.done

  /** Shows outcomes in the order given: up to a PAT whose outcome isn't known yet, or all that are known. */
  const showKnown = Effect.fnUntraced(function* (upTo: "gap" | "end") {
    for (const keyId of unshown) {
      const outcome = outcomes.get(keyId)
      if (outcome === undefined && upTo === "gap") return
      if (outcome === undefined) continue
      unshown.delete(keyId)
      const code = yield* Either.match(outcome, {
        onLeft: (error) => printFailure(keyId, error, form),
        onRight: (revoked) => printRevoked(keyId, revoked, form),
      })
      if (exitCode === exitCodes.done) exitCode = code
    }
  })
  const showInOrder = Effect.zipRight(progress.clear, showKnown("gap"))
  const revoking = revokeEach(progress, left, {
    concurrency: sideBySide,
    revoke: (pat) => api.revoke(pat.keyId, pat.own),
    settled: ({ keyId }, outcome) => {
      if (Either.isLeft(outcome) && endsRun(outcome.left)) return Effect.fail(outcome.left)
      outcomes.set(keyId, outcome)
      return showInOrder
    },
  })

  yield* showInOrder
  // If the run ends early, the user still has to know what was done.
  yield* Effect.onError(revoking, () => showKnown("end"))
  if (exitCode !== exitCodes.done) return yield* new ExitWith({ code: exitCode })
})

/** Revokes PATs, after asking. */
export const revoke = Effect.fn("pat.revoke")(function* (given: RevokeOptions) {
  const { dryRun, json, yes } = given
  const words = given.keyIds.length === 0 ? yield* choosePats : given.keyIds
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
  const ask = asks && onStdin ? yield* confirmAtTerminal : confirm
  const listing = asks ? yield* lookUp : undefined
  const [gone, left] = listing === undefined ? [[], keyIds] : sortOut(keyIds, listing.pats)
  if (asks && left.length > 0 && !(yield* ask(question(left, listing)))) return yield* new Declined({})
  // Before the revoke, since a PAT that has just revoked itself can't ask for the list any more.
  const own = listing === undefined ? yield* (yield* PatApi).ownKeyId : listing.ownKeyId
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
    withOtherWords(otherTools.revoke),
    withAsking({ names: ["key_id"], unless: ["--json", "--yes"] }),
  )
