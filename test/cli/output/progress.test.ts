import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { item, listed, pat } from "../../support/fixtures.ts"
import { runIn } from "../../support/world/world.ts"

const ids = ["law-hotel-shape-community", "market-night-plain-object", "basket-doctor-humble-figure"] as const
const [first, second, third] = ids
const api = {
  "GET /pat": listed(...ids.map((key_id) => item({ key_id }))),
  ...Object.fromEntries(ids.map((id) => [`DELETE /pat/${id}`, { status: id === second ? 400 : 200 }])),
}
const revoke = (terminal: boolean, ...args: ReadonlyArray<string>) =>
  runIn(["pat", "revoke", "--yes", ...args], { env: pat, terminal, routes: api, api: {} })

/** What a terminal shows of a text in the end: a line that is cleared is gone. */
const seen = (text: string) =>
  text
    .split("\n")
    .map((line) => line.split("\r").at(-1)?.replace("\u001b[K", ""))
    .join("\n")

it.effect(
  "a run over several PATs shows at a terminal how many are revoked, and clears the line at the end",
  () =>
    Effect.gen(function* () {
      const ran = yield* revoke(true, ...ids)
      expect(ran.code).toBe(1)
      for (const count of ["0 of 3", "1 of 3", "2 of 3"]) expect(ran.stderr).toContain(`${count} revoked`)
      expect(ran.stderr).not.toContain("3 of 3")
      expect(seen(ran.stderr)).not.toContain("revoked")
      expect(seen(ran.stderr)).toContain(`zpcli: ${second}: The API refused the request`)
      expect(ran.stdout).toBe(`PAT ${first} revoked successfully.\nPAT ${third} revoked successfully.\n`)
    }),
)

it.effect("a run over one PAT, or in a pipe, shows no count", () =>
  Effect.gen(function* () {
    expect((yield* revoke(true, first)).stderr).toBe("")
    expect((yield* revoke(false, first, third)).stderr).toBe("")
  }),
)
