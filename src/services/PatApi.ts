import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { Credential } from "../domain/Credential.ts"
import { CreatedPat, Hello, PatList } from "../domain/Envelope.ts"
import { type HttpFailure, OutcomeUnknown, PatNotFound, type SignInError } from "../domain/Errors.ts"
import type { KeyId } from "../domain/KeyId.ts"
import type { NewPat } from "../domain/NewPat.ts"
import { fromItem, type Pat } from "../domain/Pat.ts"
import { isTransient, type Method, mayHaveHappened } from "../domain/Retry.ts"
import { decodeAnswer, orApiError } from "./answers.ts"
import { Connection } from "./Connection.ts"
import { Notices } from "./Notices.ts"
import { Session } from "./Session.ts"
import { Transport } from "./Transport.ts"

/** What every operation can fail with: signing in, and the API's or the network's refusal. */
export type PatApiError = SignInError

/** A list of PATs, and the envelope that it came in. */
export interface Listing {
  /** The server's answer as it came. */
  readonly envelope: unknown
  /** Every PAT of the account, decoded at the first look. */
  readonly pats: ReadonlyArray<Pat>
  /** The server's clock, in milliseconds since the epoch. */
  readonly serverTime: number | undefined
}

/** A PAT that was made: the one chance to see its token. */
export interface CreatedToken {
  /** Undefined where the answer named none. */
  readonly keyId: string | undefined
  readonly token: Redacted.Redacted
  /** The server's answer as it came; it holds the token too. */
  readonly envelope: Redacted.Redacted<unknown>
}

/** The API's greeting, and the credential that it was given for. */
export interface Greeting {
  readonly message: string
  readonly envelope: unknown
  readonly credential: Credential
}

/** The operations on the PATs of the account that signs in. */
export class PatApi extends Context.Tag("zpcli/PatApi")<
  PatApi,
  {
    readonly list: Effect.Effect<Listing, PatApiError>
    /**
     * Once the request has left, anything but a clear answer is an
     * `OutcomeUnknown`, with the key IDs that a look at the list turned up.
     */
    readonly create: (pat: NewPat) => Effect.Effect<CreatedToken, PatApiError | OutcomeUnknown>
    /**
     * Gives the server's envelope, or undefined where it sent no body. A 404
     * after an attempt whose answer was lost means that the lost one did it.
     */
    readonly revoke: (keyId: KeyId) => Effect.Effect<unknown, PatApiError | PatNotFound>
    /** Checks the credential of this run. */
    readonly hello: Effect.Effect<Greeting, PatApiError>
    /** Checks that the API accepts a new token, with a request of its own. */
    readonly check: (token: Redacted.Redacted) => Effect.Effect<void, PatApiError>
  }
>() {
  static readonly make = Effect.gen(function* () {
    const { api } = yield* Connection
    const session = yield* Session
    const transport = yield* Transport
    const notices = yield* Notices

    const send = (method: Method, path: ReadonlyArray<string>, { token }: Pick<Credential, "token">) =>
      transport.send({ method, path, bearer: token })

    const decodeList = decodeAnswer(api.origin, PatList, "a list of PATs")
    const decodeCreated = decodeAnswer(api.origin, CreatedPat, "a key ID and a token")
    const decodeRevoked = decodeAnswer(api.origin, Schema.Unknown, "anything")
    const decodeHello = decodeAnswer(api.origin, Hello, "a greeting")

    const list = session
      .withCredential((credential) =>
        Effect.gen(function* () {
          const answer = yield* send("GET", ["pat"], credential)
          const { envelope, value } = yield* decodeList(answer)
          return listing(envelope, value.detail.items, answer.serverTime)
        }).pipe(orApiError("GET", "/pat", credential._tag)),
      )
      .pipe(Effect.withSpan("PatApi.list"))

    /** Key IDs with a label that were created since an instant of our clock, in the server's order. */
    const findCreated = Effect.fnUntraced(function* (label: string, since: number) {
      const { pats, serverTime } = yield* list
      const now = yield* Clock.currentTimeMillis
      // Both instants are put on the server's clock, since ours may be off by hours.
      const earliest = since + ((serverTime ?? now) - now) - createdAtSlack
      return pats.flatMap((pat) => {
        const before = typeof pat.created_at === "number" && pat.created_at < earliest
        return pat.label === label && pat.key_id !== undefined && !before ? [pat.key_id] : []
      })
    })

    const create = Effect.fn("PatApi.create")(function* (pat: NewPat) {
      const { label } = pat
      // Signing in first keeps its failures apart from those of the create.
      yield* session.credential
      const since = yield* Clock.currentTimeMillis
      const unknown = (cause: OutcomeUnknown["cause"], found?: ReadonlyArray<string>) =>
        new OutcomeUnknown({ label, found, cause })
      const attempt = (credential: Credential) =>
        transport
          .send({
            method: "POST",
            path: ["pat"],
            bearer: credential.token,
            body: Redacted.make<unknown>(bodyOf(pat)),
          })
          .pipe(
            Effect.flatMap(decodeCreated),
            Effect.mapError((error) =>
              error._tag === "ResponseUnreadable" || (isTransient(error) && mayHaveHappened(error))
                ? unknown(error)
                : error,
            ),
            Effect.onInterrupt(() => notices.owe(unknown(undefined))),
            orApiError("POST", "/pat", credential._tag),
          )
      const lookUp = ({ cause }: OutcomeUnknown) =>
        findCreated(label, since).pipe(
          Effect.onInterrupt(() => notices.owe(unknown(cause))),
          Effect.option,
          Effect.flatMap((found) => Effect.fail(unknown(cause, Option.getOrUndefined(found)))),
        )
      const { envelope, value } = yield* Effect.catchTag(
        session.withCredential(attempt),
        "OutcomeUnknown",
        lookUp,
      )
      const { key_id: keyId, token } = value.detail
      return { keyId, token, envelope: Redacted.make(envelope) }
    })

    const revoke = Effect.fn("PatApi.revoke")(function* (keyId: KeyId) {
      // Kept here, since a sign-in in between makes it a new request.
      let answerLost = false
      return yield* session.withCredential((credential) =>
        Effect.gen(function* () {
          const answer = yield* send("DELETE", ["pat", keyId], credential)
          // An empty body is a success. One that is not JSON came from something other than the API,
          // such as a network's sign-in page, and then the PAT still works.
          return answer.body.trim() === "" ? undefined : (yield* decodeRevoked(answer)).envelope
        }).pipe(
          Effect.catchTag("HttpFailure", (failure): Effect.Effect<undefined, HttpFailure | PatNotFound> => {
            answerLost ||= failure.answerLostBefore
            if (failure.status !== 404) return Effect.fail(failure)
            const { requestId, serverMessage, status } = failure
            return answerLost
              ? Effect.succeed(undefined)
              : Effect.fail(new PatNotFound({ keyId, status, requestId, serverMessage }))
          }),
          orApiError("DELETE", `/pat/${keyId}`, credential._tag),
        ),
      )
    })

    const hello = session
      .withCredential((credential) =>
        Effect.gen(function* () {
          const { envelope, value } = yield* decodeHello(yield* send("GET", ["hello"], credential))
          return { message: value.message, envelope, credential }
        }).pipe(orApiError("GET", "/hello", credential._tag)),
      )
      .pipe(Effect.withSpan("PatApi.hello"))

    const check = Effect.fn("PatApi.check")(function* (token: Redacted.Redacted) {
      yield* Effect.asVoid(send("GET", ["hello"], { token })).pipe(orApiError("GET", "/hello", "PAT"))
    })

    return PatApi.of({ list, create, revoke, hello, check })
  })

  static readonly layer = Layer.effect(this, this.make)
}

/** How far a server's `created_at` may lie before its own clock at the request: it may round down. */
const createdAtSlack = 2_000

const listing = (
  envelope: unknown,
  items: ReadonlyArray<unknown>,
  serverTime: number | undefined,
): Listing => {
  let decoded: ReadonlyArray<Pat> | undefined
  return {
    envelope,
    serverTime,
    get pats() {
      decoded ??= items.map(fromItem)
      return decoded
    },
  }
}

const bodyOf = ({ expiry, label, scopes, tenantId }: NewPat) => ({
  label,
  scopes,
  ...(expiry === undefined ? {} : { expiry }),
  ...(tenantId === undefined ? {} : { tenant_id: tenantId }),
})
