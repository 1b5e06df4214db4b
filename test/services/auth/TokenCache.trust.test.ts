import { spawnSync } from "node:child_process"
import { lstatSync, rmSync } from "node:fs"
import * as PlatformError from "@effect/platform/Error"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Process } from "../../../src/services/Process.ts"
import { jwt } from "../../support/fixtures.ts"
import { failingFiles } from "../../support/world/files.ts"
import { here } from "../../support/world/process.ts"
import { posix, whereModes } from "../../support/world/services.ts"
import { cacheFolder, scoped, stored, tokens } from "../../support/world/tokenCache.ts"

describe("the token cache is not used, with a warning,", () => {
  const expectIgnored = (lines: ReadonlyArray<string>, why: RegExp) => {
    expect(lines).toStrictEqual([expect.stringMatching(why)])
    expect(lines[0]).toMatch(/^WARN The token cache /)
    expect(lines[0]).not.toContain("eyJ")
  }

  posix(`if another user owns it${whereModes}`, () =>
    scoped(
      Effect.gen(function* () {
        const { dir, file, fs, log, put, read, use } = yield* cacheFolder
        const uid = (process.getuid?.() ?? 0) + 1
        const under = Layer.succeed(Process, { ...here, uid })
        yield* put(stored)
        expect(yield* read({ dir, under })).toStrictEqual(Option.none())
        expectIgnored(log.lines.splice(0), /belongs to another user/)
        yield* use((cache) => cache.write("ada", tokens("eyJnew")), { dir, under })
        expectIgnored(log.lines.splice(0), /belongs to another user/)
        expect(yield* fs.readFileString(file)).toBe(stored)
      }),
    ),
  )

  posix(`if others can write to its folder or its file${whereModes}`, () =>
    scoped(
      Effect.gen(function* () {
        const { dir, file, fs, log, put, read, use } = yield* cacheFolder
        yield* put(stored)
        for (const mode of [0o777, 0o770, 0o720, 0o702]) {
          yield* fs.chmod(dir, mode)
          expect(yield* read()).toStrictEqual(Option.none())
          expectIgnored(log.lines.splice(0), /other users can write/)
          yield* use((cache) => cache.write("ada", tokens("eyJnew")))
          expectIgnored(log.lines.splice(0), /other users can write/)
          expect(yield* fs.readFileString(file)).toBe(stored)
        }
        yield* fs.chmod(dir, 0o700)
        for (const mode of [0o666, 0o660, 0o602]) {
          yield* fs.chmod(file, mode)
          expect(yield* read()).toStrictEqual(Option.none())
          expectIgnored(log.lines.splice(0), /other users can write/)
        }
      }),
    ),
  )

  posix(`if its file is a symbolic link, which a write leaves unchanged${whereModes}`, () =>
    scoped(
      Effect.gen(function* () {
        const { dir, file, fs, log, put, read, use } = yield* cacheFolder
        yield* put(stored)
        yield* fs.rename(file, `${dir}/target`)
        yield* fs.symlink(`${dir}/target`, file)
        expect(yield* read()).toStrictEqual(Option.none())
        expectIgnored(log.lines.splice(0), /symbolic link/)
        yield* use((cache) => cache.write("ada", tokens("eyJnew")))
        expectIgnored(log.lines.splice(0), /symbolic link/)
        expect(yield* fs.readFileString(`${dir}/target`)).toBe(stored)
        expect(yield* fs.readLink(file)).toBe(`${dir}/target`)
      }),
    ),
  )

  it.scoped("if it can't be read or written", () =>
    scoped(
      Effect.gen(function* () {
        const { dir, log, put, read, use } = yield* cacheFolder
        const denied = (method: string) => () =>
          Effect.fail(
            new PlatformError.SystemError({
              module: "FileSystem",
              method,
              reason: "PermissionDenied",
              pathOrDescriptor: dir,
            }),
          )
        yield* put(stored)
        expect(yield* read({ dir, broken: { readFileString: denied("readFile") } })).toStrictEqual(
          Option.none(),
        )
        expectIgnored(log.lines.splice(0), /PermissionDenied/)
        yield* use((cache) => cache.write("ada", tokens("eyJnew")), {
          dir,
          files: failingFiles("cache", "ENOSPC"),
        })
        expectIgnored(log.lines.splice(0), /ENOSPC/)
        expect(yield* read()).toStrictEqual(Option.some(jwt))
      }),
    ),
  )

  it.scoped("if its folder is a file", () =>
    scoped(
      Effect.gen(function* () {
        const { dir, fs, log, use } = yield* cacheFolder
        yield* fs.writeFileString(dir, "x")
        yield* use((cache) => Effect.zipRight(cache.read("ada"), cache.write("ada", tokens())))
        expectIgnored(log.lines, /it is not a folder/)
        expect(yield* fs.readFileString(dir)).toBe("x")
      }),
    ),
  )

  posix(`if its file is a named pipe${whereModes}`, () =>
    scoped(
      Effect.gen(function* () {
        const { file, log, put, read, use } = yield* cacheFolder
        yield* put(stored)
        rmSync(file)
        spawnSync("mkfifo", ["-m", "600", file])
        expect(yield* read()).toStrictEqual(Option.none())
        expectIgnored(log.lines.splice(0), /it is not a file/)
        yield* use((cache) => cache.write("ada", tokens("eyJnew")))
        expectIgnored(log.lines.splice(0), /it is not a regular file/)
        expect(lstatSync(file).isFIFO()).toBe(true)
      }),
    ),
  )

  it.scoped("if it can't be created, although its parent folders are created as far as possible", () =>
    scoped(
      Effect.gen(function* () {
        const { dir, fs, log, use } = yield* cacheFolder
        const write = (path: string) => use((cache) => cache.write("ada", tokens()), { dir: path })
        yield* write(`${dir}/a/b/c`)
        expect(log.lines).toStrictEqual([])
        expect(yield* fs.exists(`${dir}/a/b/c/zpool_token_api.test_ada`)).toBe(true)
        yield* write(`${dir}/a/b/c/zpool_token_api.test_ada/d`)
        expectIgnored(log.lines, /it can't be written \(ENOTDIR\)/)
      }),
    ),
  )
})
