/**
 * What the sandbox knows, as a value. One state is one account: a file that is
 * served again under another username contains the same tokens. Instants are in
 * milliseconds since the epoch.
 */
import * as Schema from "effect/Schema"

const Instant = Schema.Int

/** A PAT as it is kept. Of the token itself there is only the SHA-256 hash, in hex; it is empty where no token works. */
export const StoredPat = Schema.Struct({
  key_id: Schema.String,
  label: Schema.String,
  scopes: Schema.Array(Schema.String),
  token_sha256: Schema.String,
  created_at: Instant,
  /** 00:00 UTC of the expiry date, from which on the token is not accepted; null for never. */
  expiry_at: Schema.NullOr(Instant),
  /** From which on it is not accepted either; absent where it is the expiry. */
  hard_expiry_at: Schema.optional(Schema.NullOr(Instant)),
  revoked_at: Schema.NullOr(Instant),
  last_used_at: Schema.NullOr(Instant),
  last_ip: Schema.NullOr(Schema.String),
  last_ua: Schema.NullOr(Schema.String),
  /** Absent for 1. */
  token_ver: Schema.optional(Schema.Int),
  usage_count: Schema.NonNegativeInt,
})
export type StoredPat = typeof StoredPat.Type

/** A JWT that was handed out: its SHA-256 hash in hex, and when it stops being accepted. */
export const StoredJwt = Schema.Struct({ sha256: Schema.String, expires_at: Instant })
export type StoredJwt = typeof StoredJwt.Type

/** The state file's form, and what is kept in memory without one. */
export const State = Schema.Struct({
  version: Schema.Literal(1),
  /** How many key IDs were dealt: the number of the next one in the order of `keyIds.ts`. */
  dealt: Schema.NonNegativeInt,
  pats: Schema.Array(StoredPat),
  jwts: Schema.Array(StoredJwt),
})
export type State = typeof State.Type

/** A sandbox that nothing has happened in. */
export const empty: State = { version: 1, dealt: 0, pats: [], jwts: [] }

/** A PAT's status at an instant. A token that was revoked stays revoked when its expiry goes by. */
export const statusOf = (
  { expiry_at, hard_expiry_at, revoked_at }: Pick<StoredPat, "expiry_at" | "hard_expiry_at" | "revoked_at">,
  now: number,
): "active" | "revoked" | "expired" => {
  if (revoked_at !== null) return "revoked"
  const hasEnded = (end: number | null | undefined) => typeof end === "number" && end <= now
  return hasEnded(expiry_at) || hasEnded(hard_expiry_at) ? "expired" : "active"
}

const iso = (instant: number): string => new Date(instant).toISOString()

/**
 * A PAT as `GET /pat` lists it at an instant: a field without a value is absent,
 * and only `last_used_at` may be null.
 */
export const toItem = (pat: StoredPat, now: number) => {
  const { expiry_at: expiry, hard_expiry_at: hard = expiry } = pat
  return {
    key_id: pat.key_id,
    label: pat.label,
    status: statusOf(pat, now),
    created_at: iso(pat.created_at),
    ...(expiry === null ? {} : { expiry_at: iso(expiry) }),
    ...(hard === null ? {} : { hard_expiry_at: iso(hard) }),
    last_used_at: pat.last_used_at === null ? null : iso(pat.last_used_at),
    ...(pat.last_ip === null ? {} : { last_ip: pat.last_ip }),
    ...(pat.last_ua === null ? {} : { last_ua: pat.last_ua }),
    scopes: pat.scopes,
    token_ver: pat.token_ver ?? 1,
    usage_count: pat.usage_count,
  }
}

/** The state with one PAT changed. */
export const withPat = (state: State, keyId: string, change: Partial<StoredPat>): State => ({
  ...state,
  pats: state.pats.map((pat) => (pat.key_id === keyId ? { ...pat, ...change } : pat)),
})
