import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { PatNotFound, RevokeError } from "../../domain/Errors.ts"
import type * as KeyId from "../../domain/KeyId.ts"
import { Progress } from "../../services/Progress.ts"
import type { Revoked } from "../../services/pats/outcome.ts"
import { PatApi } from "../../services/pats/PatApi.ts"
import { exitCodes } from "../errors/exitCodes.ts"
import { Exit } from "../errors/failure.ts"
import { report } from "../errors/report.ts"
import { print, printJson } from "../output/print.ts"

/** Prints what came of one revoke; alone, JSON is indented. */
export const printRevoked = (
  keyId: KeyId.KeyId,
  { text, unlisted }: Revoked,
  json: boolean,
  only: boolean,
) => {
  if (!json) {
    return print(unlisted ? `PAT ${keyId} is no longer listed.` : `PAT ${keyId} revoked successfully.`)
  }
  const message = unlisted ? "PAT no longer listed" : "PAT revoked"
  return printJson(text ?? JSON.stringify({ message, detail: { key_id: keyId } }), {
    layout: only ? "indented" : "compact",
  })
}

/** Failures of signing in: they would meet each of several PATs alike. */
export const endsRun = ({ _tag }: RevokeError): boolean =>
  ["CredentialMissing", "SecretUnavailable", "InvalidInput", "LoginRefused", "NotOffered", "Quit"].includes(
    _tag,
  )

/** How many PATs are revoked side by side. */
const sideBySide = 4

/**
 * Revokes several PATs and shows what came of each, in the order given. All are
 * tried, the one that signs in last, and the first failure decides the exit code.
 */
export const revokeAll = Effect.fnUntraced(function* (
  keyIds: ReadonlyArray<KeyId.KeyId>,
  gone: ReadonlyMap<KeyId.KeyId, PatNotFound>,
  own: string | undefined,
  json: boolean,
) {
  const api = yield* PatApi
  const outcomes = new Map<KeyId.KeyId, Either.Either<Revoked, RevokeError>>(
    Array.from(gone, ([keyId, error]) => [keyId, Either.left(error)]),
  )
  const left = keyIds.filter((keyId) => !gone.has(keyId))
  const codes = new Map<KeyId.KeyId, number>()
  const show = Effect.fnUntraced(function* (keyId: KeyId.KeyId) {
    const outcome = outcomes.get(keyId)
    if (outcome === undefined || codes.has(keyId)) return
    const shown = Either.isLeft(outcome)
      ? // Each failure is named after its key ID, since not all of them name one.
        report(outcome.left, json, { keyId, inMessage: true })
      : Effect.as(printRevoked(keyId, outcome.right, json, false), exitCodes.done as number)
    codes.set(keyId, yield* Effect.catchAll(shown, (failure) => report(failure, json)))
  })
  const progress = yield* Progress
  let done = 0
  const oneAtATime = (yield* Effect.makeSemaphore(1)).withPermits(1)
  let shown = 0
  /** Shows what there is, up to the first PAT that nothing is known of. */
  const showInOrder = Effect.gen(function* () {
    yield* progress.clear
    for (let keyId = keyIds[shown]; keyId !== undefined && outcomes.has(keyId); keyId = keyIds[++shown]) {
      yield* show(keyId)
    }
    yield* left.length > 1 ? progress.count({ done, total: left.length }) : Effect.void
  }).pipe(oneAtATime)
  const showAll = oneAtATime(Effect.forEach(keyIds, show, { discard: true }))

  const revokeOne = (keyId: KeyId.KeyId) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(Effect.either(restore(api.revoke(keyId, keyId === own))), (outcome) => {
        if (Either.isLeft(outcome) && endsRun(outcome.left)) return Effect.fail(outcome.left)
        outcomes.set(keyId, outcome)
        if (Either.isRight(outcome)) done++
        return restore(showInOrder)
      }),
    )
  yield* showInOrder
  yield* Effect.zipRight(
    Effect.forEach(
      left.filter((keyId) => keyId !== own),
      revokeOne,
      { concurrency: sideBySide, discard: true },
    ),
    Effect.forEach(
      left.filter((keyId) => keyId === own),
      revokeOne,
      { discard: true },
    ),
  ).pipe(
    Effect.ensuring(progress.count(undefined)),
    // Where the run ends early, what is done must be known all the same.
    Effect.onExit((exit) => (exit._tag === "Success" ? Effect.void : showAll)),
  )
  const code = keyIds
    .map((keyId) => codes.get(keyId))
    .find((code) => code !== undefined && code !== exitCodes.done)
  if (code !== undefined) return yield* new Exit({ code })
})
