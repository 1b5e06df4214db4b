/** What many tests speak of. */
import type { Said } from "./http/answer.ts"

/** The environment of someone who signs in with username and password. */
export const account = { ZPOOL_USER: "demo", ZPOOL_PASSWORD: "s3cret-Pa55word" } as const

/** The environment of someone who has a PAT. */
export const pat = { ZPOOLPAT: "zpat_FakeFakeFakeFakeFakeFake00000000" } as const

/** The token of a PAT that is made. */
export const newToken = "zpat_NewNewNewNewNewNewNewNew0000"

/** A JWT as the API hands it out. */
export const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJkZW1vIn0.c2lnbmF0dXJl"

/** The answer to a good sign-in. */
export const loggedIn: Said = {
  body: {
    message: "Login successful",
    detail: { access_token: jwt, id_token: jwt, refresh_token: jwt, expires_in: 3600 },
  },
}

/** An item of `GET /pat` with everything in it. */
export const item = (fields: Readonly<Record<string, unknown>> = {}) => ({
  key_id: "law-hotel-shape-community",
  label: "My CI Token",
  status: "active",
  created_at: "2026-01-26T02:05:37.123Z",
  expiry_at: null,
  hard_expiry_at: null,
  last_used_at: null,
  last_ip: null,
  last_ua: null,
  scopes: ["zpool", "job"],
  token_ver: 1,
  usage_count: 0,
  ...fields,
})

export const listed = (...items: ReadonlyArray<unknown>): Said => ({
  body: { message: "PATs retrieved", detail: { items } },
})
