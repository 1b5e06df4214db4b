import { spawn } from "node:child_process"
import * as Effect from "effect/Effect"
import { Browser } from "../Browser.ts"

/** The program that opens a page, without a shell in between: on Windows `start` would need one. */
const opener: Readonly<Record<string, readonly [string, ...ReadonlyArray<string>]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
}

/** The browser of a desktop. It goes on when we have ended. */
export const browser = Browser.of({
  open: (url) =>
    Effect.ignore(
      Effect.try(() => {
        const [program, ...args] = opener[process.platform] ?? ["xdg-open"]
        spawn(program, [...args, url], { detached: true, stdio: "ignore" })
          .on("error", () => {})
          .unref()
      }),
    ),
})
