import type {
  DueAtOnce,
  LabelNotFound,
  PatsInUse,
  RotationUnderWay,
  ScopesDiffer,
  SeveralPats,
} from "../../domain/Errors.ts"
import type { Time } from "../../domain/Pat.ts"
import { formatter } from "../output/time.ts"
import { exitCodes } from "./exitCodes.ts"
import { didYouMean, failed, type Table } from "./words.ts"

const at = (time: Time): string => formatter(false, undefined)(time, "never")

const listed = (scopes: ReadonlyArray<string>): string => (scopes.length === 0 ? "none" : scopes.join(", "))

const listOf = (pats: SeveralPats["pats"]): string =>
  pats
    .map(
      ({ createdAt, keyId, lastUsedAt }) =>
        `${keyId} (created ${at(createdAt)}, last used ${at(lastUsedAt)})`,
    )
    .join("; ")

/** Why PATs that are named by their label are not replaced. */
export const renewal = {
  LabelNotFound: (error) =>
    failed(
      error,
      exitCodes.notFound,
      `No ${error.showing ? "" : "active or expired "}PAT has the label "${error.label}".${didYouMean(error.nearest)}`,
      error.showing
        ? "See the labels with: zpcli pat list"
        : "See the labels with zpcli pat list, or create the PAT with --or-create and --scope.",
    ),
  SeveralPats: (error) =>
    failed(
      error,
      exitCodes.refused,
      `${String(error.pats.length)} active PATs have the label "${error.label}": ${listOf(error.pats)}.${error.showing ? "" : " Nothing was changed."}`,
      error.showing
        ? "Name one by its key ID."
        : "Revoke those that you don't need with zpcli pat revoke, or give each job a label of its own. If they all belong to this job, add --all.",
      { keyIds: error.pats.map(({ keyId }) => keyId) },
    ),
  RotationUnderWay: (error) => {
    const { count, created, label, newest, now, retryAt } = error
    return failed(
      error,
      exitCodes.unavailable,
      `${String(count)} active PATs have the label "${label}", and the newest, ${newest}, was created ${String(Math.max(0, Math.floor((now - created) / 60_000)))} minutes ago: another rotation may be under way. Nothing was changed.`,
      `Run the command again after ${new Date(Math.ceil(retryAt / 60_000) * 60_000).toISOString().slice(11, 16)} UTC. If no other rotation is running: zpcli pat revoke ${newest}`,
      { keyId: newest },
    )
  },
  PatsInUse: (error) =>
    failed(
      error,
      exitCodes.refused,
      `${String(error.pats.length)} active PATs with the label "${error.label}" are in use: ${listOf(error.pats)}. Nothing was changed.`,
      "Give each job a label of its own, and rotate these one by one by their key IDs.",
      { keyIds: error.pats.map(({ keyId }) => keyId) },
    ),
  ScopesDiffer: (error) => {
    const { keyId, otherKeyId, others, scopes } = error
    const other = otherKeyId === undefined ? "--scope asks for" : `PAT ${otherKeyId} has`
    return failed(
      error,
      exitCodes.refused,
      `PAT ${keyId} has the scopes ${listed(scopes)}, and ${other} ${listed(others)}. Nothing was changed.`,
      otherKeyId === undefined
        ? "Ask for the scopes that it has, or use another label."
        : "Rotate each by its key ID, or revoke the one that you don't need.",
      { oldKeyId: keyId },
    )
  },
  DueAtOnce: (error) =>
    failed(
      error,
      exitCodes.misuse,
      `The new PAT would expire on ${error.expiry}, which is within the ${error.within} of --expiring-within: it would be due immediately. Nothing was changed.`,
      "Choose a later expiry with --expires-in, or a shorter time with --expiring-within.",
    ),
} satisfies Table<LabelNotFound | SeveralPats | RotationUnderWay | PatsInUse | ScopesDiffer | DueAtOnce>
