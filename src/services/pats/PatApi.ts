import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { type Credential, signerOf } from "../../domain/Credential.ts"
import { CreatedPat, Hello, PatList } from "../../domain/Envelope.ts"
import {
  type HttpFailure,
  OutcomeUnknown,
  ResponseUnreadable,
  type RevokeError,
  type SignInError,
} from "../../domain/Errors.ts"
import type { KeyId } from "../../domain/KeyId.ts"
import type { NewPat } from "../../domain/NewPat.ts"
import { isTransient, mayHaveHappened } from "../../domain/Retry.ts"
import { Session } from "../auth/Session.ts"
import { type ApiAnswer, decodeAnswer } from "../network/answer.ts"
import { meaningOf } from "../network/statuses.ts"
import { Transport } from "../network/Transport.ts"
import { Flight } from "../network/trace.ts"
import { Connection } from "../settings/Connection.ts"
import { maskTokens } from "../settings/Secrets.ts"
import { judgeCreate, judgeRevoke, type RevokeAnswer, readRevoked, revokedUnseen } from "./outcome.ts"
import { type CreatedToken, type Greeting, type Listing, listing, type Revoked } from "./results.ts"

/** What every operation can fail with: signing in, and the API's or the network's refusal. */
export type PatApiError = SignInError

/** The operations on the PATs of the account that signs in. */
export class PatApi extends Context.Tag("zpcli/PatApi")<
  PatApi,
  {
    readonly list: Effect.Effect<Listing, PatApiError>
    /** The key ID of the PAT that signs in, where one attempt at the list tells which it is, within 5 s. */
    readonly ownKeyId: Effect.Effect<string | undefined, PatApiError>
    /** Signs in, and gives the API's clock if that told it, or else ours, in milliseconds since the epoch. */
    readonly now: Effect.Effect<number, PatApiError>
    /**
     * Once the request has left, anything but a clear answer is an
     * `OutcomeUnknown`, with the key IDs that a look at the list turned up.
     *
     * @param listed - the key IDs that were listed before: none of them can be the new one
     * @param flight - is told how far the request has come, for whoever interrupts this
     */
    readonly create: (
      pat: NewPat,
      listed?: ReadonlySet<string | undefined>,
      flight?: Flight,
    ) => Effect.Effect<CreatedToken, PatApiError | OutcomeUnknown>
    /**
     * Succeeds only where the PAT is certainly revoked. A success that is not
     * the API's own, and every 404, is looked up in the list: what revokes for
     * good is not taken from a proxy's word.
     *
     * @param own - whether it is the PAT that signs in: a 401 after a lost answer says then that it was done
     */
    readonly revoke: (keyId: KeyId, own?: boolean) => Effect.Effect<Revoked, RevokeError>
    /** Checks the credential of this run. */
    readonly hello: Effect.Effect<Greeting, PatApiError>
    /**
     * Checks that the API accepts a new token, with a request of its own. A new
     * token may need a moment to be known everywhere: a 401 is asked again for 10 s.
     */
    readonly check: (token: Redacted.Redacted) => Effect.Effect<void, PatApiError>
  }
>() {
  static readonly make = Effect.gen(function* () {
    const { api } = yield* Connection
    const session = yield* Session
    const transport = yield* Transport

    const decodeList = decodeAnswer(api.origin, PatList, "a list of PATs")
    const decodeCreated = decodeAnswer(api.origin, CreatedPat, "a key ID and a token")
    const decodeHello = decodeAnswer(api.origin, Hello, "a greeting", 200)

    const listWith = (noRetry: boolean) =>
      session.withCredential((credential) =>
        Effect.gen(function* () {
          const { _tag, token } = credential
          const answer = yield* transport.send({ method: "GET", path: "/pat", bearer: token, noRetry })
          const { text, value } = yield* decodeList(answer)
          return listing(
            text,
            value.detail.items,
            { now: yield* Clock.currentTimeMillis, serverTime: answer.serverTime },
            _tag,
          )
        }).pipe(Effect.mapError(meaningOf({ path: "/pat", credential: signerOf(credential) }))),
      )
    const list = Effect.withSpan(listWith(false), "PatApi.list")

    const ownKeyId = Effect.flatMap(session.credential, ({ _tag }) =>
      _tag === "JWT"
        ? Effect.succeed(undefined)
        : listWith(true).pipe(
            Effect.timeout("5 seconds"),
            Effect.match({ onFailure: () => undefined, onSuccess: (listing) => listing.ownKeyId }),
          ),
    ).pipe(Effect.withSpan("PatApi.ownKeyId"))

    const now = Effect.zipRight(session.credential, transport.now)

    const create = Effect.fn("PatApi.create")(function* (
      pat: NewPat,
      listed?: ReadonlySet<string | undefined>,
      flight?: Flight,
    ) {
      // Signing in first keeps its failures apart from those of the create.
      yield* session.credential
      const sentAt = yield* Clock.currentTimeMillis
      const unknown = (cause: OutcomeUnknown["cause"], found?: ReadonlyArray<string>) =>
        new OutcomeUnknown({ label: pat.label, found, replaces: pat.replaces, cause })
      const readCreated = (answer: ApiAnswer) =>
        Effect.flatMap(decodeCreated(answer), ({ text, value: { detail } }) => {
          const { key_id: keyId, token } = detail
          const isOld = keyId !== undefined && listed?.has(keyId) === true
          if (token !== undefined && !isOld)
            return Effect.succeed({ keyId, token, text: Redacted.make(text) })
          const { requestId, status } = answer
          const cause = new ResponseUnreadable({
            origin: api.origin,
            status,
            requestId,
            reason: "shape",
            expected: isOld ? "the key ID of a new PAT" : "a usable token",
          })
          return Effect.fail(keyId === undefined || isOld ? cause : unknown(cause, [keyId]))
        })
      const attempt = (credential: Credential) =>
        transport
          .send({
            method: "POST",
            path: "/pat",
            bearer: credential.token,
            body: Redacted.make<unknown>(pat.body),
            ...(flight === undefined ? {} : { flight }),
          })
          .pipe(
            Effect.flatMap(readCreated),
            Effect.mapError((error) => {
              if (error._tag === "OutcomeUnknown") return error
              const meaning = meaningOf({
                path: "/pat",
                credential: signerOf(credential),
                feature: { what: "create", api, pat },
              })(error)
              const unclear =
                meaning._tag === "ResponseUnreadable" || (isTransient(meaning) && mayHaveHappened(meaning))
              return unclear ? unknown(meaning) : meaning
            }),
          )
      const lookUp = (lost: OutcomeUnknown) =>
        Effect.gen(function* () {
          // The answer named the PAT. Only an earlier list can prove that it is new.
          if (lost.found !== undefined && listed === undefined) return yield* lost
          const listing = yield* Effect.orElseFail(list, () => lost)
          const readAt = yield* Clock.currentTimeMillis
          return yield* judgeCreate({ lost, pat, listed, sentAt, readAt }, listing)
        })
      return yield* Effect.catchTag(session.withCredential(attempt), "OutcomeUnknown", lookUp)
    })

    const revoke = Effect.fn("PatApi.revoke")(function* (keyId: KeyId, own = false) {
      // One for both requests, if a sign-in comes in between.
      const flight = new Flight()
      const attempt = (credential: Credential) =>
        transport.send({ method: "DELETE", path: `/pat/${keyId}`, bearer: credential.token, flight }).pipe(
          Effect.map((answer) => readRevoked(answer, keyId)),
          Effect.catchTag("HttpFailure", (failure): Effect.Effect<RevokeAnswer, HttpFailure> => {
            if (failure.status === 404) return Effect.succeed(Either.left(failure))
            const endedItself = own && flight.answerLost && failure.status === 401
            return endedItself ? Effect.succeed(Either.right(revokedUnseen)) : Effect.fail(failure)
          }),
          Effect.mapError(meaningOf({ path: `/pat/${keyId}`, credential: signerOf(credential) })),
        )
      const answer = yield* session.withCredential(attempt)
      if (Either.isRight(answer)) return answer.right
      const pats = yield* Effect.either(Effect.map(list, (listing) => listing.pats))
      // The list refuses the PAT that has just ended itself.
      if (own && Either.isLeft(pats) && pats.left._tag === "CredentialRefused") return revokedUnseen
      return yield* judgeRevoke(keyId, answer.left, Either.getOrUndefined(pats), flight.answerLost)
    })

    const greet = ({ token }: Pick<Credential, "token">) =>
      Effect.flatMap(transport.send({ method: "GET", path: "/hello", bearer: token }), decodeHello)

    const hello = session
      .withCredential((credential) =>
        Effect.map(greet(credential), ({ value }) => ({
          // Not the password, which may be a name that the greeting rightly has.
          message: maskTokens(value.message, [credential.token]),
          credential,
        })).pipe(Effect.mapError(meaningOf({ path: "/hello", credential: signerOf(credential) }))),
      )
      .pipe(Effect.withSpan("PatApi.hello"))

    const check = Effect.fn("PatApi.check")((token: Redacted.Redacted) =>
      greet({ token }).pipe(
        Effect.mapError(meaningOf({ path: "/hello", credential: { _tag: "NewPat" } })),
        Effect.retry({
          while: ({ _tag }) => _tag === "CredentialRefused",
          schedule: Schedule.spaced("500 millis").pipe(Schedule.upTo("10 seconds")),
        }),
        Effect.asVoid,
      ),
    )

    return PatApi.of({ list, ownKeyId, now, create, revoke, hello, check })
  })

  static readonly layer = Layer.effect(this, this.make)
}
