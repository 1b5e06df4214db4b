import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import { nextKeyId } from "./keyIds.ts"
import {
  type Answer,
  nothing,
  pathOf,
  type Request,
  readLogin,
  readNewPat,
  refusals,
  success,
} from "./messages.ts"
import { type State, statusOf, toItem, withPat } from "./State.ts"
import { newGrant, newPat, sha256 } from "./tokens.ts"

/** The account that the sandbox has, and how long its JWTs live. */
export interface Account {
  readonly user: string
  readonly password: Redacted.Redacted
  readonly jwtSeconds: number
}

/** The result of a request: its answer, and the sandbox's state afterwards. */
export type Outcome = readonly [answer: Answer, state: State]

/** A request whose sender is allowed to make it. */
interface Call {
  readonly request: Request
  readonly state: State
  readonly account: Account
  /** Milliseconds since the epoch. */
  readonly now: number
  /** The key ID in the path, if there is one. */
  readonly keyId: string
}

/** An expired JWT is remembered for a day, so that its holder is told that it expired. */
const rememberedMillis = 24 * 60 * 60 * 1000

const login = Effect.fnUntraced(function* ({ account, now, request, state }: Call) {
  const sent = readLogin(request)
  if (Either.isLeft(sent)) return [sent.left, state] as const
  const { password, username } = sent.right
  if (username !== account.user || password !== Redacted.value(account.password)) {
    return [refusals.wrongPassword, state] as const
  }
  const { accessToken, idToken, refreshToken } = yield* newGrant(account.user, now, account.jwtSeconds)
  const expires_at = now + account.jwtSeconds * 1000
  const jwts = [
    ...state.jwts.filter((jwt) => jwt.expires_at + rememberedMillis > now),
    { sha256: yield* sha256(accessToken), expires_at },
    { sha256: yield* sha256(idToken), expires_at },
  ]
  const detail = {
    access_token: accessToken,
    id_token: idToken,
    refresh_token: refreshToken,
    expires_in: account.jwtSeconds,
  }
  return [success(200, "Login successful", detail), { ...state, jwts }] as const
})

const hello = ({ account, state }: Call) =>
  Effect.succeed([success(200, `Hello ${account.user}`), state] as const)

const list = ({ now, state }: Call) => {
  const items = state.pats.map((pat) => toItem(pat, now))
  return Effect.succeed([success(200, "PATs retrieved", { items }), state] as const)
}

const create = Effect.fnUntraced(function* ({ now, request, state }: Call) {
  const sent = readNewPat(request)
  if (Either.isLeft(sent)) return [sent.left, state] as const
  const { expiryAt, label, scopes } = sent.right
  const token = yield* newPat
  const { dealt, keyId } = nextKeyId(state.dealt, (keyId) =>
    state.pats.some(({ key_id }) => key_id === keyId),
  )
  const pat = {
    key_id: keyId,
    label,
    scopes,
    token_sha256: yield* sha256(token),
    created_at: now,
    expiry_at: expiryAt,
    revoked_at: null,
    last_used_at: null,
    last_ip: null,
    last_ua: null,
    usage_count: 0,
  }
  const next = { ...state, dealt, pats: [...state.pats, pat] }
  return [success(201, "PAT created", { key_id: pat.key_id, token }), next] as const
})

const revoke = ({ keyId, now, state }: Call) => {
  const pat = state.pats.find(({ key_id }) => key_id === keyId)
  return Effect.succeed(
    pat === undefined || pat.revoked_at !== null
      ? ([refusals.noSuchPat, state] as const)
      : ([nothing, withPat(state, pat.key_id, { revoked_at: now })] as const),
  )
}

/** Everything that the API answers. */
const routes: ReadonlyArray<{
  readonly method: string
  /** A key ID follows the last `/`, if the path ends with one. */
  readonly path: string
  /** Who may send it: anybody; anybody with a valid credential; or JWTs, and PATs with this scope. */
  readonly needs: "nothing" | "credential" | "pat"
  readonly answer: (call: Call) => Effect.Effect<Outcome>
}> = [
  { method: "POST", path: "/v1/login", needs: "nothing", answer: login },
  { method: "GET", path: "/v1/hello", needs: "credential", answer: hello },
  { method: "GET", path: "/v1/pat", needs: "pat", answer: list },
  { method: "POST", path: "/v1/pat", needs: "pat", answer: create },
  { method: "DELETE", path: "/v1/pat/", needs: "pat", answer: revoke },
]

const decode = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** The key ID behind the path of a route (empty where it takes none); undefined where the path does not fit. */
const keyIdIn = (route: string, path: string): string | undefined => {
  if (!route.endsWith("/")) return path === route ? "" : undefined
  const part = path.startsWith(route) ? path.slice(route.length) : ""
  return part === "" || part.includes("/") ? undefined : decode(part)
}

/** Whether a path after `/v1`, or how it begins, is that of a request that the API answers. */
export const isRequest = (method: string, start: string): boolean =>
  routes.some(
    (route) =>
      route.method === method &&
      (route.path.startsWith(`/v1${start}`) || keyIdIn(route.path, `/v1${start}`) !== undefined),
  )

/** The token of `Authorization: Bearer <token>`. */
const bearerOf = (header: string | undefined): string | undefined =>
  /^Bearer +(\S+)$/i.exec(header?.trim() ?? "")?.[1]

/**
 * Lets a JWT pass, or a PAT that is active and has the scope that is needed (`*`
 * is all of them). A valid PAT counts as used even if its scopes
 * don't allow the request.
 *
 * @returns the refusal, if it is one, and the state with the use of the PAT in it
 */
const authorize = Effect.fnUntraced(function* (
  { from, headers }: Request,
  state: State,
  now: number,
  needed: "credential" | "pat",
) {
  const token = bearerOf(headers.authorization)
  if (token === undefined) return [refusals.unauthorized, state] as const
  const hash = yield* sha256(token)
  const jwt = state.jwts.find((known) => known.sha256 === hash)
  if (jwt !== undefined) return [jwt.expires_at <= now ? refusals.jwtExpired : undefined, state] as const
  const pat = state.pats.find((known) => known.token_sha256 === hash)
  if (pat === undefined || statusOf(pat, now) !== "active") return [refusals.unauthorized, state] as const
  const used = withPat(state, pat.key_id, {
    last_used_at: now,
    last_ip: from ?? null,
    last_ua: headers["user-agent"] ?? null,
    usage_count: pat.usage_count + 1,
  })
  const allowed = needed === "credential" || pat.scopes.includes("*") || pat.scopes.includes(needed)
  return [allowed ? undefined : refusals.forbidden, used] as const
})

/**
 * Makes the API of an account: a function of a request and the state, whose only effects are to read the clock and
 * make random secrets. It answers every request, also those that no route fits.
 */
export const makeHandler =
  (account: Account) =>
  (request: Request, state: State): Effect.Effect<Outcome> =>
    Effect.gen(function* () {
      const path = pathOf(request.target)
      const fitting = routes.flatMap((route) => {
        const keyId = keyIdIn(route.path, path)
        return keyId === undefined ? [] : [{ ...route, keyId }]
      })
      const route = fitting.find(({ method }) => method === request.method)
      if (route === undefined)
        return [fitting.length === 0 ? refusals.noSuchPath : refusals.wrongMethod, state] as const
      const now = yield* Clock.currentTimeMillis
      const [refusal, known] =
        route.needs === "nothing"
          ? ([undefined, state] as const)
          : yield* authorize(request, state, now, route.needs)
      return refusal === undefined
        ? yield* route.answer({ request, state: known, account, now, keyId: route.keyId })
        : ([refusal, known] as const)
    })
