import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { Scope } from "effect/Scope"
import { TokenCache } from "../../../src/services/auth/TokenCache.ts"
import { Files } from "../../../src/services/Files.ts"
import { Process } from "../../../src/services/Process.ts"
import { jwt } from "../fixtures.ts"
import { realFiles } from "./files.ts"
import { here } from "./process.ts"
import { logs, settings } from "./services.ts"

export const tokens = (accessToken = jwt, expiresAt = 3600) => ({
  accessToken: Redacted.make(accessToken),
  idToken: Redacted.make("id"),
  expiresAt,
})
export const stored = JSON.stringify({ access_token: jwt, id_token: "id", expires_at: 3600 })

/** A folder for the cache, not made yet, and what a process would read and write there. */
export const cacheFolder = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const dir = `${yield* fs.makeTempDirectoryScoped()}/cache`
  const log = logs()
  const use = <A, E>(
    run: (cache: Context.Tag.Service<typeof TokenCache>) => Effect.Effect<A, E>,
    given: {
      readonly dir?: string | undefined
      readonly under?: Layer.Layer<never>
      readonly broken?: Partial<FileSystem.FileSystem>
      readonly files?: Files["Type"]
    } = { dir },
  ) =>
    Effect.flatMap(TokenCache, run).pipe(
      Effect.provide(TokenCache.layer),
      Effect.provideService(Files, given.files ?? realFiles),
      Effect.provideService(FileSystem.FileSystem, { ...fs, ...given.broken }),
      Effect.provide(settings({ tokenCacheDir: Option.fromNullable("dir" in given ? given.dir : dir) })),
      Effect.provide(given.under ?? Layer.succeed(Process, here)),
      Effect.provide(log.layer),
    )
  const file = `${dir}/zpool_token_api.test_ada`
  const put = (text: string, mode = 0o600) =>
    Effect.gen(function* () {
      yield* fs.makeDirectory(dir, { recursive: true, mode: 0o700 })
      yield* fs.writeFileString(file, text)
      yield* fs.chmod(file, mode)
    })
  const read = (...rest: Parameters<typeof use> extends [unknown, ...infer R] ? R : never) =>
    Effect.map(
      use((cache) => cache.read("ada"), ...rest),
      Option.map(Redacted.value),
    )
  const modeOf = (path: string) => Effect.map(fs.stat(path), ({ mode }) => mode & 0o777)
  return { fs, dir, file, log, use, put, read, modeOf }
})

export const scoped = <A, E>(test: Effect.Effect<A, E, FileSystem.FileSystem | Scope>) =>
  Effect.provide(test, NodeFileSystem.layer)
