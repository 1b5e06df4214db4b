import type * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { OutputFailed } from "../../domain/Errors.ts"
import type * as KeyId from "../../domain/KeyId.ts"
import type { NewPat } from "../../domain/NewPat.ts"
import type { Pat } from "../../domain/Pat.ts"
import { printJson } from "../output/print.ts"
import type { DeliveryOptions } from "./delivery.ts"
import type { Plan } from "./rotation.ts"
import { describe, ending, quoted, scopeList } from "./subject.ts"

/** A plan that changes something. */
type Change = Exclude<Plan, { readonly _tag: "Wait" }>

/** What would happen: the key IDs of the PATs that would be revoked, and the body of the request for a new one. */
export interface DryRun {
  readonly revoke?: ReadonlyArray<string>
  readonly create?: NewPat["body"]
}

/** Prints the JSON of a dry run. */
export const printDryRun = (detail: DryRun): Effect.Effect<void, OutputFailed> =>
  printJson(JSON.stringify({ message: "Dry run", detail }))

/** That a PAT would be revoked, in words. */
export const wouldRevoke = (keyId: KeyId.KeyId, pats: ReadonlyArray<Pat>): string =>
  `Would revoke ${describe(keyId, pats)}.`

/** What a rotation would do. */
export const rotationOf = (plan: Change): DryRun => {
  const create = plan.pat.body
  if (plan.replacement.keep) return { create }
  const revoke = plan.replacement.old.filter(({ works }) => works).map(({ keyId }) => keyId)
  return revoke.length === 0 ? { create } : { revoke, create }
}

const delivery = ({ command: [name], out, save }: DeliveryOptions): string => {
  if (name !== undefined) return `hand its token to ${name}`
  if (Option.isSome(out)) return `write its token to ${out.value}`
  return save ? "save its token in the rcfile" : "print its token"
}

/** What a rotation would do, in words: one line for each PAT. */
export const describeRotation = (plan: Change, flags: DeliveryOptions): ReadonlyArray<string> => {
  const { expiry, label, scopes } = plan.pat
  const end = expiry === undefined ? "never expires" : `expires on ${expiry}`
  const created = `Would create PAT ${quoted(label)} (scopes ${scopeList(scopes)}, ${end}) and ${delivery(flags)}.`
  const { old, pats, replacement } = plan
  const fates = old.map((pat, index) => {
    if (replacement.keep) return `Would keep ${describe(pat.key_id, pats)}; it ${ending(pat)}.`
    return replacement.old[index]?.works === true
      ? wouldRevoke(pat.key_id, pats)
      : `${describe(pat.key_id, pats)} has expired; there is no need to revoke it.`
  })
  return [created, ...fates]
}
