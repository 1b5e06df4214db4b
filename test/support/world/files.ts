import * as Effect from "effect/Effect"
import { CannotWrite, Files } from "../../../src/services/Files.ts"
import { files } from "../../../src/services/node/files.ts"

/** Files of the real file system. */
export const realFiles = files

/** The same, but for one step that the system refuses with a code. */
export const failingFiles = (step: "look" | "open" | "write" | "cache", code: string) => {
  const fail = () => new CannotWrite({ obstacle: "system", code })
  return Files.of(
    step === "write"
      ? { ...files, open: (path, rules) => Effect.as(files.open(path, rules), fail) }
      : { ...files, [step]: fail },
  )
}
