import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import { commandRunner } from "../../../src/services/node/commandRunner.ts"

/** Runs JavaScript in a Node of its own. */
const node = (script: string, environment: Record<string, string> = {}, ...args: ReadonlyArray<string>) =>
  commandRunner.run([process.execPath, "-e", script, ...args], environment)

const folder = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped())

/** Waits until a file is there, and gives its text. */
const appearing = (file: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.readFileString(file)).pipe(
    Effect.filterOrFail((text) => text.endsWith("\n")),
    Effect.retry(Schedule.spaced("20 millis")),
    Effect.timeout("10 seconds"),
  )

const onUnix = process.platform === "win32" ? it.scopedLive.skip : it.scopedLive

describe("run", () => {
  it.scopedLive("returns the command's exit code", () =>
    Effect.gen(function* () {
      expect(yield* node("")).toBe(0)
      expect(yield* node("process.exit(7)")).toBe(7)
    }),
  )

  it.scopedLive("adds variables to the environment, and passes arguments unchanged", () =>
    Effect.gen(function* () {
      const script = `
        const ok = process.env.ZPOOL_USER === "a b" && process.env.PATH && process.argv[1] === "$HOME *"
        process.exit(ok ? 3 : 4)`
      expect(yield* node(script, { ZPOOL_USER: "a b" }, "$HOME *")).toBe(3)
    }),
  )

  it.scopedLive("removes our credentials from the environment, unless they are passed on purpose", () =>
    Effect.gen(function* () {
      const names = ["ZPOOLPAT", "ZPOOLPAT_FILE", "ZPOOLPAT_COMMAND"]
      const all = [...names, "ZPOOL_PASSWORD", "ZPOOL_PASSWORD_FILE", "ZPOOL_PASSWORD_COMMAND"]
      yield* Effect.acquireRelease(
        Effect.sync(() => {
          for (const name of all) process.env[name] = "ours"
        }),
        () =>
          Effect.sync(() => {
            for (const name of all) delete process.env[name]
          }),
      )
      const script = `
        const ours = ${JSON.stringify(all)}.some((name) => process.env[name] === "ours")
        process.exit(ours ? 4 : process.env.ZPOOLPAT === undefined ? 3 : 5)`
      expect(yield* node(script)).toBe(3)
      expect(yield* node(script, { ZPOOLPAT: "zpat_Given" })).toBe(5)
    }),
  )

  it.scopedLive("names a command that doesn't exist", () =>
    Effect.gen(function* () {
      for (const name of ["zpcli-no-such-command", "./no/such/command", ""]) {
        expect(yield* Effect.flip(commandRunner.run([name], {}))).toMatchObject({
          _tag: "CommandUnusable",
          reason: "not-found",
          name,
        })
      }
    }),
  )

  onUnix("names a file that can't be executed", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const file = `${yield* folder}/script`
      yield* fs.writeFileString(file, "exit 0\n", { mode: 0o600 })
      expect(yield* Effect.flip(commandRunner.run([file], {}))).toMatchObject({
        reason: "not-executable",
        name: file,
        code: "EACCES",
      })
    }).pipe(Effect.provide(NodeFileSystem.layer)),
  )

  onUnix("returns 128 plus the signal's number if a signal ended the command", () =>
    Effect.gen(function* () {
      expect(yield* node('process.kill(process.pid, "SIGKILL")')).toBe(137)
      expect(yield* node('process.kill(process.pid, "SIGTERM")')).toBe(143)
    }),
  )

  onUnix("passes SIGTERM on, and disables other listeners in the meantime", () =>
    Effect.gen(function* () {
      const ready = `${yield* folder}/ready`
      let calls = 0
      const listener = () => {
        calls += 1
      }
      yield* Effect.acquireRelease(
        Effect.sync(() => {
          process.on("SIGINT", listener)
          process.once("SIGTERM", listener)
        }),
        () =>
          Effect.sync(() => {
            process.off("SIGINT", listener)
            process.off("SIGTERM", listener)
          }),
      )
      const script = `
        // It gets SIGINT too where no terminal sends it.
        process.on("SIGINT", () => {})
        process.on("SIGTERM", () => process.exit(21))
        require("node:fs").writeFileSync(process.env.READY, "ready\\n")
        setInterval(() => {}, 1000)`
      const fiber = yield* Effect.fork(node(script, { READY: ready }))
      yield* appearing(ready)
      // As the system delivers them: to us alone.
      process.emit("SIGINT", "SIGINT")
      process.emit("SIGTERM", "SIGTERM")
      expect(yield* Fiber.join(fiber)).toBe(21)
      expect(calls).toBe(0)
      process.emit("SIGINT", "SIGINT")
      process.emit("SIGTERM", "SIGTERM")
      expect(calls).toBe(2)
      expect(process.listeners("SIGTERM")).not.toContain(listener)
    }).pipe(Effect.provide(NodeFileSystem.layer)),
  )

  onUnix("ends the command when it is interrupted, and waits until it has ended", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const script = `
        const fs = require("node:fs")
        process.on("SIGTERM", () => setTimeout(() => { fs.writeFileSync(process.env.GONE, "gone\\n"); process.exit() }, 200))
        fs.writeFileSync(process.env.READY, process.pid + "\\n")
        setInterval(() => {}, 1000)`
      const before = process.listenerCount("SIGTERM")
      const fiber = yield* Effect.fork(node(script, { READY: `${dir}/ready`, GONE: `${dir}/gone` }))
      yield* appearing(`${dir}/ready`)
      yield* Fiber.interrupt(fiber)
      const fs = yield* FileSystem.FileSystem
      expect(yield* fs.readFileString(`${dir}/gone`)).toBe("gone\n")
      expect(process.listenerCount("SIGTERM")).toBe(before)
    }).pipe(Effect.provide(NodeFileSystem.layer)),
  )
})
