import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Expiry from "../../domain/Expiry.ts"
import * as Label from "../../domain/Label.ts"
import { NewPat } from "../../domain/NewPat.ts"
import * as Scope from "../../domain/Scope.ts"
import { CommandRunner } from "../../services/CommandRunner.ts"
import { Process } from "../../services/Process.ts"
import { Handover } from "../../services/pats/Handover.ts"
import { PatApi } from "../../services/pats/PatApi.ts"
import { Connection } from "../../services/settings/Connection.ts"
import { ExitWith } from "../errors/failure.ts"
import { jsonOption, newPat, scopeNames, scopeOption, settingsOptions } from "../options.ts"
import * as otherTools from "../otherTools.ts"
import { printError } from "../output/print.ts"
import { introduceShell } from "../output/shell.ts"
import { withServices } from "../services.ts"
import { trailingCommand, withExamples, withGroup, withOtherWords } from "../strict/annotations.ts"

export const path = ["pat", "run"]

const options = () => ({
  scope: scopeOption(`Grant this scope: ${scopeNames}`, { required: true }),
  label: Options.text("label").pipe(
    Options.withPseudoName("label"),
    Options.withDescription(
      "Label of the PAT (default: zpcli run, the name of this machine and a random word)",
    ),
    Options.optional,
    withGroup(newPat),
  ),
  expiresIn: Options.text("expires-in").pipe(
    Options.withPseudoName("duration"),
    Options.withDescription(
      "Expire after this long, rounded up to midnight UTC, as a safety net if zpcli can't revoke the PAT (default: 1h)",
    ),
    Options.withDefault("1h"),
    withGroup(newPat),
  ),
  json: jsonOption("Print zpcli's own errors as JSON on stderr"),
  command: trailingCommand(
    "Command that gets the token in the variable ZPOOLPAT; zpcli exits with its exit code",
    {
      required: true,
    },
  ),
  ...settingsOptions(),
})

export type RunOptions = Command.Command.ParseConfig<ReturnType<typeof options>>

/** A random word of eight characters. */
const nonce = Effect.map(Random.nextIntBetween(0, 2 ** 32), (value) => value.toString(16).padStart(8, "0"))

/** Runs a command with a temporary PAT, and revokes the PAT when the command ends. */
export const run = Effect.fn("pat.run")(function* (given: RunOptions) {
  const [name = "", ...args] = given.command
  const duration = yield* Expiry.parseDuration(given.expiresIn)
  const scopes = yield* Scope.parseAll(given.scope)
  const label = Option.isSome(given.label)
    ? yield* Label.parse(given.label.value)
    : Label.ofRun(yield* (yield* Process).hostName, yield* nonce)
  // A duration that is too long, and a command that doesn't exist, are refused before anything is sent.
  yield* Expiry.dateAfter(duration, yield* Clock.currentTimeMillis)
  const runner = yield* CommandRunner
  yield* runner.find(name)
  const { api } = yield* Connection
  const { lend } = yield* Handover
  const shell = introduceShell(name, args, [
    `In this shell, zpcli is signed in with the new PAT "${label}".`,
    "To leave and revoke the PAT, type exit.",
  ])
  let introduced = false
  // A PAT expires by the API's clock.
  const expiry = yield* Expiry.dateAfter(duration, yield* (yield* PatApi).now)
  const pat = NewPat.fromInput({ label, scopes, expiry })
  const code = yield* lend({ pat, ownLabel: Option.isNone(given.label) }, (token) =>
    Effect.gen(function* () {
      introduced = yield* Effect.provideService(shell, CommandRunner, runner)
      return yield* runner.run([name, ...args], { ZPOOLPAT: token, ZPOOL_API_URL: api.base })
    }),
  )
  if (introduced) yield* printError(`The PAT "${label}" was revoked.`)
  return code === 0 ? undefined : yield* new ExitWith({ code })
})

export const command = () =>
  Command.make("run", options(), withServices(run)).pipe(
    Command.withDescription("Run a command with a temporary PAT, which is revoked when the command ends"),
    withOtherWords(otherTools.run),
    withExamples([
      {
        command: "zpcli pat run --scope job -- ./deploy.sh",
        description: "Run a script that finds the token in ZPOOLPAT",
      },
      {
        command: "zpcli pat run --scope zpool --expires-in 8h -- bash",
        description: "Start a shell with a PAT that is revoked when you leave it",
      },
    ]),
  )
