import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { DeliveryFailed, type OutputFailed, TokenWouldBeLost } from "../../domain/Errors.ts"
import { Process } from "../../services/Process.ts"
import type { CreatedToken } from "../../services/pats/outcome.ts"
import { print, printJson } from "../output/print.ts"
import {
  type Additions,
  announcement,
  type DeliveryFlags,
  envelopeOf,
  type OpenDelivery,
} from "./announce.ts"

const printed = (
  created: CreatedToken,
  { json, tokenOnly }: DeliveryFlags,
  additions: Additions | undefined,
): Effect.Effect<void, OutputFailed> => {
  if (json) return printJson(envelopeOf(created, additions))
  const token = Redacted.value(created.token)
  if (tokenOnly) return print(token)
  return print(
    announcement(created.keyId, [
      `Token: ${token}`,
      "Make sure to copy your token now. You won't be able to see it again!",
    ]),
  )
}

/** The token is printed: stdout must not throw it away. */
export const toStdout = Effect.fn("delivery.toStdout")(function* (flags: DeliveryFlags) {
  if (yield* (yield* Process).stdout.discards) return yield* new TokenWouldBeLost()
  const open: OpenDelivery = (additions) =>
    Effect.succeed({
      deliver: (created) =>
        Effect.mapError(
          printed(created, flags, additions),
          ({ code }) => new DeliveryFailed({ target: "stdout", code }),
        ),
    })
  return open
})
