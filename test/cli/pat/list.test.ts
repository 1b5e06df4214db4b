import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { list as handler } from "../../../src/cli/pat/list.ts"
import { PatApi } from "../../../src/services/pats/PatApi.ts"
import { account, item, jwt, listed, loggedIn, pat } from "../../support/fixtures.ts"
import { fakeConsole, runIn, typed } from "../../support/world/world.ts"

const hostile = "a\u001b[31m\u0007\u009b2J\u202eb\nc\td\u007f"
const escaped = "a\\x1b[31m\\x07\\x9b2J\\u202eb\\nc\\td\\x7f"
const list = ["pat", "list"]

describe("pat list", () => {
  it.effect("prints the seven columns in plain text", () =>
    Effect.gen(function* () {
      const ran = yield* runIn(list, {
        env: pat,
        api: {
          "GET /pat": listed(
            item({ expiry_at: "2027-01-01T00:00:00Z", last_used_at: "2026-02-01T10:00:00+01:00" }),
            item({ key_id: "market-night-plain-object", label: "x", status: "revoked", scopes: ["*"] }),
          ),
        },
      })
      expect(ran).toMatchObject({ code: 0, stderr: "" })
      expect(ran.stdout).toBe(
        [
          "ID                         Label        Status   Created At               Expiry                   Last Used                Scopes",
          "law-hotel-shape-community  My CI Token  active   2026-01-26 02:05:37 UTC  2027-01-01 00:00:00 UTC  2026-02-01 09:00:00 UTC  zpool, job",
          "market-night-plain-object  x            revoked  2026-01-26 02:05:37 UTC  Never                    Never                    *",
          "",
        ].join("\n"),
      )
      expect(ran.requests).toEqual([
        {
          method: "GET",
          url: "https://api.zpools.io/v1/pat",
          authorization: `Bearer ${pat.ZPOOLPAT}`,
          body: undefined,
        },
      ])
    }),
  )

  it.effect("signs in with username and password where there is no PAT", () =>
    Effect.gen(function* () {
      const ran = yield* runIn(list, { env: account, api: { "POST /login": loggedIn, "GET /pat": listed() } })
      expect(ran).toMatchObject({ code: 0, stdout: "No PATs found.\n", stderr: "" })
      expect(ran.requests).toEqual([
        {
          method: "POST",
          url: "https://api.zpools.io/v1/login",
          authorization: undefined,
          body: { username: "demo", password: account.ZPOOL_PASSWORD },
        },
        {
          method: "GET",
          url: "https://api.zpools.io/v1/pat",
          authorization: `Bearer ${jwt}`,
          body: undefined,
        },
      ])
    }),
  )

  it.effect("asks for what is missing, on stderr, and stdout is JSON all the same", () =>
    Effect.gen(function* () {
      const ran = yield* runIn([...list, "--json"], {
        terminal: { stdin: true, stdout: false, stderr: true },
        keys: typed("demo\rs3cret\r"),
        api: { "POST /login": loggedIn, "GET /pat": listed() },
      })
      expect(ran).toMatchObject({
        code: 0,
        stdout: `${JSON.stringify(listed().body, null, 2)}\n`,
        stderr: "Username for api.zpools.io: demo\nPassword for demo at api.zpools.io: \n",
      })
      expect(ran.requests[0]?.body).toEqual({ username: "demo", password: "s3cret" })
    }),
  )

  it.effect("shows local times with --local", () =>
    Effect.gen(function* () {
      const ran = yield* runIn([...list, "--local"], {
        env: pat,
        zone: "Europe/Berlin",
        api: { "GET /pat": listed(item({ last_used_at: "2026-07-01T00:00:00Z" })) },
      })
      expect(ran.stdout).toContain("  2026-01-26 03:05:37 CET  Never   2026-07-01 02:00:00 CEST  ")
    }),
  )

  const [never, used, revoked, dated] = [
    item({ key_id: "never-used-old-token", label: "a", created_at: "2020-01-01T00:00:00Z" }),
    item({
      key_id: "much-used-old-token",
      label: "b",
      created_at: "2020-01-01T00:00:00Z",
      last_used_at: "1970-01-01T00:00:00Z",
      scopes: ["*", "job"],
    }),
    item({ key_id: "long-gone-old-token", status: "revoked", created_at: "2020-01-01T00:00:00Z" }),
    item({ key_id: "some-dated-new-token", label: "a", expiry_at: "2100-01-01", created_at: "2026-01-26" }),
  ]
  it.effect.each([
    [
      ["--label", "a"],
      [never, dated],
    ],
    [["--label", "a", "--without-expiry"], [never]],
    [["--scope", "*"], [used]],
    [["--scope", "job", "--scope", "*"], [used]],
    [
      ["--scope", "zpool"],
      [never, revoked, dated],
    ],
    [["--older-than=1y"], [never, used]],
    [
      ["--unused-for", "3y"],
      [never, used],
    ],
    [["--unused-for", "3y", "--status", "revoked"], []],
  ] as const)("%s shows what fits every filter", ([filters, shown]) =>
    Effect.gen(function* () {
      const ran = yield* runIn([...list, "--json", ...filters], {
        env: pat,
        api: {
          "GET /pat": {
            ...listed(never, used, revoked, dated),
            headers: { date: "Thu, 26 Nov 2026 00:00:00 GMT" },
          },
        },
      })
      expect(ran.code).toBe(0)
      expect(JSON.parse(ran.stdout).detail.items).toEqual(shown)
    }),
  )

  it.effect("says which filters nothing matches, on stderr", () =>
    Effect.gen(function* () {
      const ran = yield* runIn([...list, "--label", 'C"I', "--scope=*", "--older-than", "1y"], {
        env: pat,
        api: { "GET /pat": listed(item()) },
      })
      expect(ran).toMatchObject({
        code: 0,
        stdout: "No PATs match.\n",
        stderr: 'Filter: --label "C\\"I" --scope \'*\' --older-than 1y\n',
      })
    }),
  )

  it.effect("prints key IDs alone with --quiet, and nothing where there are none", () =>
    Effect.gen(function* () {
      const api = { "GET /pat": listed(never, {}, used, revoked) }
      const ran = yield* runIn([...list, "--quiet", "--status", "active"], { env: pat, api })
      expect(ran).toMatchObject({
        code: 0,
        stdout: "never-used-old-token\nmuch-used-old-token\n",
        stderr: "",
      })
      const none = yield* runIn([...list, "-q", "--label", "none"], { env: pat, api })
      expect(none).toMatchObject({ code: 0, stdout: "", stderr: "" })
    }),
  )

  it.effect("sorts the table, the JSON and the key IDs alike, descending in two words too", () =>
    Effect.gen(function* () {
      const run = (...args: ReadonlyArray<string>) =>
        Effect.map(
          runIn([...list, ...args], { env: pat, api: { "GET /pat": listed(dated, used, never, revoked) } }),
          ({ stdout }) => stdout,
        )
      const ids = ["some-dated-new-token", "much-used-old-token", "never-used-old-token"]
      expect(yield* run("-q", "--sort", "-created", "--status=active")).toBe(`${ids.join("\n")}\n`)
      expect(yield* run("-q", "--sort=label", "--scope", "job", "--status", "active")).toBe(
        "some-dated-new-token\nnever-used-old-token\nmuch-used-old-token\n",
      )
      expect(JSON.parse(yield* run("--json", "--sort", "created")).detail.items).toEqual([
        used,
        never,
        revoked,
        dated,
      ])
      const rows = (yield* run("--sort", "-label")).trimEnd().split("\n").slice(1)
      expect(rows.map((row) => row.split(" ")[0])).toEqual([
        "much-used-old-token",
        "some-dated-new-token",
        "never-used-old-token",
        "long-gone-old-token",
      ])
    }),
  )

  it.effect("prints the envelope as it came, unknown fields and order included", () =>
    Effect.gen(function* () {
      const body = {
        zeta: [1, { deep: null }],
        message: hostile,
        detail: { next: "cursor", items: [item({ label: hostile, brand_new: { a: 1 } }), null, 7] },
        é: "漢字 👩‍💻",
      }
      const ran = yield* runIn([...list, "--json"], { env: pat, api: { "GET /pat": { body } } })
      expect(ran).toMatchObject({ code: 0, stderr: "" })
      expect(Object.keys(JSON.parse(ran.stdout))).toEqual(Object.keys(body))
      expect(JSON.parse(ran.stdout)).toEqual(body)
      expect(ran.stdout.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
      expect(ran.stdout).toMatch(/^\{\n {2}"zeta": \[\n {4}1,\n/)
    }),
  )

  it.effect("loses a cell to a null, odd or absent field, and never the list", () =>
    Effect.gen(function* () {
      const ran = yield* runIn(list, {
        env: pat,
        api: {
          "GET /pat": listed(
            {},
            null,
            "row",
            item({
              key_id: null,
              label: 7,
              status: undefined,
              created_at: "soon",
              expiry_at: {},
              last_used_at: false,
              scopes: "job",
            }),
            item({
              key_id: "last-of-the-list",
              scopes: [null, 1, "admin:everything"],
              expiry_at: "not a date",
            }),
          ),
        },
      })
      const rows = ran.stdout
        .trimEnd()
        .split("\n")
        .map((line) => line.split(/ {2,}/))
      expect(ran).toMatchObject({ code: 0, stderr: "" })
      const empty = ["-", "-", "-", "-", "Never", "Never", "-"]
      expect(rows.slice(1)).toEqual([
        empty,
        empty,
        empty,
        ["-", "7", "-", "soon", "{}", "false", "job"],
        [
          "last-of-the-list",
          "My CI Token",
          "active",
          "2026-01-26 02:05:37 UTC",
          "not a date",
          "Never",
          "-, 1, admin:everything",
        ],
      ])
    }),
  )

  it.effect("escapes hostile labels, in colour too", () =>
    Effect.gen(function* () {
      const api = { "GET /pat": listed(item({ label: hostile, scopes: [hostile] })) }
      const plain = yield* runIn(list, { env: pat, api })
      expect(plain.stdout).toContain(`  ${escaped}  `)
      expect(plain.stdout).not.toMatch(/[^\n\P{Cc}]|\p{Bidi_Control}/u)
      const styled = yield* runIn(list, { env: pat, api, terminal: true, color: true, columns: 400 })
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the styles are looked for
      expect(styled.stdout.replace(/\u001b\[\d+m/g, "")).toBe(plain.stdout)
      expect(styled.stdout).toContain("\u001b[1mID\u001b[0m")
    }),
  )

  it.effect.each([
    ["--json --josn", 2],
    ["--json -q", 2],
    ["--sort colour", 2],
    ["--sort", 2],
    ["x", 2],
    ["--auth=none", 2],
    ["--unused-for 0d", 2],
    ["--older-than 999999y", 2],
    ["--scope jobs", 2],
    ["--rcfile /nonexistent/zpoolrc", 2],
  ] as const)("%s sends nothing and exits 2", ([args, code]) =>
    Effect.gen(function* () {
      const ran = yield* runIn([...list, ...args.split(" ")], { env: pat })
      expect(ran).toMatchObject({ code, stdout: "", requests: [] })
      expect(ran.stderr).not.toBe("")
    }),
  )

  it.effect.each([
    ["ZPOOL_API_URL", "http://api.zpools.io/v1"],
    ["ZPOOL_API_URL", "https://u:p@api.zpools.io/v1"],
    ["ZPOOL_API_URL", "https://api.zpools.io/v1?x"],
    ["ZPOOL_API_URL", "zpools"],
    ["ZPOOL_USER", "a b"],
    ["ZPOOLPAT", "zpat with spaces"],
    ["ZPOOL_TIMEOUT", "0"],
    ["ZPOOL_MAX_RETRIES", "-1"],
  ] as const)("%s=%s sends nothing, exits 2 and names the setting", ([name, value]) =>
    Effect.gen(function* () {
      const ran = yield* runIn(list, { env: { ...pat, [name]: value } })
      expect(ran).toMatchObject({ code: 2, stdout: "", requests: [] })
      expect(ran.stderr).toMatch(new RegExp(`^zpcli: ${name} .+\\.\nCorrect ${name}, or unset it\\.\n$`))
      if (name === "ZPOOLPAT") expect(ran.stderr).not.toContain(value)
    }),
  )

  it.effect("tells an error as JSON where --json is given, be it misspelt otherwise", () =>
    Effect.gen(function* () {
      const ran = yield* runIn([...list, "--json", "--lcoal"], { env: pat })
      expect(ran).toMatchObject({ code: 2, stdout: "" })
      expect(JSON.parse(ran.stderr)).toEqual({
        error: {
          type: "UsageError",
          message: "Unknown option --lcoal for zpcli pat list. Did you mean --local?",
          hint: expect.any(String),
          retryable: false,
          exitCode: 2,
        },
      })
    }),
  )

  it.effect(
    "decodes no item for JSON without filters, which 100,000 PATs would take twice as long with",
    () => {
      let stdout = ""
      const listing = {
        text: '{"message":"ok","detail":{"items":[]}}',
        own: undefined,
        now: 0,
        get pats(): never {
          throw new Error("the items were decoded")
        },
      }
      const options = {
        json: true,
        quiet: false,
        sort: Option.none(),
        local: false,
        exitCode: false,
        status: [],
        label: Option.none(),
        scope: [],
        withoutExpiry: false,
        expiringWithin: Option.none(),
        unusedFor: Option.none(),
        olderThan: Option.none(),
        rcfile: Option.none(),
        auth: "auto" as const,
      }
      return handler(options).pipe(
        Effect.withConsole(
          fakeConsole(
            (text) => {
              stdout += text
            },
            () => {},
          ),
        ),
        Effect.provide(Layer.mock(PatApi, { list: Effect.succeed(listing) })),
        Effect.map(() => expect(JSON.parse(stdout).message).toBe("ok")),
      )
    },
  )
})
