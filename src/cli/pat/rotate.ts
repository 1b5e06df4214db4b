import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Declined, RotationNotBegun } from "../../domain/Errors.ts"
import { expiryText, type Known, seemsUnused } from "../../domain/Rotation.ts"
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
import { withExamples } from "../strict/annotations.ts"
import { checkSave, chooseDelivery, deliveryOptions } from "./delivery.ts"
import { describeRotation, makePlan, type Plan, planOptions, rehearsed } from "./rotation.ts"
import { describePat, ending, printDryRun } from "./subject.ts"

const path = ["pat", "rotate"]

const options = {
  ...planOptions,
  ...expiryOptions("the old PAT's lifetime"),
  tenantId: tenantIdOption("yours, not the old PAT's"),
  yes: yesOption,
  dryRun: dryRunOption,
  ...deliveryOptions,
  json: jsonOption("Print raw JSON, but still ask for confirmation"),
  ...settingsOptions,
}

export type RotateOptions = Command.Command.ParseConfig<typeof options>

const confirmed = Effect.fnUntraced(function* (plan: Plan) {
  if (plan._tag === "Wait" || plan.old.length === 0) return
  const { old, pat, pats, replacement } = plan
  const end = pat.expiry === undefined ? "" : ` that expires on ${pat.expiry}`
  const subject = old.map(({ key_id }) => describePat(key_id, pats)).join(", ")
  const revokes = replacement.old.some(({ works }) => works)
  const which = old.length > 1 ? "ones" : "one"
  const revoke = revokes ? `, and revoke the old ${which}` : ""
  const sure = yield* confirm(
    replacement.keep
      ? `Create a successor${end} of ${subject}, and keep the old one?`
      : `Replace ${subject} with a new one${end}${revoke}?`,
  )
  if (!sure) return yield* new Declined({})
})

/** Prints what is said in place of a token: with `--token-only` stdout is for that alone. */
const printText = (lines: Lines, tokenOnly: boolean) => (tokenOnly ? printError(lines) : print(lines))

/** Says that no PAT is due, and warns of what may keep the job from having a token that works. */
const printWaiting = Effect.fnUntraced(function* (
  { count, old }: Extract<Plan, { readonly _tag: "Wait" }>,
  { json, tokenOnly }: RotateOptions,
) {
  if (count > 1) {
    yield* Effect.logWarning(
      `${count} active PATs have the label "${old.label}", and none of them is due. Each job needs a label of its own.`,
    )
  }
  if (seemsUnused(old)) {
    yield* Effect.logWarning(
      `PAT ${old.key_id} has not been used since it was created: its token may have been lost. To store a new one, run: zpcli pat rotate ${old.key_id}`,
    )
  }
  if (json) {
    const detail = { key_id: old.key_id, expiry_at: expiryText(old), replaced: [] }
    return yield* printJson(JSON.stringify({ message: "PAT not rotated", rotated: false, detail }))
  }
  return yield* printText(`PAT ${old.key_id} ${ending(old)}: not rotated.`, tokenOnly)
})

/** What became of an old PAT. */
const fate = (old: Known, worked: boolean, ended: ReadonlyArray<Ended>): string => {
  const revoked = ended.find(({ keyId }) => keyId === old.key_id)
  if (revoked?.already) return `PAT ${old.key_id} had already been revoked.`
  if (revoked?.unlisted) return `PAT ${old.key_id} is no longer listed.`
  if (revoked !== undefined) return `PAT ${old.key_id} revoked successfully.`
  return worked
    ? `PAT ${old.key_id} is kept; it ${ending(old)}.`
    : `PAT ${old.key_id} has expired; there is no need to revoke it.`
}

/** Puts a new PAT in the place of old ones: finds them, asks, and hands over. */
export const rotate = Effect.fn("pat.rotate")(function* (given: RotateOptions) {
  const notices = yield* Notices
  const { keyId, plan } = yield* makePlan(
    path,
    given,
    yield* chosenExpiry(path, given),
    Option.getOrUndefined(given.tenantId),
  )
  const openDelivery = yield* chooseDelivery(path, given)

  const found = yield* plan.pipe(
    Effect.tap((found) => (found._tag === "Wait" ? Effect.void : checkSave(given, found.replacement.old))),
    Effect.tap((found) => (given.yes || given.dryRun ? Effect.void : confirmed(found))),
    Effect.onInterrupt(() => notices.owe(new RotationNotBegun({ keyId }))),
    Effect.tapErrorTag("Quit", () => notices.owe(new RotationNotBegun({ keyId }))),
  )
  if (found._tag === "Wait") return yield* printWaiting(found, given)
  if (given.dryRun) {
    return given.json
      ? yield* printDryRun(rehearsed(found))
      : yield* printText(describeRotation(found, given), given.tokenOnly)
  }
  const { old, pat, replacement } = found
  const { replace } = yield* Handover
  const deliver = yield* openDelivery({
    message: old.length === 0 ? "PAT created" : "PAT rotated",
    members: [
      [["rotated"], true],
      [["detail", "expiry_at"], pat.expiry === undefined ? null : new Date(pat.expiry).toISOString()],
      [["detail", "replaced"], old.map(({ key_id }) => key_id)],
    ],
  })
  const ended = yield* replace(replacement, pat, deliver)
  if (pat.expiry !== undefined && Option.isNone(given.expiry)) yield* printExpiry(pat.expiry)
  if (given.json || given.tokenOnly || old.length === 0) return
  const fates = old.map((each, index) => fate(each, replacement.old[index]?.works === true, ended))
  // All is done by now: a failed write is not an error.
  yield* Effect.ignore(print(fates))
}, Effect.scoped)

export const command = Command.make("rotate", options, rotate).pipe(
  Command.withDescription("Replace a PAT with a new one that has the same label and scopes"),
  withServices,
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
