import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { SettingsError } from "../../domain/Errors.ts"
import { exclusive, jsonOption, requires } from "../options.ts"
import { trailingCommand, withCompletions, withGroup } from "../strict/annotations.ts"
import type { DeliveryFlags, OpenDelivery } from "./announce.ts"
import { toCommand } from "./toCommand.ts"
import { toFile } from "./toFile.ts"
import { toRcfile } from "./toRcfile.ts"
import { toStdout } from "./toStdout.ts"

/** What help calls the options that say where a new token goes. */
const tokenGoes = "Where the token goes"

/** The options that say where a new token goes. */
export const deliveryOptions = {
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
}

/** Other tools mean a format by these. */
const formats: ReadonlyArray<string> = ["json", "yaml", "csv", "table", "text"]

/**
 * Checks where a new token is to go, before anything is sent: a file that can't
 * be made, or a command that does not exist, costs no token.
 */
export const chooseDelivery = Effect.fn("delivery.choose")(function* (
  path: ReadonlyArray<string>,
  flags: DeliveryFlags,
) {
  const { command, json, out, replace, save, tokenOnly } = flags
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
  const open: OpenDelivery =
    name !== undefined
      ? yield* toCommand([name, ...args], flags)
      : Option.isSome(out)
        ? yield* toFile(out.value, flags)
        : save
          ? yield* toRcfile(flags)
          : yield* toStdout(flags)
  return open
})
