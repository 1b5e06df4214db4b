import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { SettingsError } from "../domain/Errors.ts"
import { explained } from "../domain/errors/words.ts"
import { CommandRunner, credentialVariables } from "../services/CommandRunner.ts"
import { codeOf } from "../services/Files.ts"
import { Process } from "../services/Process.ts"
import { ExitWith } from "./errors/failure.ts"
import { print, printError } from "./output/print.ts"
import { introduceShell, quoteAlways } from "./output/shell.ts"
import { trailingCommand, withCompletions, withExamples } from "./strict/annotations.ts"

/** The username and the password of a sandbox. */
const account = "demo"

/** The variables that make zpcli, and scripts that use it, use a sandbox and not the real account. */
const variables = (url: string, rcfile: string): Record<string, string> => ({
  ZPOOL_API_URL: url,
  ZPOOL_USER: account,
  ZPOOL_PASSWORD: account,
  ZPOOLPAT: "",
  // An empty ZPOOLPAT is ignored, so a PAT in the user's own rcfile would be used.
  ZPOOL_RCFILE: rcfile,
})

/** Empties the credential variables that are set. */
const emptied = Effect.gen(function* () {
  const empty: Record<string, string> = {}
  for (const name of credentialVariables)
    if (Option.isSome(yield* Effect.option(Config.string(name)))) empty[name] = ""
  return empty
})

/** `NO_PROXY`, in both spellings, with this machine added, for clients that would use a proxy. */
const noProxy = Effect.gen(function* () {
  const lower = yield* Effect.option(Config.string("no_proxy"))
  const upper = yield* Effect.option(Config.string("NO_PROXY"))
  const given = Option.getOrElse(
    Option.orElse(lower, () => upper),
    () => "",
  ).trim()
  const hosts = given === "*" ? given : given === "" ? "127.0.0.1" : `${given},127.0.0.1`
  return { NO_PROXY: hosts, no_proxy: hosts }
})

/** Shown when a shell with the sandbox starts. */
const introduction = [
  `In this shell, zpcli is signed in to a sandbox as ${account}, not to your account.`,
  "Try zpcli pat list. To leave and delete the sandbox, type exit.",
]

/** Shown when that shell has ended. */
const farewell = "The sandbox and its PATs were deleted."

/** Reads a seed file. */
const readSeed = Effect.fnUntraced(function* <A>(
  file: string,
  parse: (text: string) => Effect.Effect<A, string>,
) {
  const fs = yield* FileSystem.FileSystem
  return yield* fs.readFileString(file).pipe(
    Effect.mapError((error) => `can't be read (${explained(codeOf(error))})`),
    Effect.flatMap(parse),
    Effect.mapError(
      (reason) =>
        new SettingsError({
          source: `--seed ${file}`,
          reason,
          advice: "Write a JSON list of PATs, as in docs/sandbox.md.",
        }),
    ),
  )
})

/** `zpcli sandbox`: a local copy of the API, to try zpcli without an account. */
export const command = () =>
  Command.make(
    "sandbox",
    {
      command: trailingCommand("Command to run against the sandbox; zpcli exits with its exit code"),
      port: Options.text("port").pipe(
        Options.withPseudoName("number"),
        Options.withDescription("Listen on this port of 127.0.0.1 (default: any free port)"),
        Options.optional,
      ),
      jwtSeconds: Options.text("jwt-seconds").pipe(
        Options.withPseudoName("number"),
        Options.withDescription("How many seconds a sign-in lasts (default: 3600)"),
        Options.withDefault("3600"),
      ),
      seed: Options.text("seed").pipe(
        Options.withPseudoName("file"),
        Options.withDescription("Start with the PATs in this JSON file, or with built-in examples (demo)"),
        Options.optional,
        withCompletions("files"),
      ),
      fail: Options.text("fail").pipe(
        Options.withPseudoName("fault"),
        Options.withDescription('Make requests fail, such as "POST /pat 503" or "DELETE /pat after-drop 1"'),
        Options.repeated,
      ),
    },
    (args) =>
      Effect.gen(function* () {
        const { demo, makeRcfile, parseFault, parseSeed, serve } = yield* Effect.promise(
          () => import("../services/sandbox/index.ts"),
        )
        const number = (option: string, text: string, most: number) =>
          /^\d{1,9}$/.test(text) && Number(text) <= most
            ? Effect.succeed(Number(text))
            : Effect.fail(
                new SettingsError({
                  source: `${option} ${text}`,
                  reason: "is not valid",
                  advice: `${option} takes a whole number from 0 to ${most}.`,
                }),
              )
        const port = Option.isSome(args.port) ? yield* number("--port", args.port.value, 65_535) : 0
        const jwtSeconds = yield* number("--jwt-seconds", args.jwtSeconds, 999_999_999)
        const faults = yield* Effect.forEach(args.fail, (text) =>
          Either.mapLeft(
            parseFault(text),
            (reason) => new SettingsError({ source: `--fail "${text}"`, reason }),
          ),
        )
        const seed = yield* Option.match(args.seed, {
          onNone: () => Effect.succeed(undefined),
          // A file with that name can be given as ./demo.
          onSome: (seed) => (seed === "demo" ? demo : readSeed(seed, parseSeed)),
        })
        const struck = new Set<unknown>()
        let introduced = false
        // Added before the sandbox starts, so that it runs after the sandbox has stopped.
        yield* Effect.addFinalizer(() => (introduced ? printError(farewell) : Effect.void))
        const { url } = yield* serve({
          user: account,
          password: Redacted.make(account),
          port,
          jwtSeconds,
          faults,
          onFault: (fault) => void struck.add(fault),
          ...(seed === undefined ? {} : { seed }),
          onRequest: ({ method, path, status }) => Effect.logDebug(`sandbox: ${method} ${path} ${status}`),
        })
        yield* Effect.addFinalizer(() =>
          Effect.forEach(
            args.fail,
            (text, index) =>
              struck.has(faults[index]) ? Effect.void : printError(`--fail "${text}" was never triggered.`),
            { discard: true },
          ),
        )
        const environment = { ...(yield* emptied), ...variables(url, yield* makeRcfile(url)) }
        const [name, ...rest] = args.command
        if (name !== undefined) {
          const { find, run } = yield* CommandRunner
          yield* find(name)
          introduced = yield* introduceShell(name, rest, introduction)
          const code = yield* run([name, ...rest], { ...environment, ...(yield* noProxy) })
          return code === 0 ? undefined : yield* new ExitWith({ code })
        }
        const assignments = Object.entries(environment).map(
          ([key, value]) => `export ${key}=${quoteAlways(value)}`,
        )
        const serves = `The sandbox is running at ${url}. Press Ctrl-C to stop it.`
        if ((yield* Process).stdout.isTerminal) {
          const indented = [...assignments, "", "zpcli pat list"].map((line) => `  ${line}`)
          yield* print([`${serves} In another terminal, run:`, "", ...indented])
        } else {
          // A script can source stdout.
          yield* printError(serves)
          yield* print(assignments)
        }
        return yield* Effect.never
      }).pipe(Effect.scoped),
  ).pipe(
    Command.withDescription("Run a local copy of the API, to try zpcli or test scripts"),
    withExamples([
      {
        command: "zpcli sandbox --seed demo -- bash",
        description: "Start a shell in which zpcli is signed in to a sandbox with some PATs",
      },
      {
        command: "zpcli sandbox --seed pats.json -- ./clean-up.sh",
        description: "Test a script with old and unused PATs",
      },
      {
        command: "zpcli sandbox",
        description: "Keep the sandbox running, and print the variables to set in another terminal",
      },
    ]),
  )
