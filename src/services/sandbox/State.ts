/** What the sandbox knows, as a value: one account. Instants are in milliseconds since the epoch. */

/** A PAT as it is stored, with only the SHA-256 hash of its token, in hex; an empty hash matches no token. */
export interface StoredPat {
  readonly key_id: string
  readonly label: string
  readonly scopes: ReadonlyArray<string>
  readonly token_sha256: string
  readonly created_at: number
  /** 00:00 UTC of the expiry date, from which on the token is not accepted; null for never. */
  readonly expiry_at: number | null
  /** From which on it is not accepted either; absent where it is the expiry. */
  readonly hard_expiry_at?: number | null | undefined
  readonly revoked_at: number | null
  readonly last_used_at: number | null
  readonly last_ip: string | null
  readonly last_ua: string | null
  /** Absent for 1. */
  readonly token_ver?: number | undefined
  readonly usage_count: number
}

/** A JWT that was handed out: its SHA-256 hash in hex, and when it stops being accepted. */
export interface StoredJwt {
  readonly sha256: string
  readonly expires_at: number
}

export interface State {
  /** How many key IDs were dealt: the number of the next one in the order of `keyIds.ts`. */
  readonly dealt: number
  readonly pats: ReadonlyArray<StoredPat>
  readonly jwts: ReadonlyArray<StoredJwt>
}

/** A sandbox that nothing has happened in. */
export const empty: State = { dealt: 0, pats: [], jwts: [] }

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
