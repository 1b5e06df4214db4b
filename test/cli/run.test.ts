import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { runIn } from "../support/world/world.ts"

describe("an error about the command line", () => {
  it.effect.each<[argv: ReadonlyArray<string>, json: boolean]>([
    [["pat", "frob", "--json"], true],
    [["pat", "list", "--label", "--json"], true],
    [["--json", "pat", "list", "--json=yes"], true],
    [["pat", "list", "--json=yes"], false],
    [["pat", "list", "--frob", "--", "--json"], false],
  ])("is JSON only if --json comes before --: for %j, %j", ([argv, json]) =>
    Effect.map(runIn(argv), ({ code, stderr }) => {
      expect(code).toBe(2)
      expect(stderr.startsWith('{"error":')).toBe(json)
    }),
  )
})
