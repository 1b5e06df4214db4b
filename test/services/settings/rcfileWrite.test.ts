import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { describe, expect, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { Files } from "../../../src/services/Files.ts"
import { Process } from "../../../src/services/Process.ts"
import { Connection } from "../../../src/services/settings/Connection.ts"
import * as rcfileWrite from "../../../src/services/settings/rcfileWrite.ts"
import { Settings } from "../../../src/services/settings/Settings.ts"
import { newToken as token } from "../../support/fixtures.ts"
import { failingFiles, realFiles } from "../../support/world/files.ts"
import { here } from "../../support/world/process.ts"
import { posix, whereModes } from "../../support/world/services.ts"

/** Saves the token in an rcfile, between opening and saving which something may happen. */
const save = (rcfile: string, meanwhile: Effect.Effect<unknown, unknown> = Effect.void) =>
  Effect.gen(function* () {
    const store = yield* rcfileWrite.open
    yield* Effect.orDie(meanwhile)
    yield* store.save(Redacted.make(token))
  }).pipe(
    Effect.provide(
      Layer.provideMerge(
        Connection.layer,
        Settings.layer({ rcfile: Option.some(rcfile), auth: "auto", save: true }),
      ),
    ),
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map())),
  )

/** A folder of the real file system. */
const emptyFolder = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.realPath(yield* fs.makeTempDirectoryScoped())
  return { fs, folder, rcfile: `${folder}/zpoolrc` }
})

const live = Effect.provide(
  Layer.mergeAll(NodeFileSystem.layer, NodePath.layer, Layer.succeed(Files, realFiles)),
)

describe("a PAT that is saved in the rcfile", () => {
  it.scoped.each<[content: string, after: string]>([
    ["", `ZPOOLPAT=${token}\n`],
    ["A=1\nZPOOLPAT='old' # mine\nB=2", `A=1\nZPOOLPAT=${token}\nB=2`],
    ["\ufeffA=1\r\nexport ZPOOLPAT=old\r\n\r\n", `\ufeffA=1\r\nZPOOLPAT=${token}\r\n\r\n`],
    ["A=1\r\nB=2", `A=1\r\nB=2\r\nZPOOLPAT=${token}\r\n`],
    ['ZPOOLPAT=a\nA="x\nZPOOLPAT=c\nC=3\n', `ZPOOLPAT=${token}\nA="x\nC=3\n`],
  ])("turns %j into %j", ([content, after]) =>
    Effect.gen(function* () {
      const { folder, fs, rcfile } = yield* emptyFolder
      yield* fs.writeFileString(rcfile, content)
      yield* save(rcfile)
      expect(Buffer.from(yield* fs.readFile(rcfile)).toString()).toBe(after)
      expect(yield* fs.readDirectory(folder)).toEqual(["zpoolrc"])
    }).pipe(live),
  )

  posix(`creates the file and its folders as private${whereModes}`, () =>
    Effect.gen(function* () {
      const { folder, fs } = yield* emptyFolder
      yield* save(`${folder}/a/b/zpoolrc`)
      const modes = yield* Effect.forEach(["a", "a/b", "a/b/zpoolrc"], (path) =>
        Effect.map(fs.stat(`${folder}/${path}`), ({ mode }) => mode & 0o777),
      )
      expect(modes).toEqual([0o700, 0o700, 0o600])
      yield* fs.chmod(`${folder}/a/b/zpoolrc`, 0o644)
      yield* save(`${folder}/a/b/zpoolrc`)
      expect((yield* fs.stat(`${folder}/a/b/zpoolrc`)).mode & 0o777).toBe(0o600)
    }).pipe(live),
  )

  posix(`is written to the file behind a symbolic link, and the link stays${whereModes}`, () =>
    Effect.gen(function* () {
      const { folder, fs, rcfile } = yield* emptyFolder
      yield* fs.makeDirectory(`${folder}/dotfiles`)
      yield* fs.writeFileString(`${folder}/dotfiles/zpoolrc`, "A=1\n")
      yield* fs.symlink("dotfiles/zpoolrc", rcfile)
      yield* save(rcfile)
      expect(yield* fs.readLink(rcfile)).toBe("dotfiles/zpoolrc")
      expect(yield* fs.readFileString(`${folder}/dotfiles/zpoolrc`)).toBe(`A=1\nZPOOLPAT=${token}\n`)
    }).pipe(live),
  )

  posix(`is refused before anything else happens if the file isn't regular and our own${whereModes}`, () =>
    Effect.gen(function* () {
      const { folder, fs, rcfile } = yield* emptyFolder
      yield* fs.symlink(`${folder}/nowhere`, rcfile)
      const dangling = yield* Effect.flip(save(rcfile))
      expect(dangling).toMatchObject({
        _tag: "SettingsError",
        reason: expect.stringMatching(/^is a symbolic link to a file that does not exist/),
      })
      yield* fs.remove(rcfile)
      yield* fs.writeFileString(rcfile, "A=1\n")
      const foreign = yield* Effect.flip(Effect.provideService(save(rcfile), Process, { ...here, uid: 4242 }))
      expect(foreign).toMatchObject({
        _tag: "SettingsError",
        reason: expect.stringMatching(/^belongs to another/),
      })
      expect(yield* fs.readFileString(rcfile)).toBe("A=1\n")
      const device = yield* Effect.flip(save("/dev/null"))
      expect(device).toMatchObject({
        _tag: "SettingsError",
        reason: expect.stringMatching(/^is not a regular/),
      })
    }).pipe(live),
  )

  it.scoped("is refused before anything else happens if the folder isn't writable", () =>
    Effect.gen(function* () {
      const { fs, rcfile } = yield* emptyFolder
      yield* fs.writeFileString(rcfile, "A=1\n")
      const error = yield* Effect.flip(
        Effect.provideService(save(rcfile), Files, failingFiles("look", "EROFS")),
      )
      expect(error).toMatchObject({
        _tag: "SettingsError",
        source: rcfile,
        reason: "can't be written (EROFS)",
      })
    }).pipe(live),
  )

  it.scoped("leaves the file unchanged, and no other file behind, if it can't be replaced", () =>
    Effect.gen(function* () {
      const { folder, fs, rcfile } = yield* emptyFolder
      yield* fs.writeFileString(rcfile, "A=1\n")
      const error = yield* Effect.flip(
        Effect.provideService(save(rcfile), Files, failingFiles("write", "EBUSY")),
      )
      expect(error).toMatchObject({ _tag: "DeliveryFailed", target: rcfile, why: "EBUSY" })
      expect(yield* fs.readFileString(rcfile)).toBe("A=1\n")
      expect(yield* fs.readDirectory(folder)).toEqual(["zpoolrc"])
    }).pipe(live),
  )

  it.scoped("keeps what was written to the file in the meantime", () =>
    Effect.gen(function* () {
      const { fs, rcfile } = yield* emptyFolder
      yield* fs.writeFileString(rcfile, "A=1\n")
      yield* save(rcfile, fs.writeFileString(rcfile, "A=1\nB=2\n"))
      expect(yield* fs.readFileString(rcfile)).toBe(`A=1\nB=2\nZPOOLPAT=${token}\n`)
    }).pipe(live),
  )

  it.scoped("isn't written to a file that was damaged in the meantime", () =>
    Effect.gen(function* () {
      const { fs, rcfile } = yield* emptyFolder
      const error = yield* Effect.flip(save(rcfile, fs.writeFileString(rcfile, "ZPOOLPAT x\n")))
      expect(error).toMatchObject({ _tag: "DeliveryFailed", why: "it must have the form KEY=value" })
      expect(yield* fs.readFileString(rcfile)).toBe("ZPOOLPAT x\n")
    }).pipe(live),
  )
})
