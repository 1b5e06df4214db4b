import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Layer from "effect/Layer"
import { PatApi } from "../services/PatApi.ts"
import { type Flags, Settings } from "../services/Settings.ts"
import { SignIn } from "../services/SignIn.ts"
import { TokenCache } from "../services/TokenCache.ts"
import { Transport } from "../services/Transport.ts"
import { AskLive } from "./Prompt.ts"

/** The options that every command which talks to the API has. */
export const settingsOptions = {
  rcfile: Options.text("rcfile").pipe(
    Options.withPseudoName("file"),
    Options.withDescription("Read settings from this file (default: ~/.config/zpools.io/zpoolrc)"),
    Options.optional,
  ),
  auth: Options.choice("auth", ["auto", "pat", "jwt"]).pipe(
    Options.withDescription(
      "Sign in with a PAT, with username and password (jwt), or whichever is set (default: auto)",
    ),
    Options.withDefault("auto" as const),
  ),
}

/** `--json`, with what it prints. */
export const jsonOption = (description: string) =>
  Options.boolean("json").pipe(Options.withDescription(description))

/** The services of one command, built from its own flags. */
const apiLayer = (flags: Flags) =>
  PatApi.Default.pipe(
    Layer.provide(SignIn.Default),
    Layer.provide(Layer.mergeAll(Transport.Default, TokenCache.Default, AskLive)),
    Layer.provideMerge(Settings.layer(flags)),
  )

/**
 * Provides a command with the services that its own flags set up: to each
 * command and not to the whole program, so that `--help` needs no settings.
 */
export const withApi = <Name extends string, R, E, A extends Flags>(self: Command.Command<Name, R, E, A>) =>
  Command.provide(self, (flags: A) => apiLayer(flags))
