import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import { codeOf } from "./platformErrors.ts"

/**
 * Makes a folder of mode 0700, and those above it. Not with the file system's
 * own `recursive`, which tries for ever below /proc.
 */
export const makeFolder = (
  path: string,
): Effect.Effect<void, PlatformError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const { dirname } = yield* Path.Path
    const parent = dirname(path)
    const make = (yield* FileSystem.FileSystem).makeDirectory(path, { mode: 0o700 })
    yield* make.pipe(
      Effect.catchIf(
        (error) => codeOf(error) === "ENOENT" && parent !== path,
        () => Effect.zipRight(makeFolder(parent), make),
      ),
      Effect.catchIf(
        (error) => codeOf(error) === "EEXIST",
        () => Effect.void,
      ),
    )
  })
