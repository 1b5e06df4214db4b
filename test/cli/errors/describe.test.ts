import * as HelpDoc from "@effect/cli/HelpDoc"
import * as ValidationError from "@effect/cli/ValidationError"
import { describe, expect, it } from "@effect/vitest"
import { Exit, exitCodes, type Failure, type Told, tell } from "../../../src/cli/errors/describe.ts"
import { render } from "../../../src/cli/errors/report.ts"
import { command } from "../../../src/cli/root.ts"
import * as Errors from "../../../src/domain/Errors.ts"

const answered = { status: 418, requestId: "req-1", serverMessage: "no.\u001b[2J" }
const origin = "https://api.zpools.io"
const host = "api.zpools.io"
const timedOut = new Errors.TimedOut({ origin, seconds: 30, attempts: 3 })
const doc = HelpDoc.p("Something is wrong\u0007.")

type Sample = readonly [failure: Failure, exitCode: number]

/** One of each error: that none is left out is for the compiler to say. */
const samples: { readonly [Tag in Failure["_tag"]]: ReadonlyArray<Sample> } = {
  Exit: [[new Exit({ code: 42 }), 42]],
  Quit: [[new Errors.Quit(), 130]],
  Misuse: (
    [
      "unknown-option",
      "unknown-command",
      "missing-value",
      "unexpected-value",
      "given-twice",
      "missing-option",
      "missing-argument",
      "unexpected-argument",
      "not-a-choice",
      "excluded",
    ] as const
  ).map((kind) => [{ _tag: "Misuse", kind, name: "--x\u001b", path: ["pat"] }, 2]),
  InvalidInput: (
    [
      ["label", "blank"],
      ["label", "too-long"],
      ["label", "control-character"],
      ["key_id", "format"],
      ["scope", "missing"],
      ["scope", "unknown"],
      ["expiry", "format"],
      ["expiry", "no-such-day"],
      ["duration", "format"],
      ["duration", "too-far"],
      ["status", "unknown"],
      ["port", "format"],
    ] as const
  ).map(([subject, reason]) => [new Errors.InvalidInput({ subject, reason, value: "\u202evalue" }), 2]),
  SettingsError: [
    [new Errors.SettingsError({ source: "ZPOOL_TIMEOUT", reason: "must be a number" }), 2],
    [new Errors.SettingsError({ source: "zpoolrc", line: 3, reason: "expected KEY=value" }), 2],
  ],
  CredentialMissing: (["ZPOOLPAT", "ZPOOL_USER", "ZPOOL_PASSWORD"] as const).flatMap((variable) =>
    ([undefined, "jwt", "pat"] as const).map(
      (only) => [new Errors.CredentialMissing({ variable, only }), 4] as const,
    ),
  ),
  LoginRefused: [[new Errors.LoginRefused({ ...answered, user: "demo", host }), 4]],
  CredentialRefused: [
    [new Errors.CredentialRefused({ ...answered, credential: "PAT" }), 4],
    [new Errors.CredentialRefused({ ...answered, credential: "JWT" }), 4],
  ],
  NotAllowed: [
    [new Errors.NotAllowed({ ...answered, credential: "PAT" }), 4],
    [new Errors.NotAllowed({ ...answered, credential: "JWT" }), 4],
  ],
  PatNotFound: [[new Errors.PatNotFound({ ...answered, keyId: "a-b-c-d" }), 5]],
  RequestRefused: [
    [new Errors.RequestRefused({ ...answered, method: "GET", path: "/pat" }), 1],
    [new Errors.RequestRefused({ status: 404, method: "GET", path: "/pat" }), 1],
  ],
  Redirected: [
    [new Errors.Redirected({ ...answered, origin, location: "https://else\u001bwhere" }), 1],
    [new Errors.Redirected({ ...answered, origin, location: undefined }), 1],
  ],
  ServiceUnavailable: [429, 500, 503].map((status) => [
    new Errors.ServiceUnavailable({ ...answered, status, attempts: 3, retryAfter: 120_000 }),
    6,
  ]),
  Unreachable: [
    [new Errors.Unreachable({ origin, code: "ECONNREFUSED", sent: false, attempts: 3 }), 6],
    [new Errors.Unreachable({ origin, code: "ECONNRESET", sent: true, attempts: 1 }), 6],
    [new Errors.Unreachable({ origin, code: "SELF_SIGNED_CERT_IN_CHAIN", sent: false, attempts: 1 }), 6],
  ],
  TimedOut: [[timedOut, 6]],
  ResponseUnreadable: (["empty", "not-json", "html", "shape", "too-large"] as const).map((reason) => [
    new Errors.ResponseUnreadable({ ...answered, origin, reason, expected: "a list" }),
    1,
  ]),
  OutcomeUnknown: [undefined, [], ["a-b-c-d", "e-f-g-h"]].flatMap((found) =>
    [undefined, timedOut].map(
      (cause) => [new Errors.OutcomeUnknown({ label: "ci\u0007", found, cause }), 7] as const,
    ),
  ),
  TokenUndelivered: [
    [new Errors.TokenUndelivered({ keyId: "a-b-c-d", target: "stdout", code: "EPIPE" }), 7],
    [new Errors.TokenUndelivered({ keyId: undefined, target: "x.pat", code: "ENOSPC" }), 7],
  ],
  OutputFailed: [
    [new Errors.OutputFailed({ code: "ENOSPC" }), 1],
    [new Errors.OutputFailed({ code: "EPIPE" }), 0],
  ],
  Declined: [[new Errors.Declined(), 3]],
  SandboxFailed: (
    [
      ["port-in-use", 2],
      ["port-unusable", 2],
      ["state-unreadable", 2],
      ["state-unwritable", 2],
      ["command-not-found", 127],
      ["command-not-executable", 126],
    ] as const
  ).map(([reason, code]) => [new Errors.SandboxFailed({ reason, subject: "x\u001b", code: "EACCES" }), code]),
  CannotRotate: (["label", "scopes", "expiry"] as const).map((reason) => [
    new Errors.CannotRotate({ keyId: "a-b-c-d", reason }),
    1,
  ]),
  RotationStopped: (
    [
      ["start", 130],
      ["create", 130],
      ["check", 7],
      ["deliver", 7],
      ["revoke", 1],
    ] as const
  ).map(([step, code]) => [
    new Errors.RotationStopped({ step, oldKeyId: "a-b-c-d", newKeyId: "e-f-g-h", cause: timedOut }),
    code,
  ]),
  // What @effect/cli fails with; `argv.ts` is there to keep it from happening.
  CommandMismatch: [[ValidationError.commandMismatch(doc), 2]],
  CorrectedFlag: [[ValidationError.correctedFlag(doc), 2]],
  HelpRequested: [[ValidationError.helpRequested(command.descriptor), 2]],
  InvalidArgument: [[ValidationError.invalidArgument(doc), 2]],
  InvalidValue: [[ValidationError.invalidValue(doc), 2]],
  MissingFlag: [[ValidationError.missingFlag(doc), 2]],
  MissingSubcommand: [[ValidationError.missingSubcommand(doc), 2]],
  MissingValue: [[ValidationError.missingValue(doc), 2]],
  MultipleValuesDetected: [[ValidationError.keyValuesDetected(doc, ["a"]), 2]],
  NoBuiltInMatch: [[ValidationError.noBuiltInMatch(doc), 2]],
  UnclusteredFlag: [[ValidationError.unclusteredFlag(doc, [], []), 2]],
}

const all = Object.entries(samples).flatMap(([tag, list]) =>
  list.map(
    ([failure, code], index) => [list.length > 1 ? `${tag} ${index + 1}` : tag, failure, code] as const,
  ),
)
const silent = new Set<string>(["Exit", "Quit"])
const loud = all.filter(([, failure]) => "message" in tell(failure))
const keys = ["type", "message", "hint", "status", "requestId", "retryable", "exitCode"]

describe("every failure", () => {
  it.each(all)("%s has the exit code of the table", (_, failure, code) => {
    expect(tell(failure).exitCode).toBe(code)
  })

  it("has a message, but for those that end without a word", () => {
    const mute = all.filter(([, failure]) => !("message" in tell(failure)))
    expect(mute.map(([, failure]) => failure)).toSatisfy((list: ReadonlyArray<Failure>) =>
      list.every(
        (failure) =>
          silent.has(failure._tag) || (failure._tag === "OutputFailed" && failure.code === "EPIPE"),
      ),
    )
  })

  it.each(loud)("%s is told in one or two lines that drive no terminal", (_, failure) => {
    const lines = render(tell(failure) as Told, false).value.split("\n")
    expect(lines.length).toBeLessThanOrEqual(2)
    expect(lines[0]).toMatch(/^zpcli: .{8,}\.( \[request ID [^\]]+\])?$/)
    for (const line of lines) {
      expect(line).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
      expect(line).not.toMatch(/undefined|\[object|NaN|\.\.|{/)
    }
  })

  it.each(loud)("%s as JSON has the documented keys, and none without a value", (_, failure) => {
    const line = render(tell(failure) as Told, true).value
    expect(line).not.toContain("\n")
    const { error, ...rest } = JSON.parse(line) as { readonly error: Record<string, unknown> }
    expect(rest).toEqual({})
    expect(keys.filter((key) => key in error)).toEqual(Object.keys(error))
    for (const key of ["type", "message", "retryable", "exitCode"]) expect(error).toHaveProperty(key)
    expect(Object.values(error)).not.toContain(null)
    expect(error.exitCode).toBe(tell(failure).exitCode)
  })

  it.each(loud)("%s can be retried if, and only if, it exits 6", (_, failure) => {
    expect((tell(failure) as Told).retryable).toBe(tell(failure).exitCode === 6)
  })

  it.each(loud.filter(([, failure]) => "requestId" in failure && failure.requestId !== undefined))(
    "%s names the request",
    (_, failure) => {
      expect(render(tell(failure) as Told, false).value).toContain("[request ID req-1]")
      expect(JSON.parse(render(tell(failure) as Told, true).value).error.requestId).toBe("req-1")
    },
  )

  it("uses no exit code that help does not list", () => {
    const listed = Object.values(exitCodes).map(([code]): number => code)
    for (const [, failure, code] of all) {
      if (failure._tag !== "Exit" && failure._tag !== "SandboxFailed") expect(listed).toContain(code)
    }
  })
})
