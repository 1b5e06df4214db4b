import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { CommandUnusable } from "../../../src/domain/Errors.ts"
import { type CommandLine, CommandRunner, type Environment } from "../../../src/services/CommandRunner.ts"
import { item, listed, pat, newToken as token } from "../../support/fixtures.ts"
import { type Answers, systemError } from "../../support/http/answer.ts"
import { runsNothing } from "../../support/world/runner.ts"
import { runIn, type World } from "../../support/world/world.ts"

const keyId = "law-hotel-shape-community"
const label = "zpcli run here 00000000"
const path = `/pat/${keyId}`

const created = { status: 201, body: { message: "PAT created", detail: { key_id: keyId, token } } }
const makes: Answers = { "POST /pat": created, [`DELETE ${path}`]: {} }

/** What a run came to, and what its command was started with. */
const run = (
  argv: ReadonlyArray<string>,
  end: Effect.Effect<number, CommandUnusable> = Effect.succeed(0),
  world: World = { api: makes },
) => {
  const started: Array<{ readonly command: CommandLine; readonly environment: Environment }> = []
  const runner = CommandRunner.of({
    ...runsNothing,
    find: (name) =>
      name === "missing"
        ? Effect.fail(new CommandUnusable({ name, reason: "not-found", code: "ENOENT" }))
        : Effect.void,
    run: (command, environment) =>
      Effect.suspend(() => {
        started.push({ command, environment })
        return end
      }),
  })
  const process = { hostName: Effect.succeed("here") }
  return runIn(["pat", "run", ...argv], { env: pat, runner, process, ...world }).pipe(
    Effect.map((ran) => ({ ...ran, started })),
    Effect.withRandom(Random.fixed([0])),
  )
}

const work = ["--scope", "job", "--", "work", "--json", "a b"]

describe("pat run", () => {
  it.effect("creates a PAT, passes it to the command in its environment, and revokes it", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2027, 0, 10, 12))
      const ran = yield* run(["--scope", "zpool", ...work])
      expect(ran).toMatchObject({ code: 0, stdout: "", stderr: "" })
      expect(ran.requests.map(({ body, method, url }) => [method, url.split("/v1")[1], body])).toEqual([
        ["POST", "/pat", { label, scopes: ["zpool", "job"], expiry: "2027-01-11" }],
        ["DELETE", path, undefined],
      ])
      expect(ran.started).toHaveLength(1)
      expect(ran.started[0]?.command).toEqual(["work", "--json", "a b"])
      const { ZPOOLPAT, ...rest } = ran.started[0]?.environment ?? {}
      expect(Redacted.isRedacted(ZPOOLPAT) && Redacted.value(ZPOOLPAT)).toBe(token)
      expect(rest).toStrictEqual({ ZPOOL_API_URL: "https://api.zpools.io/v1" })
    }),
  )

  it.effect("takes a label, and rounds --expires-in up to the next UTC midnight", () =>
    Effect.gen(function* () {
      for (const [at, duration, expiry] of [
        [Date.UTC(2027, 0, 10, 23, 30), undefined, "2027-01-12"],
        [Date.UTC(2027, 0, 10, 23, 30), "2d", "2027-01-13"],
        [Date.UTC(2027, 0, 11), "1d", "2027-01-12"],
      ] as const) {
        yield* TestClock.setTime(at)
        const { requests } = yield* run([
          ...(duration === undefined ? [] : ["--expires-in", duration]),
          ...["--label", "deploy", ...work],
        ])
        expect(requests[0]?.body).toEqual({ label: "deploy", scopes: ["job"], expiry })
      }
    }),
  )

  it.effect("exits with the command's code, and prints nothing itself", () =>
    Effect.gen(function* () {
      for (const code of [3, 125, 137]) {
        expect(yield* run(work, Effect.succeed(code))).toMatchObject({ code, stdout: "", stderr: "" })
      }
    }),
  )

  it.effect("exits with 126 or 127 and leaves no PAT if the command can't be started in the end", () =>
    Effect.gen(function* () {
      for (const [reason, code] of [
        ["not-found", 127],
        ["not-executable", 126],
      ] as const) {
        const ran = yield* run(
          work,
          Effect.fail(new CommandUnusable({ name: "work", reason, code: undefined })),
        )
        expect(ran.code).toBe(code)
        expect(ran.requests.map(({ method }) => method)).toEqual(["POST", "DELETE"])
      }
    }),
  )

  it.effect.each([
    [["--scope", "job", "--", "missing"], 127, "CommandUnusable"],
    [["--", "work"], 125, "UsageError"],
    [["--scope", "job"], 125, "UsageError"],
    [["--scope", "job", "--"], 125, "UsageError"],
    [["--scope", "job", "work"], 125, "UsageError"],
    [["--scop", "job", "--", "work"], 125, "UsageError"],
    [["--scope", "jobs", "--", "work"], 125, "InvalidInput"],
    [["--expires-in", "999999y", ...work], 125, "InvalidInput"],
    [["--expires-in", "1", ...work], 125, "InvalidInput"],
    [["--label", "  ", ...work], 125, "InvalidInput"],
    [["--rcfile", "/no/such/file", ...work], 125, "SettingsError"],
  ] as const)("refuses %j with %d before anything is sent", ([argv, code, type]) =>
    Effect.gen(function* () {
      const ran = yield* run(["--json", ...argv], Effect.die("started"), {})
      expect(ran).toMatchObject({ code, stdout: "", requests: [], started: [] })
      expect(JSON.parse(ran.stderr).error).toMatchObject({ type, exitCode: code })
    }),
  )

  it.effect("exits with 125, with or without --json, if no PAT could be made", () =>
    Effect.gen(function* () {
      for (const [answer, error] of [
        [
          { status: 401, body: {} },
          { type: "CredentialRefused", status: 401, retryable: false },
        ],
        [
          { status: 503, body: {} },
          { type: "OutcomeUnknown", status: 503 },
        ],
        [systemError("ECONNREFUSED", "connect"), { type: "Unreachable", retryable: true }],
      ] as const) {
        const api: Answers = {
          "POST /pat": answer,
          ...(error.type === "OutcomeUnknown" ? { "GET /pat": listed() } : {}),
        }
        const ran = yield* run(["--json", ...work], Effect.die("started"), { api })
        expect(ran).toMatchObject({ code: 125, stdout: "", started: [] })
        expect(JSON.parse(ran.stderr).error).toMatchObject({ ...error, exitCode: 125 })
        const plain = yield* run(work, Effect.die("started"), { api })
        expect(plain.code).toBe(125)
        expect(plain.stderr).toMatch(/^zpcli: /)
      }
    }),
  )

  it.effect("after a lost answer to the create, revokes its PAT and creates another", () =>
    Effect.gen(function* () {
      const stray = "market-night-plain-object"
      const api: Answers = {
        "POST /pat": [{ status: 502, body: {} }, created],
        "GET /pat": listed(item({ key_id: stray, label }), item({ label: "another" })),
        [`DELETE /pat/${stray}`]: {},
        [`DELETE ${path}`]: {},
      }
      const ran = yield* run(work, undefined, { api })
      expect(ran).toMatchObject({ code: 0, stderr: "" })
      expect(ran.started).toHaveLength(1)
    }),
  )

  it.effect(
    "revokes nothing after a lost answer if the label was given, because another PAT may have it",
    () =>
      Effect.gen(function* () {
        const api: Answers = {
          "POST /pat": { status: 502, body: {} },
          "GET /pat": listed(item({ label: "deploy", created_at: "1970-01-01T00:00:00Z" })),
        }
        const ran = yield* run(["--json", "--label", "deploy", ...work], undefined, { api })
        expect(ran).toMatchObject({ code: 125, started: [] })
        expect(JSON.parse(ran.stderr).error).toMatchObject({ type: "OutcomeUnknown", keyId })
      }),
  )

  it.effect(
    "names the PAT if its revoke can't be confirmed, and exits with 7 or the command's own code",
    () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.UTC(2027, 0, 10, 12))
        const api: Answers = { ...makes, [`DELETE ${path}`]: { status: 503, body: {} } }
        const good = yield* run(work, undefined, { api })
        expect(good).toMatchObject({ code: 7, stdout: "" })
        expect(good.stderr).toBe(
          `zpcli: The command succeeded, but zpcli could not confirm that its PAT ${keyId} was revoked: the API is unavailable: status 503. It expires on 2027-01-11.\nRevoke it with: zpcli pat revoke ${keyId}\n`,
        )
        const bad = yield* run(["--json", ...work], Effect.succeed(3), { api })
        expect(bad).toMatchObject({ code: 3, stdout: "" })
        expect(JSON.parse(bad.stderr).error).toMatchObject({
          type: "PatLeft",
          keyId,
          childExitCode: 3,
          exitCode: 3,
          status: 503,
        })
        const killed = yield* run(work, Effect.succeed(137), { api })
        expect(killed).toMatchObject({ code: 137, stdout: "" })
        expect(killed.stderr).toMatch(
          /^zpcli: The command was killed \(exit code 137\), and zpcli could not confirm/,
        )
        const name = "work"
        const unusable = new CommandUnusable({ name, reason: "not-executable", code: "ENOEXEC" })
        const unstarted = yield* run(["--json", ...work], Effect.fail(unusable), { api })
        expect(unstarted.code).toBe(126)
        expect(JSON.parse(unstarted.stderr).error).toMatchObject({ type: "PatLeft", keyId, exitCode: 126 })
      }),
  )
})
