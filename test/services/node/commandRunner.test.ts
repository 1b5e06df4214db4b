import { chmodSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { onTestFinished } from "vitest"
import { commandRunner } from "../../../src/services/node/commandRunner.ts"
import { newToken as token } from "../../support/fixtures.ts"
import { temporaryFolder } from "../../support/temporaryFolder.ts"

const spaced = Schedule.spaced("20 millis")

const give = (script: string, ...args: ReadonlyArray<string>) =>
  commandRunner.give(["sh", "-c", script, "sh", ...args], Redacted.make(token))

describe.skipIf(process.platform === "win32")("give", () => {
  it.live("writes only the secret to stdin", () =>
    Effect.gen(function* () {
      const file = join(temporaryFolder(), "stdin")
      expect(yield* give('cat > "$1"', file)).toEqual({ exitCode: 0, readAll: true })
      expect(readFileSync(file, "utf8")).toBe(token)
    }),
  )

  it.live("returns the exit code, which is the same as a shell's if a signal ended the command", () =>
    Effect.gen(function* () {
      expect(yield* give("cat >/dev/null; exit 3")).toEqual({ exitCode: 3, readAll: true })
      expect(yield* give("cat >/dev/null; kill -9 $$")).toEqual({ exitCode: 137, readAll: true })
    }),
  )

  it.live("removes our credentials from the environment", () =>
    Effect.gen(function* () {
      process.env.ZPOOLPAT_FILE = "x"
      process.env.ZPCLI_TEST_OTHER = "y"
      onTestFinished(() => {
        delete process.env.ZPOOLPAT_FILE
        delete process.env.ZPCLI_TEST_OTHER
      })
      const file = join(temporaryFolder(), "env")
      yield* give('cat >/dev/null; env > "$1"', file)
      const environment = readFileSync(file, "utf8")
      expect(environment).toContain("ZPCLI_TEST_OTHER=y")
      expect(environment).not.toContain("ZPOOLPAT_FILE")
    }),
  )

  it.live("fails if the command can't be started in the end", () =>
    Effect.gen(function* () {
      const script = join(temporaryFolder(), "script")
      writeFileSync(script, "#!/no/such/interpreter\n", { mode: 0o755 })
      expect(yield* Effect.flip(commandRunner.give([script], Redacted.make(token)))).toMatchObject({
        _tag: "CommandUnusable",
        name: script,
        code: "ENOENT",
      })
    }),
  )

  it.live("passes SIGTERM and SIGHUP on, and waits for the command to end", () =>
    Effect.gen(function* () {
      for (const [signal, number] of [
        ["SIGTERM", 15],
        ["SIGHUP", 1],
      ] as const) {
        const ready = join(temporaryFolder(), "ready")
        const before = process.listenerCount(signal)
        const running = yield* Effect.fork(give('cat >/dev/null; echo > "$1"; exec sleep 20', ready))
        yield* Effect.sync(() => readFileSync(ready)).pipe(
          Effect.sandbox,
          Effect.retry({ times: 400, schedule: spaced }),
        )
        process.emit(signal, signal)
        expect(yield* running).toEqual({ exitCode: 128 + number, readAll: true })
        expect(process.listenerCount(signal)).toBe(before)
      }
    }),
  )
})

// Other systems do not tell the writer of a pipe what was left in it.
describe.runIf(process.platform === "linux")("a command that doesn't read its stdin", () => {
  it.live.each([
    ["ends at once", "exit 0"],
    ["closes it at once", "exec <&-; sleep 0.1"],
    ["leaves it open until its end", "sleep 0.1"],
    ["reads the beginning alone", "head -c 5 >/dev/null"],
    ["leaves it to a process that ends later", "exec 3<&0; (sleep 0.3 <&3) & exit 0"],
  ] as const)("and %s is told from one that does", ([, script]) =>
    Effect.gen(function* () {
      expect(yield* give(script)).toEqual({ exitCode: 0, readAll: false })
    }),
  )
})

describe.skipIf(process.platform === "win32")("a command that passes its stdin to another process", () => {
  it.live("counts as having read it if that process reads it to the end", () =>
    Effect.gen(function* () {
      const script = "exec 3<&0; (sleep 0.2; cat <&3 >/dev/null) & exit 0"
      expect(yield* give(script)).toEqual({ exitCode: 0, readAll: true })
    }),
  )

  it.live("counts as not having read it if that process keeps it open", () =>
    Effect.gen(function* () {
      const file = join(temporaryFolder(), "pid")
      const script = 'cat >/dev/null; exec 3<&0; (exec sleep 20 <&3) & echo $! > "$1"; exit 0'
      const [took, end] = yield* Effect.timed(give(script, file))
      process.kill(Number(readFileSync(file, "utf8")))
      expect(end).toEqual({ exitCode: 0, readAll: false })
      expect(Duration.toMillis(took)).toBeLessThan(8_000)
    }),
  )
})

describe.skipIf(process.platform === "win32")("find", () => {
  const found = (name: string) => Effect.either(commandRunner.find(name))

  it.effect("finds the file that the system would start, by its name or path", () =>
    Effect.gen(function* () {
      for (const name of ["sh", "/bin/sh", process.execPath]) {
        expect((yield* found(name))._tag, name).toBe("Right")
      }
    }),
  )

  it.effect("says if there is none", () =>
    Effect.gen(function* () {
      for (const name of ["", "zpcli-no-such-command", "./no/such", "/bin/sh/x"]) {
        expect(yield* Effect.flip(commandRunner.find(name)), name).toMatchObject({
          name,
          reason: "not-found",
        })
      }
    }),
  )

  it.effect("says if it can't be executed", () =>
    Effect.gen(function* () {
      const dir = temporaryFolder()
      const script = join(dir, "script")
      writeFileSync(script, "#!/bin/sh\n")
      chmodSync(script, 0o644)
      for (const name of [dir, script]) {
        expect(yield* Effect.flip(commandRunner.find(name))).toMatchObject({ name, reason: "not-executable" })
      }
    }),
  )
})
