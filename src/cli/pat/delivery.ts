import type * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { DeliveryFailed, type OutputFailed, SettingsError, TokenWouldBeLost } from "../../domain/Errors.ts"
import { withMember, withMessage, withoutMember } from "../../domain/JsonText.ts"
import type { OldPat } from "../../domain/Rotation.ts"
import { Session } from "../../services/auth/Session.ts"
import { Process } from "../../services/Process.ts"
import { type Deliver, toCommand, toFile, toRcfile } from "../../services/pats/deliverTo.ts"
import type { CreatedToken } from "../../services/pats/results.ts"
import * as rcfileWrite from "../../services/settings/rcfileWrite.ts"
import { maskInData } from "../../services/settings/Secrets.ts"
import { Settings } from "../../services/settings/Settings.ts"
import { exclusive, jsonOption, requires } from "../options.ts"
import { print, printJson } from "../output/print.ts"
import { trailingCommand, withCompletions, withGroup } from "../strict/annotations.ts"

/** What help calls the options that say where a new token goes. */
const tokenGoes = "Where the token goes"

/** The options that say where a new token goes. */
export const deliveryOptions = () => ({
  json: jsonOption("Print raw JSON"),
  tokenOnly: Options.boolean("token-only").pipe(
    Options.withDescription("Print only the token"),
    withGroup(tokenGoes),
  ),
  out: Options.text("out").pipe(
    Options.withPseudoName("file"),
    Options.withDescription("Write the token to a new file (mode 0600)"),
    Options.optional,
    withCompletions("files"),
    withGroup(tokenGoes),
  ),
  save: Options.boolean("save").pipe(
    Options.withDescription("Save the token in the rcfile, as zpcli login does"),
    withGroup(tokenGoes),
  ),
  replace: Options.boolean("replace").pipe(
    Options.withDescription("Let --out and --save replace an existing file or PAT"),
    withGroup(tokenGoes),
  ),
  command: trailingCommand("Command that reads the token from stdin; if it fails, zpcli revokes the new PAT"),
})

/** Where a token is to go, as the command line says. */
export type DeliveryOptions = Command.Command.ParseConfig<ReturnType<typeof deliveryOptions>>

/** What would be done with a new token, in words. */
export const wouldDeliver = ({ command: [name], out, save }: DeliveryOptions): string => {
  if (name !== undefined) return `pass its token to ${name}`
  if (Option.isSome(out)) return `write its token to ${out.value}`
  return save ? "save its token in the rcfile" : "print its token"
}

/** Other tools mean a format by these. */
const formats: ReadonlyArray<string> = ["json", "yaml", "csv", "table", "text"]

/** What `--json` says beside the API's own answer. */
export interface Additions {
  /** Takes the place of the envelope's own. */
  readonly message: string
  /** Members by their path, unless the API has them itself. */
  readonly members: ReadonlyArray<readonly [path: ReadonlyArray<string>, value: unknown]>
}

/** Makes a place ready that a new token will go to, just before it is asked for. */
export type OpenDelivery = (additions?: Additions) => Effect.Effect<Deliver, SettingsError, Scope.Scope>

/**
 * Checks where a new token is to go, before anything is sent: a file that can't
 * be made, or a command that does not exist, costs no token.
 */
export const chooseDelivery = Effect.fn("delivery.choose")(function* (
  path: ReadonlyArray<string>,
  options: DeliveryOptions,
) {
  const { command, json, out, replace, save, tokenOnly } = options
  const [name, ...args] = command
  yield* exclusive(path, { "--json": json, "--token-only": tokenOnly })
  yield* exclusive(path, {
    "--token-only": tokenOnly,
    "--out": Option.isSome(out),
    "--save": save,
    "a command after --": name !== undefined,
  })
  if (Option.isSome(out) && formats.includes(out.value)) {
    return yield* new SettingsError({
      source: `--out ${out.value}`,
      reason: "names a file, not a format",
      advice: `Use --json for JSON, or --out ./${out.value} for a file of that name.`,
    })
  }
  yield* requires(path, { "--replace": replace }, { "--out": Option.isSome(out), "--save": save })
  const place =
    name !== undefined
      ? yield* toCommand([name, ...args])
      : Option.isSome(out)
        ? yield* toFile(out.value, replace)
        : save
          ? yield* toRcfile
          : undefined
  if (place === undefined) return yield* toStdout(options)
  const { open, where } = place
  const openDelivery: OpenDelivery = (additions) =>
    Effect.map(
      open,
      (deliver): Deliver =>
        (created) =>
          // The token is safe once it is delivered: a failed write to stdout is not an error.
          Effect.zipRight(deliver(created), Effect.ignore(printCreated(created, options, additions, where))),
    )
  return openDelivery
})

/** The token is printed: stdout must not throw it away. */
const toStdout = Effect.fn("delivery.toStdout")(function* (options: DeliveryOptions) {
  if (yield* (yield* Process).stdout.discards) return yield* new TokenWouldBeLost()
  const openDelivery: OpenDelivery = (additions) =>
    Effect.succeed((created) =>
      Effect.mapError(
        printCreated(created, options, additions),
        ({ code }) => new DeliveryFailed({ target: "stdout", why: code }),
      ),
    )
  return openDelivery
})

/**
 * Says that a PAT was created.
 *
 * @param where - where its token went, in words; undefined if it is to be printed
 */
const printCreated = (
  created: CreatedToken,
  { json, tokenOnly }: DeliveryOptions,
  additions: Additions | undefined,
  where?: string,
): Effect.Effect<void, OutputFailed> => {
  const token = Redacted.value(created.token)
  if (json) {
    const text = envelopeOf(created, additions)
    if (where === undefined) return printJson(text)
    // The server may repeat the token anywhere in its answer.
    return printJson(withoutMember(text, ["detail", "token"]), {
      changeString: (value) => maskInData(value, created.token),
    })
  }
  if (tokenOnly) return print(token)
  const lines = ["PAT created successfully!", `ID: ${created.keyId ?? "-"}`, `Token: ${where ?? token}`]
  return print(
    where === undefined
      ? [...lines, "Make sure to copy your token now. You won't be able to see it again!"]
      : lines,
  )
}

/** The API's answer, with what is added to it. */
const envelopeOf = (created: CreatedToken, additions: Additions | undefined): string => {
  const text = Redacted.value(created.text)
  return additions === undefined
    ? text
    : additions.members.reduce(
        (text, [path, value]) => withMember(text, path, value),
        withMessage(text, additions.message),
      )
}

/**
 * Refuses to save a token in the place of a PAT that stays: the rcfile may hold
 * the only copy of it. Whose PAT it is can be known only where it signs in.
 *
 * @param old - the PATs that the new one is to replace
 */
export const checkSave = Effect.fn("delivery.checkSave")(function* (
  { replace, save }: DeliveryOptions,
  old: ReadonlyArray<OldPat> = [],
) {
  if (!save || replace) return
  const saved = yield* rcfileWrite.current
  if (Option.isNone(saved)) return
  const rotates = old.length > 0
  const signsIn = rotates && Equal.equals((yield* (yield* Session).credential).token, saved.value)
  if (signsIn && old.some(({ own }) => own)) return
  const { rcfile } = yield* Settings
  return yield* new SettingsError({
    source: rcfile.path,
    reason: `already contains a PAT${rotates ? ", which may not be the one to rotate" : ""}; --save does not replace it`,
    advice: "Add --replace to replace it, or name another file with --rcfile.",
  })
})
