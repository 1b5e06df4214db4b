import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { CreatedPat, Hello, PatList } from "../domain/Envelope.ts"
import { HttpFailure, OutcomeUnknown, PatNotFound } from "../domain/Errors.ts"
import type { ExpiryDate } from "../domain/Expiry.ts"
import type { KeyId } from "../domain/KeyId.ts"
import { Pat } from "../domain/Pat.ts"
import { isTransient, type Method, mayHaveHappened } from "../domain/Retry.ts"
import { decodeAnswer, toApiError } from "./answers.ts"
import { Session } from "./Session.ts"
import { Settings } from "./Settings.ts"
import { type ApiAnswer, Transport, type TransportError } from "./Transport.ts"

/** What a new PAT is to be. */
export interface NewPat {
  /** Checked by `domain/Label`, or that of an existing PAT. */
  readonly label: string
  /** Checked by `domain/Scope`, or those of an existing PAT. */
  readonly scopes: ReadonlyArray<string>
  readonly expiry?: ExpiryDate | undefined
  readonly tenantId?: string | undefined
}

/** A PAT that was made: the one chance to see its token. */
export interface CreatedToken {
  /** Undefined where the answer named none. */
  readonly keyId: string | undefined
  readonly token: Redacted.Redacted
  /** The server's answer as it came; it holds the token too. */
  readonly envelope: Redacted.Redacted<unknown>
}

/** How far a server's `created_at` may lie before its own clock at the request: it may round down. */
const createdAtSlack = 2_000

const decodePat = Schema.decodeUnknownSync(Pat)

/** A list as it came. Its items are decoded at the first look, and once: printing JSON needs none of them. */
class Listing {
  private decoded: ReadonlyArray<Pat> | undefined
  constructor(
    readonly envelope: unknown,
    private readonly items: ReadonlyArray<unknown>,
    /** The server's clock, in milliseconds since the epoch. */
    readonly serverTime: number | undefined,
  ) {}
  get pats(): ReadonlyArray<Pat> {
    this.decoded ??= this.items.map((item) => decodePat(item))
    return this.decoded
  }
}

const isHttpFailure = (error: unknown): error is HttpFailure => error instanceof HttpFailure

const make = Effect.gen(function* () {
  const { api } = yield* Settings
  const { credential, withCredential } = yield* Session
  const transport = yield* Transport

  /**
   * Sends a request with the credential and reads its answer; `read` may give
   * a failure a meaning of its own before the common one is applied.
   */
  const request = <A, E extends { readonly _tag: string }>(
    method: Method,
    path: ReadonlyArray<string>,
    body: Record<string, unknown> | undefined,
    read: (answer: Effect.Effect<ApiAnswer, TransportError>) => Effect.Effect<A, E | HttpFailure>,
  ) =>
    withCredential(({ token }) =>
      read(
        transport.send({
          method,
          path,
          bearer: token,
          ...(body === undefined ? {} : { body: Redacted.make<unknown>(body) }),
        }),
      ),
    ).pipe(
      Effect.catchIf(isHttpFailure, (error) =>
        Effect.flatMap(credential, ({ _tag }) =>
          Effect.fail(toApiError(error, { method, path: `/${path.join("/")}`, credential: _tag })),
        ),
      ),
    )

  const decodeList = decodeAnswer(api.origin, PatList, "a list of PATs")
  const decodeCreated = decodeAnswer(api.origin, CreatedPat, "a key ID and a token")
  const decodeRevoked = decodeAnswer(api.origin, Schema.Unknown, "anything")
  const decodeHello = decodeAnswer(api.origin, Hello, "a greeting")

  /** Every PAT of the account, and the envelope they came in. */
  const list = request("GET", ["pat"], undefined, (answer) =>
    Effect.flatMap(answer, (sent) =>
      Effect.map(
        decodeList(sent),
        ({ envelope, value }) => new Listing(envelope, value.detail.items, sent.serverTime),
      ),
    ),
  ).pipe(Effect.withSpan("PatApi.list"))

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

  /**
   * Creates a PAT. Once the request has left, anything but a clear answer is
   * an `OutcomeUnknown`, with the key IDs that a look at the list turned up.
   */
  const create = Effect.fn("PatApi.create")(function* (pat: NewPat) {
    // Signing in first keeps its failures apart from those of the create.
    yield* credential
    const since = yield* Clock.currentTimeMillis
    const { label } = pat
    const body = {
      label,
      scopes: pat.scopes,
      ...(pat.expiry === undefined ? {} : { expiry: pat.expiry }),
      ...(pat.tenantId === undefined ? {} : { tenant_id: pat.tenantId }),
    }
    return yield* request("POST", ["pat"], body, (answer) =>
      Effect.flatMap(answer, decodeCreated).pipe(
        Effect.mapError((error) =>
          error._tag === "ResponseUnreadable" || (isTransient(error) && mayHaveHappened(error))
            ? new OutcomeUnknown({ label, found: undefined, cause: error })
            : error,
        ),
        Effect.onInterrupt(() =>
          Effect.logError(new OutcomeUnknown({ label, found: undefined, cause: undefined })),
        ),
      ),
    ).pipe(
      Effect.map(
        ({ envelope, value: { detail } }): CreatedToken => ({
          keyId: detail.key_id,
          token: detail.token,
          envelope: Redacted.make(envelope),
        }),
      ),
      Effect.catchTag("OutcomeUnknown", ({ cause }) =>
        findCreated(label, since).pipe(
          Effect.onInterrupt(() => Effect.logError(new OutcomeUnknown({ label, found: undefined, cause }))),
          Effect.option,
          Effect.flatMap((found) =>
            Effect.fail(new OutcomeUnknown({ label, found: Option.getOrUndefined(found), cause })),
          ),
        ),
      ),
    )
  })

  /**
   * Revokes a PAT. A 404 after an attempt whose answer was lost means that
   * the lost one did it.
   *
   * @returns the server's envelope, or undefined where it sent no body
   */
  const revoke = Effect.fn("PatApi.revoke")(function* (keyId: KeyId) {
    // Kept here, since a sign-in in between makes it a new request.
    let answerLost = false
    const noteLost = (error: TransportError) =>
      Effect.sync(() => {
        answerLost ||= isHttpFailure(error) && error.answerLostBefore
      })
    return yield* request("DELETE", ["pat", keyId], undefined, (answer) =>
      Effect.flatMap(Effect.tapError(answer, noteLost), (sent) =>
        // Nothing need be said of what is done. What is no JSON was said by something else than the
        // API, such as a network's sign-in page, and then the PAT still works.
        sent.body.trim() === ""
          ? Effect.succeed(undefined)
          : Effect.map(decodeRevoked(sent), ({ envelope }) => envelope),
      ).pipe(
        Effect.catchIf(
          (error) => error._tag === "HttpFailure" && error.status === 404,
          (error) => {
            if (error._tag !== "HttpFailure" || answerLost) return Effect.succeed(undefined)
            const { requestId, serverMessage, status } = error
            return Effect.fail(new PatNotFound({ keyId, status, requestId, serverMessage }))
          },
        ),
      ),
    )
  })

  /** Checks the credential: `GET /hello`. */
  const hello = Effect.gen(function* () {
    const { envelope, value } = yield* request("GET", ["hello"], undefined, Effect.flatMap(decodeHello))
    return { envelope, message: value.message, credential: yield* credential }
  }).pipe(Effect.withSpan("PatApi.hello"))

  /** Checks that a new token is accepted, with a request of its own. */
  const check = Effect.fn("PatApi.check")(function* (token: Redacted.Redacted) {
    yield* transport
      .send({ method: "GET", path: ["hello"], bearer: token })
      .pipe(
        Effect.mapError((error) =>
          isHttpFailure(error)
            ? toApiError(error, { method: "GET", path: "/hello", credential: "PAT" })
            : error,
        ),
      )
  })

  return { list, create, revoke, hello, check }
})

/** The operations on the PATs of the account that signs in. */
export class PatApi extends Context.Tag("zpcli/PatApi")<PatApi, Effect.Effect.Success<typeof make>>() {
  static readonly make = make
}
