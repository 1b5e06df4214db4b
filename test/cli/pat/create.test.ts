import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { account, item, listed, loggedIn, pat } from "../../support/fixtures.ts"
import { systemError } from "../../support/http/answer.ts"
import { runIn, typed } from "../../support/world/world.ts"

const token = "zpat_0123456789abcdefghijklmnopqrstuv"
const created = {
  status: 201,
  body: { message: "PAT created", detail: { key_id: "law-hotel-shape-community", token }, extra: [1] },
}
const create = ["pat", "create"]
const fourLines = `PAT created successfully!
ID: law-hotel-shape-community
Token: ${token}
Make sure to copy your token now. You won't be able to see it again!
`

describe("pat create", () => {
  it.effect("sends the requested PAT, and prints four lines", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 5, 1))
      const ran = yield* runIn(
        [
          ...create,
          "CI zpool only",
          "--scope",
          "zpool",
          "--scope=job",
          "--scope",
          "zpool",
          "--expiry",
          "2026-06-02",
          "--tenant-id",
          "t-1",
        ],
        { env: account, api: { "POST /login": loggedIn, "POST /pat": created } },
      )
      expect(ran).toMatchObject({ code: 0, stdout: fourLines, stderr: "" })
      expect(ran.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
        "POST https://api.zpools.io/v1/login",
        "POST https://api.zpools.io/v1/pat",
      ])
      expect(ran.requests[1]?.body).toEqual({
        label: "CI zpool only",
        scopes: ["zpool", "job"],
        expiry: "2026-06-02",
        tenant_id: "t-1",
      })
    }),
  )

  it.effect.each([
    ["the API's clock, which signing in has told", account, "2026-06-18"],
    ["our clock with a PAT, which costs no request more", pat, "2026-06-11"],
  ] as const)("counts --expires-in from %s", ([, env, expiry]) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 5, 1))
      const headers = { date: "Mon, 08 Jun 2026 00:00:00 GMT" }
      const ran = yield* runIn([...create, "CI", "--scope", "job", "--expires-in", "10d"], {
        env,
        api: { "POST /pat": created },
        routes: { "POST /login": { ...loggedIn, headers } },
      })
      expect(ran.code).toBe(0)
      expect(ran.requests.filter(({ url }) => !url.endsWith("/login")).map(({ body }) => body)).toEqual([
        { label: "CI", scopes: ["job"], expiry },
      ])
    }),
  )

  it.effect("leaves out of the request what wasn't given", () =>
    Effect.gen(function* () {
      const ran = yield* runIn([...create, " *é漢字 ", "--scope", "*"], {
        env: pat,
        api: { "POST /pat": created },
      })
      expect(ran.requests.map(({ body }) => body)).toEqual([{ label: " *é漢字 ", scopes: ["*"] }])
    }),
  )

  it.effect("sends a past expiry, with a warning on stderr", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 5, 2))
      const ran = yield* runIn([...create, "x", "--scope", "job", "--expiry", "2026-06-01"], {
        env: pat,
        api: { "POST /pat": created },
      })
      expect(ran).toMatchObject({ code: 0, stdout: fourLines })
      expect(ran.stderr).toBe(
        "zpcli: warning: The expiry 2026-06-01 is in the past. The API may refuse it.\n",
      )
    }),
  )

  it.effect("prints the envelope with --json", () =>
    Effect.gen(function* () {
      const ran = yield* runIn([...create, "x", "--scope", "job", "--json"], {
        env: pat,
        api: { "POST /pat": created },
      })
      expect(ran).toMatchObject({ code: 0, stdout: `${JSON.stringify(created.body, null, 2)}\n`, stderr: "" })
    }),
  )

  it.effect("delivers a token that came without a key ID, and escapes control characters", () =>
    Effect.gen(function* () {
      const createWith = (detail: object) =>
        runIn([...create, "x", "--scope", "job"], {
          env: pat,
          api: { "POST /pat": { status: 201, body: { detail } } },
        })
      expect((yield* createWith({ token })).stdout).toBe(fourLines.replace(/ID: .*/, "ID: -"))
      const hostile = yield* createWith({ key_id: "a\u001b[2J", token })
      expect(hostile.stdout).toContain("ID: a\\x1b[2J\n")
    }),
  )

  it.effect.each([
    ["a label that is blank", ["  ", "--scope", "job"], /label must not be blank/],
    ["an empty label", ["", "--scope", "job"], /label must not be blank/],
    ["a label with a line break", ["a\nb", "--scope", "job"], /control characters/],
    ["a label with ESC", ["a\u001b[2J", "--scope", "job"], /control characters/],
    ["a label of 256 characters", ["x".repeat(256), "--scope", "job"], /more than 255/],
    ["no scope", ["x"], /--scope is required/],
    [
      "a misspelt scope",
      ["x", "--scope", "zpol"],
      /Unknown scope "zpol". Did you mean zpool\?\nScopes: \*, zpool, job, sshkey, pat, billing/,
    ],
    ["a scope in capitals", ["x", "--scope", "JOB"], /Did you mean job\?/],
    ["a hostile scope", ["x", "--scope", "\u001b[2J\u202e"], /Unknown scope "\\x1b\[2J\\u202e"/],
    ["a day that is none", ["x", "--scope", "job", "--expiry", "2025-02-30"], /no such day: 2025-02-30/],
    ["a date in another form", ["x", "--scope", "job", "--expiry", "31.12.2027"], /YYYY-MM-DD/],
    ["a misspelt option", ["--jsn", "--scope", "job"], /Unknown option --jsn .*Did you mean --json\?/],
    ["two labels", ["a", "b", "--scope", "job"], /Unexpected argument "b"/],
  ] as const)("refuses %s before anything is sent", ([, args, words]) =>
    Effect.gen(function* () {
      const ran = yield* runIn([...create, ...args], { env: pat })
      expect(ran).toMatchObject({ code: 2, stdout: "", requests: [] })
      expect(ran.stderr).toMatch(words)
      expect(ran.stderr.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
    }),
  )

  it.effect("prompts for nothing while the command line is wrong", () =>
    Effect.gen(function* () {
      const ran = yield* runIn([...create, "x", "--scope", "jbo"], { terminal: true, keys: typed("demo\r") })
      expect(ran).toMatchObject({ code: 2, requests: [] })
      expect(ran.stderr).not.toContain("Username")
    }),
  )

  it.effect.each([
    ["an answer that was lost", systemError("ECONNRESET", "read")],
    ["status 500", { status: 500, body: { message: "Internal server error" } }],
    ["status 504", { status: 504, body: { message: "Endpoint request timed out" } }],
    ["an answer without a token", { status: 201, body: { message: "PAT created" } }],
    ["an answer that is no JSON", { status: 200, body: "<html>" }],
    ["an empty answer", { status: 201 }],
  ] as const)("after %s exits with 7 and names the PAT that now exists", ([, answer]) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 5, 2))
      const ran = yield* runIn([...create, "ci", "--scope", "job", "--json"], {
        env: { ...pat, ZPOOL_MAX_RETRIES: "3" },
        api: {
          "POST /pat": answer,
          "GET /pat": listed(
            item({ key_id: "old-one-of-ours", label: "ci", created_at: "2026-06-01T00:00:00Z" }),
            item({ key_id: "other-label-of-now", label: "cj", created_at: "2026-06-02T00:00:00Z" }),
            item({ label: "ci", created_at: "2026-06-02T00:00:00Z" }),
          ),
        },
      })
      expect(ran).toMatchObject({ code: 7, stdout: "" })
      // Sent once, and never again.
      expect(ran.requests.map(({ method }) => method)).toEqual(["POST", "GET"])
      const { error } = JSON.parse(ran.stderr)
      expect(error).toMatchObject({ type: "OutcomeUnknown", exitCode: 7, retryable: false })
      expect(error.message).toContain("exists as law-hotel-shape-community,")
      expect(error.hint).toContain("zpcli pat revoke law-hotel-shape-community")
    }),
  )

  it.effect("exits with 1 and the server's reason if it is refused", () =>
    Effect.gen(function* () {
      const ran = yield* runIn([...create, "x", "--scope", "job"], {
        env: pat,
        api: {
          "POST /pat": {
            status: 400,
            body: { message: "Invalid request", detail: { message: "label \u001b[31mtaken\u202e." } },
            headers: { "x-amzn-requestid": "req-7" },
          },
        },
      })
      expect(ran).toMatchObject({ code: 1, stdout: "" })
      expect(ran.stderr).toBe(
        "zpcli: The API refused the request with status 400 (the API says: Invalid request: label \\x1b[31mtaken\\u202e). [request ID req-7]\nFix the problem that the API reports, then run the command again.\n",
      )
    }),
  )
})

describe("pat create --web", () => {
  const web = ["pat", "create", "a b&c#é", "--scope", "*", "--scope", "job", "--web"]

  it.effect("opens the page only if stdout is a terminal", () =>
    Effect.gen(function* () {
      for (const terminal of [true, false]) {
        const opened: Array<string> = []
        const process = { openPage: (url: string) => Effect.sync(() => void opened.push(url)) }
        const ran = yield* runIn(["pat", "create", "C&I", "--scope", "job", "--web"], { terminal, process })
        const url = "https://zpools.io/dashboard/tokens?create=1&label=C%26I&scopes=job"
        expect(ran).toMatchObject({ code: 0, stdout: `${url}\n` })
        expect(opened).toEqual(terminal ? [url] : [])
      }
    }),
  )

  it.effect("prints the page's URL with the requested values percent-encoded, and sends nothing", () =>
    Effect.gen(function* () {
      const page = "https://zpools.io/dashboard/tokens?create=1&label=a%20b%26c%23%C3%A9&scopes=*,job"
      const ran = yield* runIn(web)
      expect(ran).toEqual({ code: 0, stdout: `${page}\n`, stderr: "", requests: [] })
      // A test's clock begins at 1970-01-01.
      const dated = yield* runIn([...web, "--expires-in", "30d"])
      expect(dated).toEqual({ ...ran, stdout: `${page}&expiry=1970-01-31\n` })
    }),
  )

  it.effect.each([["--json"], ["--token-only"], ["--out=x.pat"], ["--tenant-id=x"], ["--scope=jobs"]])(
    "is refused with %s",
    ([option]) =>
      Effect.map(runIn([...web, option as string]), (ran) =>
        expect(ran).toMatchObject({ code: 2, stdout: "", requests: [] }),
      ),
  )
})
