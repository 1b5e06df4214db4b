import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { afterAll, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { make } from "../../../src/services/node/files.ts"

const folder = mkdtempSync(join(tmpdir(), "zpcli-files-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string) => join(folder, name)
writeFileSync(at("file"), "\uFEFFone\ntwo é\n", { mode: 0o640 })
symlinkSync("file", at("link"))
symlinkSync("loop", at("loop"))
const pipes = process.platform !== "win32" && spawnSync("mkfifo", [at("pipe")]).status === 0

const plain = Effect.provide(FileSystem.FileSystem, NodeFileSystem.layer)
const told = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.map(Effect.either(effect), (result) => JSON.parse(JSON.stringify(result, bigints)) as unknown)
const bigints = (key: string, value: unknown) =>
  // Each reading of a file or folder may move the time of its last.
  key === "atime" ? undefined : typeof value === "bigint" ? String(value) : value

describe("the live file system answers as the platform's own, error for error", () => {
  for (const name of ["file", "link", "loop", "missing", "file/below", "."]) {
    it.effect(`for ${name}`, () =>
      Effect.gen(function* () {
        const [ours, theirs] = [yield* make, yield* plain]
        for (const method of ["stat", "readLink", "readFileString"] as const) {
          expect(yield* told<unknown, unknown>(ours[method](at(name)))).toEqual(
            yield* told<unknown, unknown>(theirs[method](at(name))),
          )
        }
      }),
    )
  }

  it.live.runIf(pipes)("for a named pipe, whose reading can be interrupted (where there is mkfifo)", () =>
    Effect.gen(function* () {
      const [ours, theirs] = [yield* make, yield* plain]
      expect((yield* ours.stat(at("pipe"))).type).toBe((yield* theirs.stat(at("pipe"))).type)
      const writer = Effect.delay(theirs.writeFileString(at("pipe"), "late"), "50 millis")
      const [text] = yield* Effect.all([ours.readFileString(at("pipe")), writer], {
        concurrency: "unbounded",
      })
      expect(text).toBe("late")
    }),
  )
})
