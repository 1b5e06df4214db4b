/** A rotation that runs every night, and is ended or failed on the way: the next nights put it right. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { drawing, seed } from "../../support/random.ts"
import { type CommandBehaviour, makeAccount, type Night } from "../../support/world/nights.ts"

/** `npm run soak` runs many more. */
const sequences = Number(process.env.ZPCLI_NIGHTS ?? 50)

const rotate = ["pat", "rotate", "--label", "CI", "--all", "--expiring-within", "14d", "--yes"]
const argv = [...rotate, "--", "store"]

const pool = ["GET /pat", "POST /pat", "GET /hello", "DELETE /pat"].flatMap((request) =>
  ["503", "503 1", "401 1", "429 1", "drop 1", "after-drop 1", "after-503", "after-drop"].map(
    (what) => `${request} ${what}`,
  ),
)
const commands: ReadonlyArray<CommandBehaviour> = [
  "exits 0",
  "exits 0",
  "exits 0",
  "exits 3",
  "is killed",
  "is missing",
  "closes stdin at once",
  "runs until SIGTERM",
  "stores and exits 3",
]

/** The disturbed nights of one sequence; the same for the same seed and index. */
const nightsOf = (index: number): ReadonlyArray<Night> => {
  const { below, pick, random } = drawing(index)
  return Array.from({ length: 1 + below(3) }, () => ({
    argv,
    command: pick(commands),
    faults: Array.from({ length: below(3) }, () => pick(pool)),
    retries: below(3),
    crash: random() < 0.7 ? { at: below(8), when: pick(["before", "after"] as const) } : undefined,
  }))
}

const writes = (requests: ReadonlyArray<string>) => requests.filter((request) => !request.startsWith("GET "))

describe(`nightly rotations (repeat with ZPCLI_FAULT_SEED=${seed})`, () => {
  it.effect(
    `leave one working PAT, whose token is stored, once two of them have gone well: ${sequences} sequences`,
    () =>
      Effect.gen(function* () {
        const codes = new Set<number | undefined>()
        for (let index = 0; index < sequences; index++) {
          const account = yield* makeAccount(true)
          const nights = nightsOf(index)
          for (const night of nights) {
            codes.add((yield* account.run(night)).code)
            yield* TestClock.adjust("1 hour")
          }
          const quiet = [yield* account.run({ argv }), yield* account.run({ argv })]
          const { active, held } = yield* account.look
          const context = `sequence ${index}: ${JSON.stringify(nights)} ${JSON.stringify(quiet)}`
          expect(active, context).toContain(held)
          expect(quiet[1]?.code, context).toBe(0)
          expect(writes(quiet[1]?.requests ?? []), context).toEqual([])
          if (active.length === 1) continue
          // A healthy PAT that a night could not revoke is reported, and replaced once one of them is due.
          expect(quiet[1]?.stderr, context).toContain("none of them is due")
          yield* TestClock.adjust("80 days")
          expect((yield* account.run({ argv })).code, context).toBe(0)
          const later = yield* account.look
          expect(later.active, context).toEqual([later.held])
        }
        // Otherwise the sequences left too little to see.
        const often = [undefined, 0, 9]
        for (const code of sequences < 500 ? often : [...often, 7, 10, 127, 143])
          expect(codes).toContain(code)
      }),
    30_000 + sequences * 2_000,
  )

  it.effect("send only a request for the list if no PAT is due, a hundred times in a row", () =>
    Effect.gen(function* () {
      const account = yield* makeAccount(true)
      expect((yield* account.run({ argv })).code).toBe(0)
      for (let night = 0; night < 100; night++) {
        if (night % 2 === 0) yield* TestClock.adjust("12 hours")
        const { code, requests } = yield* account.run({ argv })
        expect({ code, requests }).toEqual({ code: 0, requests: ["GET /pat 200"] })
      }
    }),
  )

  it.effect("create the first PAT on the second night if the first night failed", () =>
    Effect.gen(function* () {
      const first = [...rotate, "--or-create", "--scope", "job", "--expires-in", "90d", "--", "store"]
      const account = yield* makeAccount(false)
      expect((yield* account.run({ argv: first, command: "exits 3" })).code).toBe(9)
      expect(yield* account.look).toEqual({ active: [], held: undefined })
      expect((yield* account.run({ argv: first })).code).toBe(0)
      const { active, held } = yield* account.look
      expect(active).toEqual([held])
      expect(writes((yield* account.run({ argv: first })).requests)).toEqual([])
    }),
  )
})
