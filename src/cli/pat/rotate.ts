import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Declined, RotationNotBegun } from "../../domain/Errors.ts"
import type { ExpiryDate } from "../../domain/Expiry.ts"
import * as KeyId from "../../domain/KeyId.ts"
import { NewPat } from "../../domain/NewPat.ts"
import { works } from "../../domain/Pat.ts"
import { Handover, type Replacement } from "../../services/Handover.ts"
import { Notices } from "../../services/Notices.ts"
import { PatApi } from "../../services/PatApi.ts"
import { chosenExpiry, expiryOptions, settingsOptions } from "../options.ts"
import { print } from "../output/print.ts"
import { printable } from "../output/printable.ts"
import { confirm } from "../output/prompt.ts"
import { withServices } from "../services.ts"
import { withExamples } from "../strict/annotations.ts"
import { chooseDelivery, deliveryOptions } from "./delivery.ts"
import { describe, ending, find } from "./subject.ts"

const path = ["pat", "rotate"]

const options = {
  keyId: Args.text({ name: "key_id" }).pipe(
    Args.withDescription("Key ID of the PAT to replace, such as law-hotel-shape-community"),
  ),
  ...expiryOptions("as many days as the old PAT had"),
  keepOld: Options.boolean("keep-old").pipe(
    Options.withDescription("Leave the old PAT to its own expiry (default: off)"),
  ),
  yes: Options.boolean("yes").pipe(Options.withDescription("Do not ask (default: off)")),
  ...deliveryOptions,
  ...settingsOptions,
}

export type RotateOptions = Command.Command.ParseConfig<typeof options>

/** Finds the PAT to replace, and what its successor is to be. */
const prepare = Effect.fnUntraced(function* (
  keyId: KeyId.KeyId,
  chosen: ExpiryDate | undefined,
  keep: boolean,
) {
  const { own, pats, serverTime } = yield* (yield* PatApi).list
  const pat = yield* find(keyId, pats)
  const now = yield* Clock.currentTimeMillis
  const successor = yield* NewPat.successorOf({ ...pat, key_id: keyId }, chosen, now)
  const replacement: Replacement = {
    old: [{ keyId, works: works(pat, serverTime ?? now), own: own === keyId }],
    listed: new Set(pats.map((listed) => listed.key_id)),
    keep,
  }
  return { keyId, pat, pats, replacement, successor }
})

const confirmed = Effect.fnUntraced(function* ({
  keyId,
  pats,
  replacement: { keep },
  successor: { expiry },
}: Effect.Effect.Success<ReturnType<typeof prepare>>) {
  const end = expiry === undefined ? "" : ` that expires on ${expiry}`
  const subject = describe(keyId, pats)
  const sure = yield* confirm(
    keep
      ? printable`Create a successor${end} of ${subject}, which is kept?`
      : printable`Replace ${subject} by a new one${end}?`,
  )
  if (!sure) return yield* new Declined()
})

/** Puts a new PAT in the place of an old one: finds it, asks, and hands over. */
export const rotate = Effect.fn("pat.rotate")(function* (given: RotateOptions) {
  const keyId = yield* KeyId.parse(given.keyId)
  const chosen = yield* chosenExpiry(path, given)
  const notices = yield* Notices
  const openDelivery = yield* chooseDelivery(path, given)

  const { pat, replacement, successor } = yield* prepare(keyId, chosen, given.keepOld).pipe(
    Effect.tap((found) => (given.yes ? Effect.void : confirmed(found))),
    Effect.onInterrupt(() => notices.owe(new RotationNotBegun({ keyId }))),
    Effect.tapErrorTag("Quit", () => notices.owe(new RotationNotBegun({ keyId }))),
  )
  const { replace } = yield* Handover
  const [revoked] = yield* replace(replacement, successor, yield* openDelivery("PAT rotated"))
  // All is done by now: a failure to print this is no reason to fail.
  if (!given.json && !given.tokenOnly) {
    yield* Effect.ignore(
      print(
        revoked === undefined
          ? replacement.old.some(({ works }) => works)
            ? printable`PAT ${keyId} is kept; it ${ending(pat)}.`
            : printable`PAT ${keyId} has expired, and needs no revoke.`
          : revoked.unlisted
            ? printable`PAT ${keyId} is no longer listed.`
            : printable`PAT ${keyId} revoked successfully.`,
      ),
    )
  }
}, Effect.scoped)

export const command = Command.make("rotate", options, rotate).pipe(
  Command.withDescription("Replace a PAT by a new one with the same label and scopes"),
  withServices,
  withExamples([
    {
      command: "zpcli pat rotate law-hotel-shape-community",
      description: "Asks first; keeps the length of its life",
    },
    {
      command: "zpcli pat rotate law-hotel-shape-community --expires-in 90d --yes --out ci.pat",
      description: "For a job: the token goes to a new file",
    },
    {
      command: "zpcli pat rotate law-hotel-shape-community --yes -- gh secret set ZPOOLPAT",
      description: "Into a secret store; the old PAT is revoked once that has worked",
    },
  ]),
)
