import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { DeliveryFailed, SettingsError } from "../../domain/Errors.ts"
import { explained } from "../../domain/errors/words.ts"
import { type CannotWrite, Files, wordsOf } from "../../services/files.ts"
import type { Delivery } from "../../services/pats/Handover.ts"
import { announce, type DeliveryFlags, type OpenDelivery } from "./announce.ts"

const nameAnother = "Name another file with --out."

/** How to get around what is in the way. */
const advice: Partial<Record<CannotWrite["obstacle"], string>> = {
  exists: "Name another file with --out, or add --replace.",
  mount: "Mount its folder instead of the file, or name another file with --out.",
  group: "Join that group, change the group of the file with chgrp, or name another file with --out.",
}

const notAFile = (target: string) =>
  new SettingsError({
    source: `--out ${target}`,
    reason: "does not name a file",
    advice: "To print the token on stdout, use --token-only.",
  })

const wrong = (target: string) => (error: CannotWrite) => {
  const { code, obstacle } = error
  if (obstacle === "stream") return notAFile(target)
  const reason = wordsOf(error)
  const consequence =
    obstacle === "exists" ? "; --out does not overwrite a file" : ", so no token can be written to it"
  return new SettingsError({
    source: target,
    reason: reason === undefined ? `can't be created (${explained(code)})` : `${reason}${consequence}`,
    advice: advice[obstacle] ?? nameAnother,
  })
}

/**
 * The token is written to a file. Everything that can be made ready is, before
 * the token is asked for, and goes away again unless the token got into the file.
 */
export const toFile = Effect.fn("delivery.toFile")(function* (
  target: string,
  { json, replace }: DeliveryFlags,
) {
  const files = yield* Files
  const rules = { replace, keepGroup: true }
  if (/^(?:-|\/dev\/(?:stdout|stderr|fd\/\d+))$/.test(target)) return yield* notAFile(target)
  yield* Effect.mapError(files.look(target, rules), wrong(target))
  const open: OpenDelivery = (additions) =>
    Effect.map(
      Effect.mapError(files.open(target, rules), wrong(target)),
      (write): Delivery => ({
        deliver: (created) =>
          write(new TextEncoder().encode(Redacted.value(created.token))).pipe(
            Effect.mapError(
              (error) => new DeliveryFailed({ target, code: error.code ?? `it ${wordsOf(error)}` }),
            ),
            // The token is safe by now: a failed write to stdout is not an error.
            Effect.zipRight(Effect.ignore(announce(created, json, additions, `written to ${target}`))),
          ),
      }),
    )
  return open
})
