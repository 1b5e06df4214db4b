import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import { type JwtCredential, patFrom } from "../domain/Credential.ts"
import { PatApi } from "../services/pats/PatApi.ts"
import { Connection } from "../services/settings/Connection.ts"
import { jsonOption, settingsOptions } from "./options.ts"
import { print, printJson } from "./output/print.ts"
import { withServices } from "./services.ts"
import { withExamples } from "./strict/annotations.ts"

const options = () => ({ json: jsonOption("Print JSON"), ...settingsOptions() })

export type HelloOptions = Command.Command.ParseConfig<ReturnType<typeof options>>

/** Describes a sign-in by password. Names the source of the password, unless it is the usual variable or was typed. */
const passwordFrom = ({ password, user }: JwtCredential): string =>
  password?.via === undefined
    ? `username and password, as ${user}`
    : `username and the password from ${password.source}, as ${user}`

/** Checks the credential, and prints who is signed in, how, and at which API. */
export const hello = Effect.fn("hello")(function* ({ json }: HelloOptions) {
  const { api } = yield* Connection
  const { credential, message } = yield* (yield* PatApi).hello
  if (json) {
    // The API tells whose PAT it is only in its message.
    const [kind, user, source] =
      credential._tag === "PAT"
        ? ["pat", null, credential.source]
        : ["jwt", credential.user, credential.password?.source ?? null]
    return yield* printJson(JSON.stringify({ message, user, credential: kind, source, api: api.base }))
  }
  const how = credential._tag === "PAT" ? `the ${patFrom(credential)}` : passwordFrom(credential)
  yield* print([message, `Signed in with: ${how}`, `API: ${api.base}`])
})

export const command = () =>
  Command.make("hello", options(), withServices(hello)).pipe(
    Command.withDescription("Show who you're signed in as, how, and to which API"),
    withExamples([
      { command: "zpcli hello", description: "Check the credential that zpcli uses" },
      { command: "zpcli hello --auth pat", description: "Sign in only with a PAT, as in a CI job" },
    ]),
  )
