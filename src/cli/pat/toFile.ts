import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import { DeliveryFailed, SettingsError } from "../../domain/Errors.ts"
import type { Delivery } from "../../services/Handover.ts"
import { Identity } from "../../services/Identity.ts"
import { codeOf } from "../../services/platformErrors.ts"
import { printable } from "../output/printable.ts"
import { announce, type DeliveryFlags, type OpenDelivery } from "./announce.ts"

const advice = "Name another file with --out."

const wrong = (target: string, reason: string, hint = advice) =>
  new SettingsError({ advice: hint, source: target, reason })

const cannotMake = (target: string) => (error: PlatformError) =>
  error._tag === "SystemError" && error.reason === "AlreadyExists"
    ? wrong(target, "already exists; --out does not overwrite a file")
    : wrong(target, `can't be created (${codeOf(error)})`)

/** Refuses a file that can't be created or replaced, while nothing has been sent. */
const check = Effect.fnUntraced(function* (target: string, replace: boolean) {
  const fs = yield* FileSystem.FileSystem
  const isLink = Option.isSome(yield* Effect.option(fs.readLink(target)))
  const info = yield* Effect.option(fs.stat(target))
  const isStream = Option.exists(info, ({ type }) => type !== "File" && type !== "Directory")
  if (isStream || /^(?:-|\/dev\/(?:stdout|stderr|fd\/\d+))$/.test(target)) {
    return yield* wrong(
      `--out ${target}`,
      "does not name a file",
      "To print the token on stdout, use --token-only.",
    )
  }
  if (!isLink && Option.isNone(info)) {
    return yield* Effect.mapError(
      fs.access((yield* Path.Path).dirname(target), { writable: true }),
      cannotMake(target),
    )
  }
  if (!replace) {
    return yield* wrong(
      target,
      "already exists; --out does not overwrite a file",
      "Name another file with --out, or add --replace.",
    )
  }
  if (isLink) return yield* wrong(target, "is a symbolic link; --replace does not follow it")
  const { uid } = yield* Identity
  const { type, uid: owner } = Option.getOrThrow(info)
  if (type !== "File") return yield* wrong(target, "is not a regular file; --replace does not replace it")
  const ours = Option.isNone(uid) || Option.isNone(owner) || uid.value === owner.value
  if (!ours) return yield* wrong(target, "belongs to another user; --replace does not replace it")
})

/**
 * The token is written to a file. A new one is made before the token is asked
 * for: it must not exist, not even as a symbolic link, and it goes away again
 * unless the token got into it. One that is to be replaced stays as it is until
 * the token is on the disk beside it.
 */
export const toFile = Effect.fn("delivery.toFile")(function* (
  target: string,
  { json, replace }: DeliveryFlags,
) {
  const fs = yield* FileSystem.FileSystem
  yield* check(target, replace)
  const open: OpenDelivery = (additions) =>
    Effect.gen(function* () {
      const made = replace ? `${target}.${yield* Random.nextIntBetween(1e8, 1e9)}.tmp` : target
      const delivered = yield* Ref.make(false)
      // In one step, so that a signal in between leaves no empty file behind.
      const file = yield* Effect.acquireRelease(
        Effect.mapError(fs.open(made, { flag: "wx", mode: 0o600 }), cannotMake(target)),
        () =>
          Effect.flatMap(Ref.get(delivered), (done) => (done ? Effect.void : Effect.ignore(fs.remove(made)))),
      )
      return {
        deliver: (created) =>
          file.writeAll(new TextEncoder().encode(Redacted.value(created.token))).pipe(
            Effect.zipRight(file.sync),
            Effect.zipRight(replace ? fs.rename(made, target) : Effect.void),
            Effect.mapError((error) => new DeliveryFailed({ target, code: codeOf(error) })),
            Effect.zipRight(Ref.set(delivered, true)),
            // The token is safe by now: a failed write to stdout is not an error.
            Effect.zipRight(
              Effect.ignore(announce(created, json, additions, printable`written to ${target}`)),
            ),
          ),
      } satisfies Delivery
    })
  return open
})
