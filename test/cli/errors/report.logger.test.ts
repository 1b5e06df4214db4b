import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { logger } from "../../../src/cli/errors/report.ts"
import { PatNotFound } from "../../../src/domain/Errors.ts"
import { withStderr } from "../../support/world/world.ts"

/** What an effect logs on stderr. */
const logged = (effect: Effect.Effect<void>, level: LogLevel.LogLevel = LogLevel.Warning) =>
  effect.pipe(
    Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
    Logger.withMinimumLogLevel(level),
    withStderr,
    Effect.map(({ stderr }) => stderr),
  )

const cause = Cause.fail(new Error("no space\u001b[2J"))

describe("the logger", () => {
  it.effect("writes each message as one escaped line", () =>
    Effect.map(logged(Effect.logWarning("one\u001b[2J", "two")), (stderr) =>
      expect(stderr).toBe("zpcli: warning: one\\x1b[2J\nzpcli: warning: two\n"),
    ),
  )

  it.effect("appends the reason of a cause to the message", () =>
    Effect.map(logged(Effect.logError("The sandbox failed.", cause)), (stderr) =>
      expect(stderr).toBe("zpcli: error: The sandbox failed: no space\\x1b[2J\n"),
    ),
  )

  it.effect.each([
    ["an error", cause, "no space\\x1b[2J"],
    ["a bug", Cause.die(new TypeError("x is not a function")), "x is not a function"],
    ["a text", Cause.die("what"), "what"],
    ["several", Cause.parallel(cause, Cause.fail(new Error("no time"))), "no space\\x1b[2J; no time"],
  ] as const)("writes one line for a cause without a message: %s", ([, alone, words]) =>
    Effect.map(logged(Effect.logError(alone)), (stderr) => expect(stderr).toBe(`zpcli: error: ${words}\n`)),
  )

  it.effect("shows a stack trace only at level debug", () =>
    Effect.gen(function* () {
      const log = Effect.logError("It failed.", cause)
      expect((yield* logged(log)).split("\n")).toHaveLength(2)
      const lines = (yield* logged(log, LogLevel.Debug)).trimEnd().split("\n")
      expect(lines[0]).toBe("zpcli: error: It failed: no space\\x1b[2J")
      expect(lines.some((line) => /^zpcli: error: +at /.test(line))).toBe(true)
    }),
  )

  it.effect("logs an object with a tag as any other value", () =>
    Effect.gen(function* () {
      for (const value of [
        new PatNotFound({ keyId: "a-b-c-d", status: 404 }),
        { _tag: "ExitWith", code: 5 },
      ]) {
        const lines = (yield* logged(Effect.logWarning(value))).split("\n")
        expect(lines).toHaveLength(2)
        expect(lines[0]).toMatch(/^zpcli: warning: ./)
        expect(lines.join()).not.toContain("See the key IDs")
      }
    }),
  )

  it.effect("writes levels below info as debug", () =>
    Effect.map(logged(Effect.logTrace("x"), LogLevel.All), (stderr) =>
      expect(stderr).toBe("zpcli: debug: x\n"),
    ),
  )
})
