import * as Options from "@effect/cli/Options"
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import { DeliveryFailed, type OutputFailed, SettingsError, TokenWouldBeLost } from "../../domain/Errors.ts"
import { withoutMember } from "../../domain/JsonText.ts"
import type { Delivery } from "../../services/Handover.ts"
import { codeOf } from "../../services/platformErrors.ts"
import type { CreatedToken } from "../../services/results.ts"
import { Streams } from "../../services/Streams.ts"
import { exclusive, jsonOption } from "../options.ts"
import { print, printJson } from "../output/print.ts"
import { Printable, printable } from "../output/printable.ts"
import { withCompletions } from "../strict/annotations.ts"

/** The options that say where a new token goes. */
export const deliveryOptions = {
  json: jsonOption("Output raw JSON (default: off)"),
  tokenOnly: Options.boolean("token-only").pipe(
    Options.withDescription("Print the token and nothing else on stdout (default: off)"),
  ),
  out: Options.text("out").pipe(
    Options.withPseudoName("file"),
    Options.withDescription("Write the token to this new file, mode 0600, and not to the terminal"),
    Options.optional,
    withCompletions("files"),
  ),
}

interface DeliveryFlags {
  readonly json: boolean
  readonly tokenOnly: boolean
  readonly out: Option.Option<string>
}

const announcement = (keyId: string | undefined, rest: ReadonlyArray<Printable>): Printable =>
  Printable.join([printable`PAT created successfully!`, printable`ID: ${keyId ?? "-"}`, ...rest], "\n")

const onStdout = (
  created: CreatedToken,
  { json, tokenOnly }: DeliveryFlags,
): Effect.Effect<void, OutputFailed> => {
  if (json) return printJson(Redacted.value(created.text))
  const token = Redacted.value(created.token)
  if (tokenOnly) return print(printable`${token}`)
  return print(
    announcement(created.keyId, [
      printable`Token: ${token}`,
      printable`Make sure to copy your token now. You won't be able to see it again!`,
    ]),
  )
}

/** Prints the API's answer where the token went elsewhere: without it, wherever it is in there. */
const printWithoutToken = (created: CreatedToken): Effect.Effect<void, OutputFailed> => {
  const text = Redacted.value(created.text)
  const token = Redacted.value(created.token)
  return printJson(text, {
    spans: withoutMember(text, ["detail", "token"]),
    changeString: (value) => value.replaceAll(token, "[hidden]"),
  })
}

/**
 * Makes the place ready that a new token will go to, before it is asked for,
 * so that a file that can't be made costs no token: it must not exist, not even
 * as a symbolic link, and it goes away again unless the token got into it.
 * This is the only place outside the network and the cache that unwraps a token.
 */
export const prepareDelivery = Effect.fn("delivery.prepare")(function* (
  path: ReadonlyArray<string>,
  flags: DeliveryFlags,
) {
  yield* exclusive(path, { "--json": flags.json, "--token-only": flags.tokenOnly })
  yield* exclusive(path, { "--token-only": flags.tokenOnly, "--out": Option.isSome(flags.out) })
  if (Option.isNone(flags.out)) {
    if ((yield* Streams).stdout.discards) return yield* new TokenWouldBeLost()
    const deliver = (created: CreatedToken) =>
      Effect.mapError(onStdout(created, flags), ({ code }) => new DeliveryFailed({ target: "stdout", code }))
    return { deliver } satisfies Delivery
  }

  const target = flags.out.value
  const fs = yield* FileSystem.FileSystem
  const delivered = yield* Ref.make(false)
  const cannot = (error: PlatformError) =>
    new SettingsError({
      advice: "Name another file with --out.",
      source: `--out ${target}`,
      reason:
        error._tag === "SystemError" && error.reason === "AlreadyExists"
          ? "exists already, and is never overwritten"
          : `can't be made (${codeOf(error)})`,
    })
  // In one step, so that a signal in between leaves no empty file behind.
  const file = yield* Effect.acquireRelease(
    Effect.mapError(fs.open(target, { flag: "wx", mode: 0o600 }), cannot),
    () =>
      Effect.flatMap(Ref.get(delivered), (done) => (done ? Effect.void : Effect.ignore(fs.remove(target)))),
  )
  const deliver = (created: CreatedToken) =>
    file.writeAll(new TextEncoder().encode(Redacted.value(created.token))).pipe(
      Effect.zipRight(file.sync),
      Effect.mapError((error) => new DeliveryFailed({ target, code: codeOf(error) })),
      Effect.zipRight(Ref.set(delivered, true)),
      // The token is safe by now: that stdout can't take the news is no reason to fail.
      Effect.zipRight(
        Effect.ignore(
          flags.json
            ? printWithoutToken(created)
            : print(announcement(created.keyId, [printable`Token: written to ${target}`])),
        ),
      ),
    )
  return { deliver } satisfies Delivery
})
