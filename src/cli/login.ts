import * as Command from "@effect/cli/Command"
import * as Terminal from "@effect/platform/Terminal"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { dashboardUrl } from "../domain/ApiUrl.ts"
import { CredentialMissing, CredentialRefused, type NotAsked, SettingsError } from "../domain/Errors.ts"
import { canHold } from "../domain/Rcfile.ts"
import { Session } from "../services/auth/Session.ts"
import { Process } from "../services/Process.ts"
import { PatApi } from "../services/pats/PatApi.ts"
import { Connection } from "../services/settings/Connection.ts"
import * as rcfileWrite from "../services/settings/rcfileWrite.ts"
import { rcfileOption } from "./options.ts"
import * as otherTools from "./otherTools.ts"
import { print } from "./output/print.ts"
import { askLine, show, whyNotAsked } from "./output/prompt.ts"
import { networkServices } from "./services.ts"
import { withExamples, withOtherWords } from "./strict/annotations.ts"

const options = () => ({ rcfile: rcfileOption("Save the PAT in this file") })

export type LoginOptions = Command.Command.ParseConfig<ReturnType<typeof options>>

/**
 * Reads a PAT: hidden at a terminal, where just Enter opens the page that creates one, or else from a line of stdin.
 *
 * @param occupied - the path of the rcfile, if it contains a PAT that would be replaced
 */
const readPat = Effect.fnUntraced(function* (page: string, occupied: string | undefined) {
  const { stdin } = yield* Process
  const missing = (notAsked?: NotAsked) =>
    new CredentialMissing({ variable: "ZPOOLPAT", only: undefined, notAsked, page })
  let given: string | undefined
  if (stdin.isTerminal) {
    const notAsked = yield* whyNotAsked
    if (notAsked !== undefined) return yield* missing(notAsked)
    if (occupied !== undefined)
      yield* show(`${occupied} already contains a PAT. The new one will replace it.`)
    yield* show(`Create a PAT at ${page}`)
    given = yield* askLine("Paste the PAT, or press Enter to open the page:", "hidden")
    if (given === "") {
      yield* (yield* Process).openPage(page)
      given = yield* askLine("Paste the PAT:", "hidden")
    }
  } else {
    given = yield* (yield* Terminal.Terminal).readLine
  }
  const pat = given?.trim() ?? ""
  if (pat === "") return yield* missing()
  if (canHold(pat)) return Redacted.make(pat)
  return yield* new SettingsError({
    source: "The PAT",
    reason: "is not valid: it contains spaces or other invalid characters. Nothing was saved",
    advice: `Copy only the PAT, from ${page}`,
  })
})

/** Reads a PAT, checks it, and saves it in the rcfile. */
export const login = Effect.fn("login")(function* (_: LoginOptions) {
  const { api } = yield* Connection
  const rcfile = yield* rcfileWrite.open
  const page = dashboardUrl(api)
  const saved = yield* rcfileWrite.current
  const pat = yield* readPat(page, Option.isSome(saved) ? rcfile.path : undefined)
  const { hello } = yield* Effect.provide(PatApi.make, Session.ofPat(pat))
  const { message } = yield* Effect.catchTag(
    hello,
    "CredentialRefused",
    ({ requestId, serverMessage, status }) =>
      new CredentialRefused({ requestId, serverMessage, status, credential: { _tag: "Pasted", page } }),
  )
  yield* Effect.mapError(
    rcfile.save(pat),
    ({ target, why }) =>
      new SettingsError({
        source: target,
        reason: `can't be written: ${why}`,
        advice: "Name another file with --rcfile.",
      }),
  )
  const lines = [
    message,
    Option.isSome(saved) && !Equal.equals(saved.value, pat)
      ? `Replaced the PAT in: ${rcfile.path}`
      : `Saved the PAT in: ${rcfile.path}`,
    `API: ${api.base}`,
  ]
  // The PAT is saved by now, so a failed write to stdout isn't an error.
  yield* Effect.ignore(print(lines))
})

export const command = () =>
  Command.make("login", options(), (given) =>
    Effect.flatMap(networkServices({ ...given, auth: "pat", save: true }), (network) =>
      Effect.provide(login(given), network),
    ),
  ).pipe(
    Command.withDescription("Sign in: check a PAT, and save it for later commands"),
    withOtherWords(otherTools.login),
    withExamples([
      { command: "zpcli login", description: "Paste a PAT at a hidden prompt" },
      {
        command: "zpcli login --rcfile ~/staging.rc",
        description: "Save it in a different file",
      },
    ]),
  )
