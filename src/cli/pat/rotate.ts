import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Declined, RotationNotBegun } from "../../domain/Errors.ts"
import { expiryText, seemsUnused } from "../../domain/Rotation.ts"
import { Notices } from "../../services/Notices.ts"
import { type Ended, Handover } from "../../services/pats/Handover.ts"
import {
  chosenExpiry,
  dryRunOption,
  expiryOptions,
  jsonOption,
  settingsOptions,
  tenantIdOption,
  yesOption,
} from "../options.ts"
import type { Lines } from "../output/escape.ts"
import { print, printError, printExpiry, printJson } from "../output/print.ts"
import { confirm } from "../output/prompt.ts"
import { withServices } from "../services.ts"
import { withAsking, withExamples } from "../strict/annotations.ts"
import { orChoose } from "./ask.ts"
import { checkSave, chooseDelivery, deliveryOptions } from "./delivery.ts"
import {
  type DueRotation,
  describeRotation,
  dryRunOf,
  type NotDue,
  prepareRotation,
  rotationOptions,
} from "./rotation.ts"
import { describePat, ending, printDryRun } from "./subject.ts"

const path = ["pat", "rotate"]

const options = () => ({
  ...rotationOptions(),
  ...expiryOptions("the old PAT's lifetime"),
  tenantId: tenantIdOption("yours, not the old PAT's"),
  yes: yesOption(),
  dryRun: dryRunOption(),
  ...deliveryOptions(),
  json: jsonOption("Print raw JSON, but still ask for confirmation"),
  ...settingsOptions(),
})

export type RotateOptions = Command.Command.ParseConfig<ReturnType<typeof options>>

const confirmed = Effect.fnUntraced(function* ({ keep, old, pat, pats }: DueRotation) {
  if (old.length === 0) return
  const end = pat.expiry === undefined ? " that never expires" : ` that expires on ${pat.expiry}`
  const subject = old.map(({ keyId }) => describePat(keyId, pats)).join(", ")
  const revokes = old.some(({ works }) => works)
  const which = old.length > 1 ? "ones" : "one"
  const revoke = revokes ? `, and revoke the old ${which}` : ""
  const sure = yield* confirm(
    keep
      ? `Create a new PAT${end}, and keep ${subject}?`
      : `Replace ${subject} with a new one${end}${revoke}?`,
  )
  if (!sure) return yield* new Declined({})
})

/** Prints what is said in place of a token: with `--token-only` stdout is for that alone. */
const printText = (lines: Lines, tokenOnly: boolean) => (tokenOnly ? printError(lines) : print(lines))

/** Says that no PAT is due, and warns of what may keep the job from having a token that works. */
const printNotDue = Effect.fnUntraced(function* (
  { count, newest }: NotDue,
  { json, tokenOnly }: RotateOptions,
) {
  if (count > 1) {
    yield* Effect.logWarning(
      `${count} active PATs have the label "${newest.label}", and none of them is due. Each job needs its own label.`,
    )
  }
  if (seemsUnused(newest)) {
    yield* Effect.logWarning(
      `PAT ${newest.key_id} has not been used since it was created, so its token may be lost. To store a new one, run: zpcli pat rotate ${newest.key_id} -- COMMAND`,
    )
  }
  if (json) {
    const detail = { key_id: newest.key_id, expiry_at: expiryText(newest), replaced: [] }
    return yield* printJson(JSON.stringify({ message: "PAT not rotated", rotated: false, detail }))
  }
  return yield* printText(
    `PAT ${newest.key_id} isn't due, so it was not rotated. It ${ending(newest)}.`,
    tokenOnly,
  )
})

/** What became of an old PAT. */
const fate = ({ keyId, known, works }: DueRotation["old"][number], ended: ReadonlyArray<Ended>): string => {
  const revoked = ended.find((one) => one.keyId === keyId)
  if (revoked?.already) return `PAT ${keyId} was already revoked.`
  if (revoked?.unlisted) return `PAT ${keyId} is no longer listed.`
  if (revoked !== undefined) return `PAT ${keyId} revoked successfully.`
  return works
    ? `PAT ${keyId} was kept. It ${ending(known)}.`
    : `PAT ${keyId} has already expired, so it was not revoked.`
}

/** Puts a new PAT in the place of old ones: finds them, asks, and hands over. */
export const rotate = Effect.fn("pat.rotate")(function* (options: RotateOptions) {
  const notices = yield* Notices
  const given = { ...options, keyId: yield* orChoose(options, "rotate") }
  const { find, keyId } = yield* prepareRotation(
    path,
    given,
    yield* chosenExpiry(path, given),
    Option.getOrUndefined(given.tenantId),
  )
  const openDelivery = yield* chooseDelivery(path, given)
  const found = yield* Effect.gen(function* () {
    const found = yield* find
    if (found._tag === "NotDue") return found
    yield* checkSave(given, found.old)
    if (!given.yes && !given.dryRun) yield* confirmed(found)
    return found
  }).pipe(
    Effect.onInterrupt(() => notices.owe(new RotationNotBegun({ keyId }))),
    Effect.tapErrorTag("Quit", () => notices.owe(new RotationNotBegun({ keyId }))),
  )
  if (found._tag === "NotDue") return yield* printNotDue(found, given)
  if (given.dryRun) {
    return given.json
      ? yield* printDryRun(dryRunOf(found))
      : yield* printText(describeRotation(found, given), given.tokenOnly)
  }
  const { old, pat } = found
  const { rotate } = yield* Handover
  const deliver = yield* openDelivery({
    message: old.length === 0 ? "PAT created" : "PAT rotated",
    members: [
      [["rotated"], true],
      [["detail", "expiry_at"], pat.expiry === undefined ? null : new Date(pat.expiry).toISOString()],
      [["detail", "replaced"], old.map(({ keyId }) => keyId)],
    ],
  })
  const ended = yield* rotate(found, deliver)
  if (pat.expiry !== undefined && Option.isNone(given.expiry)) yield* printExpiry(pat.expiry)
  if (given.json || given.tokenOnly || old.length === 0) return
  // All is done by now: a failed write is not an error.
  yield* Effect.ignore(print(old.map((each) => fate(each, ended))))
}, Effect.scoped)

export const command = () =>
  Command.make("rotate", options(), withServices(rotate)).pipe(
    withAsking({
      names: ["key_id"],
      unless: ["--json", "--yes", "--expiring-within", "--older-than", "--all", "--or-create"],
    }),
    Command.withDescription("Replace a PAT with a new one that has the same label and scopes"),
    withExamples([
      {
        command: "zpcli pat rotate law-hotel-shape-community",
        description: "Ask for confirmation, and keep the same lifetime",
      },
      {
        command: "zpcli pat rotate law-hotel-shape-community --expires-in 90d --yes --out ci.pat",
        description: "In a job: write the token to a new file",
      },
      {
        command: "zpcli pat rotate --label CI --expiring-within 14d --yes -- ./store-token",
        description: "In a nightly job: rotate when it's due, and store the token",
      },
    ]),
  )
