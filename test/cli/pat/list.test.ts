import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import stringWidth from "fast-string-width"
import { escapeControls } from "../../../src/cli/output/escape.ts"
import { list as handler, type ListOptions } from "../../../src/cli/pat/list.ts"
import { fromItem } from "../../../src/domain/Pat.ts"
import { Process } from "../../../src/services/Process.ts"
import { PatApi } from "../../../src/services/pats/PatApi.ts"
import { account, item, jwt, listed, loggedIn, pat } from "../../support/fixtures.ts"
import { here } from "../../support/world/process.ts"
import { fakeConsole, runIn, typed } from "../../support/world/world.ts"

const hostile = "a\u001b[31m\u0007\u009b2J\u202eb\nc\td\u007f"
const escaped = "a\\x1b[31m\\x07\\x9b2J\\u202eb\\nc\\td\\x7f"
const list = ["pat", "list"]

/** What the handler prints of a list, on a terminal of some columns or else in a pipe. */
const handled = (
  listing: Effect.Effect.Success<PatApi["Type"]["list"]>,
  given: Partial<ListOptions>,
  columns?: number,
) => {
  let stdout = ""
  const options = {
    json: false,
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
    ...given,
  }
  const console = fakeConsole(
    (text) => {
      stdout += text
    },
    () => {},
  )
  return handler(options).pipe(
    Effect.withConsole(console),
    Effect.provide(Layer.mock(PatApi, { list: Effect.succeed(listing) })),
    Effect.provideService(Process, {
      ...here,
      stdout: {
        ...here.stdout,
        ...(columns === undefined ? {} : { isTerminal: true, columns: () => columns }),
      },
    }),
    Effect.map(() => stdout),
  )
}

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

  it.effect("signs in with a username and password if no PAT is set", () =>
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

  it.effect("asks on stderr for missing credentials, so that stdout holds only JSON", () =>
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

  describe("on a terminal", () => {
    const three = listed(
      item({
        label: "GitHub Actions, staging only",
        scopes: ["zpool", "job", "sshkey", "pat"],
        expiry_at: "2027-04-26",
        last_used_at: "2026-04-15T06:00:04Z",
      }),
      item({ key_id: "understanding-market-plain-objects", label: "x", status: "revoked", scopes: ["*"] }),
      item({ key_id: "basket-doctor-humble-figure", label: "laptop", scopes: ["pat"] }),
    )
    const linesOf = (
      columns: number,
      body: ReturnType<typeof listed> = three,
      ...args: ReadonlyArray<string>
    ) =>
      Effect.map(
        runIn([...list, ...args], { env: pat, terminal: true, columns, api: { "GET /pat": body } }),
        ({ stdout }) => stdout.trimEnd().split("\n"),
      )

    it.effect.each([
      [
        173,
        "ID                                  Label                         Status   Created At               Expiry                   Last Used                Scopes",
        "law-hotel-shape-community           GitHub Actions, staging only  active   2026-01-26 02:05:37 UTC  2027-04-26 00:00:00 UTC  2026-04-15 06:00:04 UTC  zpool, job, sshkey, pat",
      ],
      [
        152,
        "ID                                  Label                         Status   Created At (UTC)  Expiry (UTC)      Last Used (UTC)   Scopes",
        "law-hotel-shape-community           GitHub Actions, staging only  active   2026-01-26 02:05  2027-04-26 00:00  2026-04-15 06:00  zpool, job, sshkey, pat",
      ],
      [
        134,
        "ID                                  Label                         Status   Created At  Expiry      Last Used   Scopes",
        "law-hotel-shape-community           GitHub Actions, staging only  active   2026-01-26  2027-04-26  2026-04-15  zpool, job, sshkey, pat",
      ],
      [
        122,
        "ID                                  Label             Status   Created At  Expiry      Last Used   Scopes",
        "law-hotel-shape-community           GitHub Actions,   active   2026-01-26  2027-04-26  2026-04-15  zpool, job, sshkey, pat",
        "                                    staging only",
      ],
      [
        110,
        "ID                                  Label             Status   Created At  Expiry      Last Used   Scopes",
        "law-hotel-shape-community           GitHub Actions,   active   2026-01-26  2027-04-26  2026-04-15  zpool, job,",
        "                                    staging only                                                   sshkey, pat",
      ],
      [
        104,
        "ID                                 Label            Status  Created At Expiry     Last Used  Scopes",
        "law-hotel-shape-community          GitHub Actions,  active  2026-01-26 2027-04-26 2026-04-15 zpool, job,",
        "                                   staging only                                              sshkey, pat",
      ],
    ] as const)("uses a wider layout from %d columns on", ([columns, ...expected]) =>
      Effect.gen(function* () {
        expect((yield* linesOf(columns)).slice(0, expected.length)).toEqual(expected)
        expect((yield* linesOf(columns - 1))[1]).not.toBe(expected[1])
      }),
    )

    it.effect("shows each PAT as a block if no layout fits, with full times if they fit", () =>
      Effect.gen(function* () {
        const block = [
          "ID: law-hotel-shape-community",
          "Label: GitHub Actions, staging only",
          "Status: active",
          "Created At: 2026-01-26 02:05:37 UTC",
          "Expiry: 2027-04-26 00:00:00 UTC",
          "Last Used: 2026-04-15 06:00:04 UTC",
          "Scopes: zpool, job, sshkey, pat",
          "",
          "ID: understanding-market-plain-objects",
        ]
        for (const columns of [103, 100, 40]) expect((yield* linesOf(columns)).slice(0, 9)).toEqual(block)
        expect((yield* linesOf(24)).slice(0, 11)).toEqual([
          "ID:",
          "law-hotel-shape-community",
          "Label:",
          "  GitHub Actions,",
          "  staging only",
          "Status: active",
          "Created At: 2026-01-26",
          "Expiry: 2027-04-26",
          "Last Used: 2026-04-15",
          "Scopes:",
          "  zpool, job, sshkey,",
        ])
      }),
    )

    it.effect("labels local times as local in the headings", () =>
      Effect.gen(function* () {
        const [head, first] = yield* linesOf(156, three, "--local")
        expect(head).toContain("Created At (local)  Expiry (local)    Last Used (local)  Scopes")
        expect(first).toMatch(/ {2}2\d{3}-\d\d-\d\d \d\d:\d\d {2}/)
      }),
    )

    it.effect("shows an unreadable time in full", () =>
      Effect.gen(function* () {
        const odd = listed(item({ created_at: "some day or other, as it was" }))
        for (const columns of [300, 130, 110, 60, 40])
          expect((yield* linesOf(columns, odd)).join("\n")).toContain("some day or other, as it was")
      }),
    )

    const words = fc.array(fc.constantFrom("CI", "backup", "of", "staging-environments", "漢字", hostile), {
      minLength: 1,
      maxLength: 9,
    })
    const anyPat = fc.record({
      key_id: fc.constantFrom("law-hotel-shape-community", "a-b-c-d", "understanding-market-plain-objects"),
      label: words.map((parts) => parts.join(" ")),
      status: fc.constantFrom("active", "revoked", null),
      created_at: fc.constantFrom("2026-01-26T02:05:37Z", "soon", null),
      last_used_at: fc.constantFrom("2026-04-15T06:00:04Z", null),
      expiry_at: fc.constantFrom("2027-04-26", null),
      scopes: fc.subarray(["zpool", "job", "sshkey", "pat", "billing", "*", "a new one"]),
    })
    /** The fewest columns in which each text has at most three lines that end in commas. */
    const inThreeLines = (texts: ReadonlyArray<string>) => {
      for (let width = 1; ; width++) {
        const heights = texts.map((text) => {
          let [lines, used] = [1, 0]
          for (const piece of text.split(/(?<=, )/)) {
            const own = piece.trimEnd().length
            if (own > width) return Number.POSITIVE_INFINITY
            if (used + own > width) [lines, used] = [lines + 1, 0]
            used += piece.length
          }
          return lines
        })
        if (Math.max(...heights) <= 3) return width
      }
    }

    it.effect.prop(
      "uses the first layout that fits, which depends only on the widths",
      [fc.array(anyPat, { minLength: 1, maxLength: 5 }), fc.integer({ min: 60, max: 260 })],
      ([pats, columns]) =>
        Effect.gen(function* () {
          const most = (texts: ReadonlyArray<string>) => Math.max(...texts.map((text) => stringWidth(text)))
          const labels = pats.map(({ label }) => escapeControls(label))
          const label = most(["Label", ...labels])
          const narrow = Math.min(label, Math.max(16, most(labels.flatMap((text) => text.split(" ")))))
          const scopes = ["Scopes", ...pats.map((one) => one.scopes.join(", ") || "-")]
          const widthsOf = (time: string, zone: string, label: number, scopes: number) => [
            most(["ID", ...pats.map((one) => one.key_id)]),
            label,
            most(["Status", ...pats.map(({ status }) => status ?? "-")]),
            ...(["created_at", "expiry_at", "last_used_at"] as const).map((name, at) => {
              const heading = ["Created At", "Expiry", "Last Used"][at] + zone
              const absent = at === 0 ? "-" : "Never"
              return most([heading, ...pats.map((one) => one[name]?.replace(/^2.*/, time) ?? absent)])
            }),
            scopes,
          ]
          const date = "2026-01-26"
          const layouts: ReadonlyArray<readonly [ReadonlyArray<number>, gap?: string]> = [
            [widthsOf(`${date} 02:05:37 UTC`, "", label, most(scopes))],
            [widthsOf(`${date} 02:05`, " (UTC)", label, most(scopes))],
            [widthsOf(date, "", label, most(scopes))],
            [widthsOf(date, "", narrow, most(scopes))],
            [widthsOf(date, "", narrow, inThreeLines(scopes))],
            [widthsOf(date, "", narrow, inThreeLines(scopes)), " "],
          ]
          const room = layouts.map(
            ([widths, gap = "  "]) =>
              columns - widths.reduce((sum, width) => sum + width + gap.length, -gap.length),
          )
          const step = room.findIndex((room) => room >= 0)
          const listing = { text: "", ownKeyId: undefined, now: 0, pats: pats.map(fromItem) }
          const [head = "", ...lines] = (yield* handled(listing, {}, columns)).trimEnd().split("\n")
          if (step === -1) {
            expect(head).toMatch(/^ID:/)
            return
          }
          const [widths, gap] = layouts[step] as (typeof layouts)[number]
          const zone = step === 1 ? " (UTC)" : ""
          const headings = [
            "ID",
            "Label",
            "Status",
            `Created At${zone}`,
            `Expiry${zone}`,
            `Last Used${zone}`,
            "Scopes",
          ]
          const padded = headings.map((heading, at) =>
            heading.padEnd((widths[at] as number) + (at === 1 && step === 3 ? (room[step] as number) : 0)),
          )
          expect(head).toBe(padded.join(gap ?? "  ").trimEnd())
          expect(lines.filter((line) => !line.startsWith(" "))).toHaveLength(pats.length)
          if (step < 3) expect(lines).toHaveLength(pats.length)
          for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns)
        }),
    )
  })

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
  ] as const)("%s shows the PATs that match every filter", ([filters, shown]) =>
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

  it.effect("shows the filters on stderr if no PAT matches", () =>
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

  it.effect("prints only key IDs with --quiet, and nothing if there are none", () =>
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

  it.effect(
    "sorts the table, the JSON and the key IDs alike, and takes a descending order as two words too",
    () =>
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

  it.effect("prints the envelope as received, including unknown fields and their order", () =>
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

  it.effect("blanks only one cell for a null, odd or missing field", () =>
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

  it.effect("escapes hostile labels, with colour too", () =>
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
  ] as const)("with %s sends nothing and exits with 2", ([args, code]) =>
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
  ] as const)("with %s=%s sends nothing, exits with 2 and names the setting", ([name, value]) =>
    Effect.gen(function* () {
      const ran = yield* runIn(list, { env: { ...pat, [name]: value } })
      expect(ran).toMatchObject({ code: 2, stdout: "", requests: [] })
      expect(ran.stderr).toMatch(new RegExp(`^zpcli: ${name} .+\\.\nCorrect ${name}, or unset it\\.\n$`))
      if (name === "ZPOOLPAT") expect(ran.stderr).not.toContain(value)
    }),
  )

  it.effect("reports a wrong command line as JSON if it has --json", () =>
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

  it.effect("decodes no item for JSON without filters, because that takes twice as long", () => {
    const listing = {
      text: '{"message":"ok","detail":{"items":[]}}',
      ownKeyId: undefined,
      now: 0,
      get pats(): never {
        throw new Error("the items were decoded")
      },
    }
    return Effect.map(handled(listing, { json: true }), (stdout) =>
      expect(JSON.parse(stdout).message).toBe("ok"),
    )
  })
})
