import * as Effect from "effect/Effect"
import { Browser } from "../Browser.ts"
import { credentialVariables } from "../CommandRunner.ts"
import { environmentWithout } from "./child.ts"

/** The program that opens a page, without a shell in between: on Windows `start` would need one. */
const opener: Readonly<Record<string, readonly [string, ...ReadonlyArray<string>]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
}

/** The browser of a desktop. It goes on when we have ended, without our credentials. */
export const browser = Browser.of({
  open: (url) =>
    Effect.ignore(
      Effect.tryPromise(async () => {
        // Loading it takes 5 ms, which is too much for each start.
        const { spawn } = await import("node:child_process")
        const [program, ...args] = opener[process.platform] ?? ["xdg-open"]
        const env = environmentWithout(credentialVariables)
        spawn(program, [...args, url], { detached: true, stdio: "ignore", env })
          .on("error", () => {})
          .unref()
      }),
    ),
})
