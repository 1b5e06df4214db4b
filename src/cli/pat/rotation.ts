import type * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { ExpiryDate } from "../../domain/Expiry.ts"
import * as Expiry from "../../domain/Expiry.ts"
import * as Label from "../../domain/Label.ts"
import { NewPat } from "../../domain/NewPat.ts"
import { type Pat, works } from "../../domain/Pat.ts"
import { checkBirth, checkSeveral, isDue, type Known, labelNotFound, select } from "../../domain/Rotation.ts"
import * as Scope from "../../domain/Scope.ts"
import type { Replacement } from "../../services/pats/Handover.ts"
import { PatApi } from "../../services/pats/PatApi.ts"
import { type ExpiryAt, exclusive, newPat, requires, scopeNames } from "../options.ts"
import { withCompletions, withGroup } from "../strict/annotations.ts"
import { type DeliveryOptions, wouldDeliver } from "./delivery.ts"
import { duration, parseInstant } from "./filters.ts"
import {
  describePat,
  ending,
  findPat,
  parseKeyId,
  quoted,
  scopeList,
  subjectOptions,
  wouldRevoke,
} from "./subject.ts"

/** The options that say which PATs are replaced, and when. */
export const planOptions = {
  ...subjectOptions("replace", "the newest expired one"),
  all: Options.boolean("all").pipe(
    Options.withDescription("Replace all active PATs that have the label with a single new PAT"),
    withGroup("Which PAT"),
  ),
  orCreate: Options.boolean("or-create").pipe(
    Options.withDescription("Create a PAT if none has the label; needs --scope"),
    withGroup("Which PAT"),
  ),
  expiringWithin: duration(
    "When",
    "expiring-within",
    "Rotate only if the PAT expires within this time, such as 12h, 30d, 6mo or 1y",
  ),
  olderThan: duration(
    "When",
    "older-than",
    "Rotate only if the PAT is older than this; with --expiring-within, either is enough",
  ),
  scope: Options.text("scope").pipe(
    Options.withPseudoName("scope"),
    Options.withDescription(`With --or-create, grant this scope: ${scopeNames}`),
    Options.repeated,
    withCompletions(Scope.scopes),
    withGroup(newPat),
  ),
  keepOld: Options.boolean("keep-old").pipe(Options.withDescription("Don't revoke the old PAT")),
}

/** The options of a `Command.make` with these. */
export type PlanOptions = Command.Command.ParseConfig<typeof planOptions>

/** What a rotation is to do. */
export type Plan =
  | {
      readonly _tag: "Replace"
      /** The newest first; none for the first PAT of a label. */
      readonly old: ReadonlyArray<Known>
      readonly pat: NewPat
      /** All that are listed. */
      readonly pats: ReadonlyArray<Pat>
      readonly replacement: Replacement
    }
  /** None is due. */
  | {
      readonly _tag: "Wait"
      /** The newest one. */
      readonly old: Known
      /** How many are active. */
      readonly count: number
    }

/** Checks the options, as far as they tell without the list. */
const parse = Effect.fnUntraced(function* (path: ReadonlyArray<string>, given: PlanOptions) {
  const { all, expiringWithin, keepOld, olderThan, orCreate, scope } = given
  const byLabel = { "--label": Option.isSome(given.label) }
  yield* requires(path, { "--all": all, "--or-create": orCreate }, byLabel)
  yield* requires(path, { "--scope": scope.length > 0 }, { "--or-create": orCreate })
  yield* exclusive(path, { "--keep-old": keepOld, "--all": all })
  const expiringBefore = yield* parseInstant(expiringWithin, Expiry.after)
  const createdBefore = yield* parseInstant(olderThan, Expiry.before)
  const dueAt = (now: number) =>
    Either.all({ expiringBefore: expiringBefore(now), createdBefore: createdBefore(now) })
  // A duration that can't be meant is refused before anything is sent.
  yield* dueAt(yield* Clock.currentTimeMillis)
  return {
    dueAt,
    keyId: Option.isSome(given.keyId) ? yield* parseKeyId(given.keyId.value, "rotate") : undefined,
    label: Option.isSome(given.label) ? yield* Label.parse(given.label.value) : undefined,
    scopes: orCreate ? yield* Scope.parseAll(scope) : undefined,
  }
})

/**
 * Checks what is to be rotated. What it gives looks at the list and says what
 * there is to do; nothing has been changed by then.
 */
export const makePlan = Effect.fn("rotate.plan")(function* (
  path: ReadonlyArray<string>,
  given: PlanOptions,
  expiryAt: ExpiryAt,
  tenantId: string | undefined,
) {
  const { dueAt, keyId, label, scopes } = yield* parse(path, given)
  const api = yield* PatApi
  const plan = Effect.gen(function* () {
    const { now, own, pats } = yield* api.list
    const expiry = yield* expiryAt(now)
    const due = yield* dueAt(now)
    const lasting = (chosen: ExpiryDate | undefined) =>
      checkBirth(
        chosen,
        due,
        Option.getOrElse(given.expiringWithin, () => ""),
      )
    yield* lasting(expiry)
    const by = { label: label ?? "", all: given.all, keep: given.keepOld, scopes }
    const old: ReadonlyArray<Known> =
      keyId !== undefined
        ? [{ ...(yield* findPat(keyId, pats)), key_id: keyId }]
        : yield* select(pats, by, now)
    const [newest] = old
    if (newest === undefined && (label === undefined || scopes === undefined))
      return yield* labelNotFound(pats, by.label)
    if (newest !== undefined && !(yield* isDue(old, due, now)))
      return { _tag: "Wait", old: newest, count: old.length } satisfies Plan
    yield* checkSeveral(old, by)
    const pat =
      newest === undefined
        ? NewPat.fromInput({ label: by.label as Label.Label, scopes: scopes ?? [], expiry, tenantId })
        : yield* NewPat.successorOf(newest, { expiry, tenantId }, now)
    yield* lasting(pat.expiry)
    const replacement: Replacement = {
      old: old.map((each) => ({ keyId: each.key_id, works: works(each, now), own: each.key_id === own })),
      listed: new Set(pats.map((listed) => listed.key_id)),
      keep: given.keepOld,
    }
    return { _tag: "Replace", old, pat, pats, replacement } satisfies Plan
  })
  return { keyId, plan }
})

/** A plan that changes something. */
type Change = Exclude<Plan, { readonly _tag: "Wait" }>

/** What a rotation would do: the key IDs of the PATs that would be revoked, and the body of the request for a new one. */
export const rehearsed = ({ pat, replacement }: Change) => {
  const { keep, old } = replacement
  const revoke = keep ? [] : old.filter(({ works }) => works).map(({ keyId }) => keyId)
  return revoke.length === 0 ? { create: pat.body } : { revoke, create: pat.body }
}

/** What a rotation would do, in words: one line for each PAT. */
export const describeRotation = (plan: Change, options: DeliveryOptions): ReadonlyArray<string> => {
  const { expiry, label, scopes } = plan.pat
  const end = expiry === undefined ? "never expires" : `expires on ${expiry}`
  const created = `Would create PAT ${quoted(label)} (scopes ${scopeList(scopes)}, ${end}) and ${wouldDeliver(options)}.`
  const { old, pats, replacement } = plan
  const fates = old.map((pat, index) => {
    if (replacement.keep) return `Would keep ${describePat(pat.key_id, pats)}; it ${ending(pat)}.`
    return replacement.old[index]?.works === true
      ? wouldRevoke(pat.key_id, pats)
      : `${describePat(pat.key_id, pats)} has expired; there is no need to revoke it.`
  })
  return [created, ...fates]
}
