import { accessSync, constants as modes, statSync } from "node:fs"
import { delimiter, join } from "node:path"
import * as Effect from "effect/Effect"
import type { CommandUnusable } from "../../domain/Errors.ts"
import { codeOf, isWindows, systemError, unusable } from "./child.ts"

/** The files that the system would look for, in its order. */
const candidates = (name: string): ReadonlyArray<string> => {
  const hasFolder = name.includes("/") || (isWindows && name.includes("\\"))
  const files = hasFolder
    ? [name]
    : (process.env.PATH ?? "/usr/bin:/bin").split(delimiter).map((folder) => join(folder || ".", name))
  return isWindows ? files.flatMap((file) => [file, `${file}.exe`, `${file}.com`]) : files
}

/** Fails where a command of this name can't be started. */
export const find = (name: string): Effect.Effect<void, CommandUnusable> =>
  Effect.suspend(() => {
    let refused: unknown
    for (const file of name === "" ? [] : candidates(name)) {
      try {
        if (statSync(file).isFile()) {
          accessSync(file, modes.X_OK)
          return Effect.void
        }
        if (file === name) refused = systemError("EISDIR")
      } catch (error) {
        const code = codeOf(error)
        if (code !== "ENOENT" && code !== "ENOTDIR") refused ??= error
      }
    }
    return Effect.fail(unusable(name, refused ?? systemError("ENOENT")))
  })
