import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import { SettingsError } from "../../domain/Errors.ts"
import { Session } from "../../services/auth/Session.ts"
import type { OldPat } from "../../services/pats/Handover.ts"
import { Settings } from "../../services/settings/Settings.ts"
import * as savedPat from "../../services/settings/savedPat.ts"
import { announce, type DeliveryFlags, type OpenDelivery } from "./announce.ts"

/** The token is saved in the rcfile, as `zpcli login` saves one. */
export const toRcfile = Effect.fn("delivery.toRcfile")(function* ({ json }: DeliveryFlags) {
  const { path, save } = yield* savedPat.open
  const open: OpenDelivery = (additions) =>
    Effect.succeed({
      deliver: (created) =>
        save(created.token).pipe(
          // The token is safe by now: a failed write to stdout is not an error.
          Effect.zipRight(Effect.ignore(announce(created, json, additions, `saved in ${path}`))),
        ),
    })
  return open
})

/**
 * Refuses to save a token in the place of a PAT that stays: the rcfile may hold
 * the only copy of it. Whose PAT it is can be known only where it signs in.
 *
 * @param old - the PATs that the new one is to replace
 */
export const checkSave = Effect.fn("delivery.checkSave")(function* (
  { replace, save }: DeliveryFlags,
  old: ReadonlyArray<OldPat> = [],
) {
  if (!save || replace) return
  const saved = yield* savedPat.current
  if (Option.isNone(saved)) return
  const rotates = old.length > 0
  const signsIn = rotates && Equal.equals((yield* (yield* Session).credential).token, saved.value)
  if (signsIn && old.some(({ own }) => own)) return
  const { rcfile } = yield* Settings
  return yield* new SettingsError({
    source: rcfile.path,
    reason: `contains a PAT already${rotates ? ", and it is not known to be the one to rotate" : ""}; --save does not replace it`,
    advice: "Add --replace to replace it, or name another file with --rcfile.",
  })
})
