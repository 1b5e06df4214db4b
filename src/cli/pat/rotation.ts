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
import type { OldPat, Rotation } from "../../services/pats/Handover.ts"
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
export const rotationOptions = () => ({
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
    "Rotate only if the PAT is older than this; with --expiring-within, if either is true",
  ),
  scope: Options.text("scope").pipe(
    Options.withPseudoName("scope"),
    Options.withDescription(`With --or-create, grant this scope: ${scopeNames}`),
    Options.repeated,
    withCompletions(Scope.scopes),
    withGroup(newPat),
  ),
  keepOld: Options.boolean("keep-old").pipe(Options.withDescription("Don't revoke the old PAT")),
})

/** The options of a `Command.make` with these. */
export type RotationOptions = Command.Command.ParseConfig<ReturnType<typeof rotationOptions>>

/** A rotation that is due. */
export interface DueRotation extends Rotation {
  readonly _tag: "Due"
  /** As they are listed, too, and the newest first; none for the first PAT of a label. */
  readonly old: ReadonlyArray<OldPat & { readonly known: Known }>
  /** All that are listed. */
  readonly pats: ReadonlyArray<Pat>
}

/** That none of the PATs is due. */
export interface NotDue {
  readonly _tag: "NotDue"
  readonly newest: Known
  /** How many are active. */
  readonly count: number
}

/** Checks the options, as far as they tell without the list. */
const parse = Effect.fnUntraced(function* (path: ReadonlyArray<string>, given: RotationOptions) {
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
 * Checks what is to be rotated. `find` looks at the list and says what there is
 * to do; nothing has been changed by then.
 */
export const prepareRotation = Effect.fn("rotation.prepare")(function* (
  path: ReadonlyArray<string>,
  given: RotationOptions,
  expiryAt: ExpiryAt,
  tenantId: string | undefined,
) {
  const { dueAt, keyId, label, scopes } = yield* parse(path, given)
  const api = yield* PatApi
  const find = Effect.gen(function* () {
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
      return { _tag: "NotDue", newest, count: old.length } satisfies NotDue
    yield* checkSeveral(old, by)
    const pat =
      newest === undefined
        ? NewPat.fromInput({ label: by.label as Label.Label, scopes: scopes ?? [], expiry, tenantId })
        : yield* NewPat.successorOf(newest, { expiry, tenantId }, now)
    yield* lasting(pat.expiry)
    return {
      _tag: "Due",
      pat,
      old: old.map((known) => ({
        keyId: known.key_id,
        works: works(known, now),
        own: known.key_id === own,
        known,
      })),
      listed: new Set(pats.map(({ key_id }) => key_id)),
      keep: given.keepOld,
      pats,
    } satisfies DueRotation
  })
  return { keyId, find }
})

/** What a rotation would do: the key IDs of the PATs that would be revoked, and the body of the request for a new one. */
export const dryRunOf = ({ keep, old, pat }: DueRotation) => {
  const revoke = keep ? [] : old.filter(({ works }) => works).map(({ keyId }) => keyId)
  return revoke.length === 0 ? { create: pat.body } : { revoke, create: pat.body }
}

/** What a rotation would do, in words: one line for each PAT. */
export const describeRotation = (
  { keep, old, pat, pats }: DueRotation,
  options: DeliveryOptions,
): ReadonlyArray<string> => {
  const { expiry, label, scopes } = pat
  const end = expiry === undefined ? "never expires" : `expires on ${expiry}`
  const created = `Would create PAT ${quoted(label)} (scopes ${scopeList(scopes)}, ${end}) and ${wouldDeliver(options)}.`
  const fates = old.map(({ keyId, known, works }) => {
    if (keep) return `Would keep ${describePat(keyId, pats)}, which ${ending(known)}.`
    return works
      ? wouldRevoke(keyId, pats)
      : `${describePat(keyId, pats)} has already expired and would not be revoked.`
  })
  return [created, ...fates]
}
