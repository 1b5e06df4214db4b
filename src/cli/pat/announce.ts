/** What all deliveries share. */
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { OutputFailed, SettingsError } from "../../domain/Errors.ts"
import { withMessage, withoutMember } from "../../domain/JsonText.ts"
import type { Delivery } from "../../services/Handover.ts"
import type { CreatedToken } from "../../services/results.ts"
import { print, printJson } from "../output/print.ts"
import { Printable, printable } from "../output/printable.ts"

/** Where a token is to go, as the command line says. */
export interface DeliveryFlags {
  readonly json: boolean
  readonly tokenOnly: boolean
  readonly out: Option.Option<string>
  /** Into the rcfile. */
  readonly save: boolean
  readonly replace: boolean
  readonly command: ReadonlyArray<string>
}

/**
 * Makes a place ready that a new token will go to, just before it is asked for.
 *
 * @param message - takes the place of the envelope's own with `--json`
 */
export type OpenDelivery = (message?: string) => Effect.Effect<Delivery, SettingsError, Scope.Scope>

/** What is said of a new PAT, with lines of its own at the end. */
export const announcement = (keyId: string | undefined, rest: ReadonlyArray<Printable>): Printable =>
  Printable.join([printable`PAT created successfully!`, printable`ID: ${keyId ?? "-"}`, ...rest], "\n")

/** The API's answer, with a message of our own where there is one. */
export const envelopeOf = (created: CreatedToken, message: string | undefined): string => {
  const text = Redacted.value(created.text)
  return message === undefined ? text : withMessage(text, message)
}

/** Prints the API's answer where the token went elsewhere: without it, wherever it is in there. */
const printWithoutToken = (created: CreatedToken, message: string | undefined) => {
  const text = envelopeOf(created, message)
  const token = Redacted.value(created.token)
  return printJson(text, {
    spans: withoutMember(text, ["detail", "token"]),
    changeString: (value) => value.replaceAll(token, "[hidden]"),
  })
}

/** Says where a token went that is not on stdout. */
export const announce = (
  created: CreatedToken,
  json: boolean,
  message: string | undefined,
  where: Printable,
): Effect.Effect<void, OutputFailed> =>
  json
    ? printWithoutToken(created, message)
    : print(announcement(created.keyId, [printable`Token: ${where}`]))
