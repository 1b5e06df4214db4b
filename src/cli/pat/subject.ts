import type { KeyId } from "../../domain/KeyId.ts"
import type { Pat } from "../../domain/Pat.ts"
import { type Printable, printable } from "../output/printable.ts"
import { formatter } from "../output/time.ts"

/** What goes with a key ID: its label, scopes and last use. */
export const describe = (keyId: KeyId, pats: ReadonlyArray<Pat>): Printable => {
  const pat = pats.find((candidate) => candidate.key_id === keyId)
  if (pat === undefined) return printable`PAT ${keyId}`
  const lastUsed = formatter(false, undefined)(pat.last_used_at, "never")
  return printable`PAT ${keyId} ("${pat.label ?? "-"}", scopes ${pat.scopes?.join(", ") ?? "-"}, last used ${lastUsed})`
}
