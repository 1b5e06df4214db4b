import { existsSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import { onTestFinished } from "vitest"
import { commandRunner } from "../../../src/services/node/commandRunner.ts"
import { temporaryFolder } from "../../support/temporaryFolder.ts"

const capture = (command: string) =>
  commandRunner
    .capture({
      command: Redacted.make(command),
      interactive: true,
      maxBytes: 1000,
    })
    .pipe(
      Effect.map(({ exitCode, stdout }) => ({
        exitCode,
        stdout: stdout === undefined ? undefined : Redacted.value(stdout),
      })),
    )

describe("capture", () => {
  it.live("runs a command line in a shell, and returns its output and exit code", () =>
    Effect.gen(function* () {
      expect(yield* capture("echo a&& echo b")).toMatchObject({ exitCode: 0 })
      expect(yield* capture("exit 3")).toEqual({ exitCode: 3, stdout: "" })
    }),
  )
})

describe.skipIf(process.platform === "win32")("capture", () => {
  it.live("returns all of stdout, however the shell ended", () =>
    Effect.gen(function* () {
      expect(yield* capture("printf 'ä\\n'; kill -9 $$")).toEqual({ exitCode: 137, stdout: "ä\n" })
      expect(yield* capture("no-such-program-here 2>/dev/null")).toEqual({ exitCode: 127, stdout: "" })
    }),
  )

  it.live("hides our credentials from the command, and our stdin unless it's a terminal", () =>
    Effect.gen(function* () {
      process.env.ZPOOLPAT_COMMAND = "x"
      onTestFinished(() => {
        delete process.env.ZPOOLPAT_COMMAND
      })
      expect((yield* capture('cat; echo "[$ZPOOLPAT_COMMAND]"')).stdout).toBe("[]\n")
    }),
  )

  it.live("stops a command that prints endlessly", () =>
    Effect.map(capture("yes"), ({ stdout }) => expect(stdout).toBe(undefined)),
  )

  it.live("doesn't wait for background processes of the command", () =>
    Effect.gen(function* () {
      const started = Date.now()
      expect(yield* capture("sleep 4 & echo zpat_x")).toEqual({ exitCode: 0, stdout: "zpat_x\n" })
      expect(Date.now() - started).toBeLessThan(3_500)
    }),
  )

  it.live("stops everything the shell started when it is interrupted", () =>
    Effect.gen(function* () {
      const file = join(temporaryFolder(), "pid")
      const fiber = yield* Effect.fork(
        capture(`trap '' TERM; sh -c 'echo $$ > ${file}.new; mv ${file}.new ${file}; sleep 30; true'; true`),
      )
      while (!existsSync(file)) yield* Effect.sleep("20 millis")
      const started = Date.now()
      yield* Fiber.interrupt(fiber)
      expect(Date.now() - started).toBeLessThan(10_000)
    }),
  )
})
