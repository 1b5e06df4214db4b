import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { SandboxFailed } from "../../domain/Errors.ts"
import { forbidden, jwtExpired, Refusal, unauthorized } from "./answers.ts"
import { type State, statusOf, withPat } from "./State.ts"
import type { Store } from "./Store.ts"
import { sha256 } from "./tokens.ts"

/** Whether scopes include one that is needed; `*` is all of them. */
const covers = (scopes: ReadonlyArray<string>, needed: string): boolean =>
  scopes.includes("*") || scopes.includes(needed)

/** The token of `Authorization: Bearer <token>`. */
const bearerOf = (header: string | undefined): string | undefined =>
  /^Bearer +(\S+)$/i.exec(header?.trim() ?? "")?.[1]

/**
 * Lets a request pass that carries a JWT, or a PAT that is active and has the
 * scope (any PAT when no scope is needed). Whoever presents a good PAT has used
 * it, even for what its scopes don't allow.
 */
export const authorize = (
  store: Store,
  request: HttpServerRequest.HttpServerRequest,
  needed?: "pat",
): Effect.Effect<void, Refusal | SandboxFailed> =>
  Effect.gen(function* () {
    const token = bearerOf(request.headers.authorization)
    if (token === undefined) return yield* new Refusal({ answer: unauthorized })
    const now = yield* Clock.currentTimeMillis
    const hash = sha256(token)
    const from = {
      ip: Option.getOrNull(request.remoteAddress),
      ua: request.headers["user-agent"] ?? null,
    }
    const answer = yield* store.modify((state): readonly [Refusal["answer"] | undefined, State] => {
      const jwt = state.jwts.find((known) => known.sha256 === hash)
      if (jwt !== undefined) return [jwt.expires_at <= now ? jwtExpired : undefined, state]
      const pat = state.pats.find((known) => known.token_sha256 === hash)
      if (pat === undefined || statusOf(pat, now) !== "active") return [unauthorized, state]
      const used = withPat(state, pat.key_id, {
        last_used_at: now,
        last_ip: from.ip,
        last_ua: from.ua,
        usage_count: pat.usage_count + 1,
      })
      return [needed === undefined || covers(pat.scopes, needed) ? undefined : forbidden, used]
    })
    if (answer !== undefined) return yield* new Refusal({ answer })
  })
