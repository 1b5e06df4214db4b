import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { SettingsError } from "../../domain/Errors.ts"
import { explained } from "../../domain/errors/words.ts"
import { codeOf, Files, wordsOf } from "../Files.ts"

/**
 * Makes an rcfile for a sandbox, in a private temporary folder that the scope's end removes: `login` and `--save`
 * can write to it, and it keeps the rcfile of the real account out of use. It names the API, so that a PAT that is saved in
 * it goes nowhere else.
 *
 * @param url - the API of the sandbox
 * @returns its path
 */
export const makeRcfile = (
  url: string,
): Effect.Effect<string, SettingsError, FileSystem.FileSystem | Path.Path | Files | Scope.Scope> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const unusable = (reason: string) =>
      new SettingsError({
        source: "The system's folder for temporary files",
        reason: `can't be written to (${reason})`,
        advice: "Set TMPDIR to a folder of your own.",
      })
    const folder = yield* Effect.acquireRelease(
      Effect.mapError(fs.makeTempDirectory({ prefix: "zpcli-sandbox-" }), (error) =>
        unusable(explained(codeOf(error))),
      ),
      // Whoever has removed it has done our work.
      (path) => Effect.ignore(fs.remove(path, { recursive: true })),
    )
    const path = (yield* Path.Path).join(folder, "zpoolrc")
    yield* Effect.scoped(
      Effect.flatMap((yield* Files).open(path, { replace: false }), (write) =>
        write(new TextEncoder().encode(`ZPOOL_API_URL=${url}\n`)),
      ),
    ).pipe(Effect.mapError((error) => unusable(wordsOf(error) ?? explained(error.code))))
    return path
  })
