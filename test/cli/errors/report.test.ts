import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { ExitWith } from "../../../src/cli/errors/failure.ts"
import { logger, makeNotices, report } from "../../../src/cli/errors/report.ts"
import { OutcomeUnknown, PatNotFound, TimedOut } from "../../../src/domain/Errors.ts"
import { withStderr } from "../../support/world/world.ts"

const notFound = new PatNotFound({ keyId: "a-b-c-d", status: 404 })

describe("report", () => {
  it.effect("prints the error and gives its exit code", () =>
    Effect.map(withStderr(report(notFound, false)), ({ stderr, value }) => {
      expect(value).toBe(5)
      expect(stderr).toBe(
        "zpcli: There is no PAT a-b-c-d, or it is already revoked.\nSee the key IDs with: zpcli pat list\n",
      )
    }),
  )

  it.effect("prints one line of JSON if asked to", () =>
    Effect.map(withStderr(report(notFound, true)), ({ stderr, value }) => {
      expect(value).toBe(5)
      expect(stderr.trimEnd().split("\n")).toHaveLength(1)
      expect(JSON.parse(stderr).error).toMatchObject({ type: "PatNotFound", status: 404, exitCode: 5 })
    }),
  )

  it.effect("names the PAT if the error doesn't", () =>
    Effect.gen(function* () {
      const timedOut = new TimedOut({ origin: "https://api.zpools.io", seconds: 1, sent: true, attempts: 1 })
      const about = { keyId: "a-b-c-d", inMessage: true }
      expect((yield* withStderr(report(timedOut, false, about))).stderr).toMatch(/^zpcli: a-b-c-d: https:/)
      const { stderr } = yield* withStderr(report(timedOut, true, { ...about, inMessage: false }))
      expect(JSON.parse(stderr).error).toMatchObject({
        keyId: "a-b-c-d",
        message: expect.stringMatching(/^https:/),
      })
    }),
  )

  it.effect("prints nothing for an exit that was asked for", () =>
    Effect.map(withStderr(report(new ExitWith({ code: 8 }), true)), (ran) =>
      expect(ran).toEqual({ value: 8, stderr: "" }),
    ),
  )
})

describe("a notice", () => {
  it.effect.each([false, true])("is printed whatever the log level (JSON: %j)", (json) => {
    const notice = new OutcomeUnknown({ label: "ci", found: undefined, cause: undefined })
    const told = makeNotices(json)
      .tell(notice)
      .pipe(
        Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
        Logger.withMinimumLogLevel(LogLevel.None),
      )
    return Effect.map(withStderr(told), ({ stderr }) =>
      expect(stderr).toMatch(
        json ? /^{"error":{"type":"OutcomeUnknown",.*}\n$/ : /^zpcli: It is unclear whether the PAT "ci"/,
      ),
    )
  })
})
