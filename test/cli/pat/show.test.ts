import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { item, listed, pat } from "../../support/fixtures.ts"
import { runIn } from "../../support/world/world.ts"

const id = "law-hotel-shape-community"
const other = item({ key_id: "market-night-plain-object", label: "x", status: "revoked" })
const show = (args: ReadonlyArray<string>, body: unknown, zone?: string) =>
  runIn(["pat", "show", ...args], {
    env: pat,
    api: { "GET /pat": typeof body === "string" ? { body } : listed(...(body as ReadonlyArray<unknown>)) },
    ...(zone === undefined ? {} : { zone }),
  })

describe("pat show", () => {
  it.effect("prints every field, unknown ones last, with exact numbers and escaped text", () =>
    Effect.gen(function* () {
      const body = `{"message":"ok","detail":{"items":[{},{"key_id":"${id}","quota":90071992547409931,"label":"a\\u001b[31m",
        "status":"active","created_at":"2026-01-26T02:05:37Z","expiry_at":"2027-01-01","hard_expiry_at":"2027-06-01T00:00:00Z",
        "last_ip":"203.0.113.7","last_ua":"curl/8","usage_count":12,"scopes":["job","pat"],"owner\\n":{"a": [1.0, null]}}]}}`
      const ran = yield* show([id], body)
      expect(ran).toMatchObject({ code: 0, stderr: "" })
      expect(ran.stdout.trimEnd().split("\n")).toEqual([
        `ID: ${id}`,
        "Label: a\\x1b[31m",
        "Status: active",
        "Created At: 2026-01-26 02:05:37 UTC",
        "Expiry: 2027-01-01 00:00:00 UTC",
        "Hard Expiry: 2027-06-01 00:00:00 UTC",
        "Last Used: Never",
        "Last Address: 203.0.113.7",
        "Last Agent: curl/8",
        "Use Count: 12",
        "Scopes: job, pat",
        "Token Version: -",
        "quota: 90071992547409931",
        'owner\\n: {"a":[1.0,null]}',
      ])
      const json = yield* show([id, "--json"], body)
      expect(json.stdout).toMatch(
        /^\{\n {2}"key_id": "law-hotel-shape-community",\n {2}"quota": 90071992547409931,\n/,
      )
    }),
  )

  it.effect("finds a PAT by its label, and shows local times with --local", () =>
    Effect.gen(function* () {
      const ran = yield* show(["--label", "x", "--local"], [item(), other], "Europe/Berlin")
      expect(ran.stdout).toMatch(
        /^ID: market-night-plain-object\n[\s\S]*\nCreated At: 2026-01-26 03:05:37 CET\n/,
      )
    }),
  )

  it.effect.each([
    [["law-hotel-shape-communty"], 5, `There is no PAT law-hotel-shape-communty. Did you mean ${id}?`],
    [["--label", "X1"], 5, 'No PAT has the label "X1". Did you mean x?'],
    [["--label", "My CI Token"], 1, '2 active PATs have the label "My CI Token": '],
  ] as const)("with %j exits with %i", ([args, code, message]) =>
    Effect.gen(function* () {
      const ran = yield* show(args, [item(), item({ key_id: "basket-doctor-humble-figure" }), other])
      expect(ran).toMatchObject({ code, stdout: "" })
      expect(ran.stderr).toContain(`zpcli: ${message}`)
      expect(ran.stderr).not.toMatch(/changed|--all/)
    }),
  )

  it.effect.each([[[]], [["nonsense"]], [[id, "--label", "x"]]] as const)(
    "with %j sends nothing and exits with 2",
    ([args]) =>
      Effect.map(runIn(["pat", "show", ...args], { env: pat }), (ran) =>
        expect(ran).toMatchObject({ code: 2, stdout: "", requests: [] }),
      ),
  )
})
