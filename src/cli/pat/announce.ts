/** What all deliveries share. */
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { hiddenSecret } from "../../domain/Credential.ts"
import type { OutputFailed, SettingsError } from "../../domain/Errors.ts"
import { withMember, withMessage, withoutMember } from "../../domain/JsonText.ts"
import type { Delivery } from "../../services/pats/Handover.ts"
import type { CreatedToken } from "../../services/pats/outcome.ts"
import type { Lines } from "../output/escape.ts"
import { print, printJson } from "../output/print.ts"

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

/** What `--json` says beside the API's own answer. */
export interface Additions {
  /** Takes the place of the envelope's own. */
  readonly message: string
  /** Members by their path, unless the API has them itself. */
  readonly members: ReadonlyArray<readonly [path: ReadonlyArray<string>, value: unknown]>
}

/** Makes a place ready that a new token will go to, just before it is asked for. */
export type OpenDelivery = (additions?: Additions) => Effect.Effect<Delivery, SettingsError, Scope.Scope>

/** What is said of a new PAT, with lines of its own at the end. */
export const announcement = (keyId: string | undefined, rest: ReadonlyArray<string>): Lines => [
  "PAT created successfully!",
  `ID: ${keyId ?? "-"}`,
  ...rest,
]

/** The API's answer, with what is added to it. */
export const envelopeOf = (created: CreatedToken, additions: Additions | undefined): string => {
  const text = Redacted.value(created.text)
  return additions === undefined
    ? text
    : additions.members.reduce(
        (text, [path, value]) => withMember(text, path, value),
        withMessage(text, additions.message),
      )
}

/** Prints the API's answer where the token went elsewhere: without it, wherever it is in there. */
const printWithoutToken = (created: CreatedToken, additions: Additions | undefined) => {
  const text = envelopeOf(created, additions)
  const token = Redacted.value(created.token)
  return printJson(withoutMember(text, ["detail", "token"]), {
    changeString: (value) => value.replaceAll(token, hiddenSecret),
  })
}

/** Says where a token went that is not on stdout. */
export const announce = (
  created: CreatedToken,
  json: boolean,
  additions: Additions | undefined,
  where: string,
): Effect.Effect<void, OutputFailed> =>
  json ? printWithoutToken(created, additions) : print(announcement(created.keyId, [`Token: ${where}`]))
