import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import { PatApi } from "../services/PatApi.ts"
import { Settings } from "../services/Settings.ts"
import { settingsOptions, withApi } from "./common.ts"
import { print } from "./output/print.ts"
import { Printable, printable } from "./output/printable.ts"

/** `zpcli hello`: checks the credential, and says as whom, how and where it signs in. */
export const command = Command.make("hello", settingsOptions, () =>
  Effect.gen(function* () {
    const { api } = yield* Settings
    const { credential, message } = yield* (yield* PatApi).hello
    const how =
      credential._tag === "PAT"
        ? printable`the PAT in ZPOOLPAT`
        : printable`username and password, as ${credential.user}`
    yield* print(
      Printable.join(
        [printable`${message}`, printable`Signed in with: ${how}`, printable`API: ${api.base}`],
        "\n",
      ),
    )
  }),
).pipe(Command.withDescription("Check the credential: as whom, how and where it signs in"), withApi)

export const examples = [
  { line: "zpcli hello", says: "Whichever credential is set" },
  { line: "zpcli hello --auth pat", says: "The PAT alone, as a CI job would" },
]
