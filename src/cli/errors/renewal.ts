import type { DueAtOnce, LabelNotFound, ScopesDiffer, SeveralPats } from "../../domain/Errors.ts"
import type { Time } from "../../domain/Pat.ts"
import { Printable, printable } from "../output/printable.ts"
import { formatter } from "../output/time.ts"
import { exitCodes } from "./exitCodes.ts"
import { didYouMean, failed, type Table } from "./words.ts"

const at = (time: Time): Printable => printable`${formatter(false, undefined)(time, "never")}`

const listed = (scopes: ReadonlyArray<string>): string => (scopes.length === 0 ? "none" : scopes.join(", "))

/** Why PATs that are named by their label are not replaced. */
export const renewal = {
  LabelNotFound: (error) =>
    failed(
      error,
      exitCodes.notFound,
      printable`No ${error.showing ? "" : "active or expired "}PAT has the label "${error.label}".${didYouMean(error.nearest)}`,
      error.showing
        ? printable`See the labels with: zpcli pat list`
        : printable`See the labels with zpcli pat list, or create the PAT with --or-create and --scope.`,
    ),
  SeveralPats: (error) => {
    const pats = error.pats.map(
      ({ createdAt, keyId, lastUsedAt }) =>
        printable`${keyId} (created ${at(createdAt)}, last used ${at(lastUsedAt)})`,
    )
    return failed(
      error,
      exitCodes.refused,
      printable`${String(pats.length)} active PATs have the label "${error.label}": ${Printable.join(pats, "; ")}.${error.showing ? "" : " Nothing was changed."}`,
      error.showing
        ? printable`Name one by its key ID.`
        : printable`Add --all to replace them all with one, or name one by its key ID.`,
      { keyIds: error.pats.map(({ keyId }) => keyId) },
    )
  },
  ScopesDiffer: (error) => {
    const { keyId, otherKeyId, others, scopes } = error
    const other = otherKeyId === undefined ? printable`--scope asks for` : printable`PAT ${otherKeyId} has`
    return failed(
      error,
      exitCodes.refused,
      printable`PAT ${keyId} has the scopes ${listed(scopes)}, and ${other} ${listed(others)}. Nothing was changed.`,
      otherKeyId === undefined
        ? printable`Ask for the scopes that it has, or use another label.`
        : printable`Rotate each by its key ID, or revoke the one that you don't need.`,
      { oldKeyId: keyId },
    )
  },
  DueAtOnce: (error) =>
    failed(
      error,
      exitCodes.misuse,
      printable`The new PAT would expire on ${error.expiry}, which is within the ${error.within} of --expiring-within: it would be due immediately. Nothing was changed.`,
      printable`Choose a later expiry with --expires-in, or a shorter time with --expiring-within.`,
    ),
} satisfies Table<LabelNotFound | SeveralPats | ScopesDiffer | DueAtOnce>
