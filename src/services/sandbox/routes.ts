import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { noSuchPat, noSuchPath, nothing, Refusal, success, wrongMethod, wrongPassword } from "./answers.ts"
import { authorize } from "./authorize.ts"
import { keyIdAt } from "./keyIds.ts"
import { pathOf, readLogin, readNewPat } from "./requests.ts"
import { type State, toItem, withPat } from "./State.ts"
import type { Store } from "./Store.ts"
import { newGrant, newPat, sha256 } from "./tokens.ts"

/** The account that the sandbox has, and how long its JWTs live. */
export interface Account {
  readonly user: string
  readonly password: Redacted.Redacted
  readonly jwtSeconds: number
}

/** An expired JWT is remembered for a day, so that its holder is told that it expired. */
const remembered = 24 * 60 * 60 * 1000

const login = (store: Store, account: Account) =>
  Effect.gen(function* () {
    const sent = yield* readLogin(yield* HttpServerRequest.HttpServerRequest)
    if (sent.username !== account.user || sent.password !== Redacted.value(account.password)) {
      return yield* new Refusal({ answer: wrongPassword })
    }
    const now = yield* Clock.currentTimeMillis
    const { accessToken, idToken, refreshToken } = newGrant(account.user, now, account.jwtSeconds)
    const expires_at = now + account.jwtSeconds * 1000
    yield* store.modify((state) => [
      undefined,
      {
        ...state,
        jwts: [
          ...state.jwts.filter((jwt) => jwt.expires_at + remembered > now),
          { sha256: sha256(accessToken), expires_at },
          { sha256: sha256(idToken), expires_at },
        ],
      },
    ])
    return success(200, "Login successful", {
      access_token: accessToken,
      id_token: idToken,
      refresh_token: refreshToken,
      expires_in: account.jwtSeconds,
    })
  })

const hello = (store: Store, account: Account) =>
  Effect.gen(function* () {
    yield* authorize(store, yield* HttpServerRequest.HttpServerRequest)
    return success(200, `Hello ${account.user}`)
  })

const list = (store: Store) =>
  Effect.gen(function* () {
    yield* authorize(store, yield* HttpServerRequest.HttpServerRequest, "pat")
    const now = yield* Clock.currentTimeMillis
    const { pats } = yield* store.read
    return success(200, "PATs retrieved", { items: pats.map((pat) => toItem(pat, now)) })
  })

const create = (store: Store) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    yield* authorize(store, request, "pat")
    const { expiryAt, label, scopes } = yield* readNewPat(request)
    const now = yield* Clock.currentTimeMillis
    const token = newPat()
    const keyId = yield* store.modify((state) => {
      const pat = {
        key_id: keyIdAt(state.dealt),
        label,
        scopes,
        token_sha256: sha256(token),
        created_at: now,
        expiry_at: expiryAt,
        revoked_at: null,
        last_used_at: null,
        last_ip: null,
        last_ua: null,
        usage_count: 0,
      }
      return [pat.key_id, { ...state, dealt: state.dealt + 1, pats: [...state.pats, pat] }]
    })
    return success(201, "PAT created", { key_id: keyId, token })
  })

const revoke = (store: Store) =>
  Effect.gen(function* () {
    yield* authorize(store, yield* HttpServerRequest.HttpServerRequest, "pat")
    const { key_id: keyId } = yield* HttpRouter.params
    const now = yield* Clock.currentTimeMillis
    const found = yield* store.modify((state): readonly [boolean, State] => {
      const pat = state.pats.find(({ key_id }) => key_id === keyId)
      if (pat === undefined || pat.revoked_at !== null) return [false, state]
      return [true, withPat(state, pat.key_id, { revoked_at: now })]
    })
    return found ? nothing : noSuchPat
  })

/** What exists, for telling a wrong method from a wrong path. */
const paths: ReadonlyArray<{ readonly path: RegExp; readonly methods: ReadonlyArray<string> }> = [
  { path: /^\/v1\/login$/, methods: ["POST"] },
  { path: /^\/v1\/hello$/, methods: ["GET"] },
  { path: /^\/v1\/pat$/, methods: ["GET", "POST"] },
  { path: /^\/v1\/pat\/[^/]+$/, methods: ["DELETE"] },
]

const unrouted = (request: HttpServerRequest.HttpServerRequest) => {
  const existing = paths.find(({ path }) => path.test(pathOf(request.url)))
  return existing === undefined || existing.methods.includes(request.method) ? noSuchPath : wrongMethod
}

/** The API: an app that answers every request, refused ones and unknown paths too. */
export const routes = (store: Store, account: Account) => {
  const router = HttpRouter.empty.pipe(
    HttpRouter.post("/v1/login", login(store, account)),
    HttpRouter.get("/v1/hello", hello(store, account)),
    HttpRouter.get("/v1/pat", list(store)),
    HttpRouter.post("/v1/pat", create(store)),
    HttpRouter.del("/v1/pat/:key_id", revoke(store)),
    // The router is lenient by default, and the API is not.
    HttpRouter.withRouterConfig({
      caseSensitive: true,
      ignoreTrailingSlash: false,
      ignoreDuplicateSlashes: false,
      maxParamLength: 16 * 1024,
    }),
  )
  return Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
    // The router would answer HEAD as it answers GET; the gateway has no such method.
    request.method === "HEAD"
      ? Effect.succeed(unrouted(request))
      : router.pipe(
          Effect.catchTags({
            Refusal: ({ answer }) => Effect.succeed(answer),
            RouteNotFound: () => Effect.succeed(unrouted(request)),
          }),
        ),
  )
}
