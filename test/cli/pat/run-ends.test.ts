/** `pat run` whose command is killed, which gets signals, and whose requests fail: no PAT of it is left. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { drawing, seed } from "../../support/random.ts"
import { type CommandBehaviour, makeAccount, type Night } from "../../support/world/nights.ts"

/** `npm run soak` runs many more. */
const sequences = Number(process.env.ZPCLI_RUNS ?? 200)

const argv = ["pat", "run", "--scope", "job", "--", "work"]

const commands: ReadonlyArray<CommandBehaviour> = [
  "exits 0",
  "exits 0",
  "exits 3",
  "is killed",
  "is missing",
  "can't be started",
  "runs until SIGTERM",
]

/** These end by themselves within the attempts of a request. */
const passing = [
  ...["GET /pat", "DELETE /pat", "POST /pat"].flatMap((request) =>
    ["503 1", "429 1", "drop 1", "after-drop 1", "after-503 1"].map((what) => `${request} ${what}`),
  ),
  ...[
    "POST /pat after-drop 2",
    "POST /pat after-200 1",
    "POST /pat 403",
    "POST /pat after-drop",
    "POST /pat 503",
  ],
]
/** With these nobody could revoke anything. */
const lasting = ["GET /pat", "DELETE /pat"].flatMap((request) =>
  ["503", "401", "drop", "after-drop", "after-503"].map((what) => `${request} ${what}`),
)

interface Sequence extends Night {
  readonly certain: boolean
}

/** A run that is disturbed; the same for the same seed and index. */
const sequenceOf = (index: number): Sequence => {
  const { below, pick, random } = drawing(index)
  const moment = () => ({ at: below(6), when: pick(["before", "after"] as const) })
  const certain = random() < 0.7
  // A fault of a kind may strike as often as there are attempts after the first.
  const faults = Array.from({ length: below(3) }, () => pick(passing))
  return {
    argv,
    command: pick(commands),
    certain,
    faults: certain ? faults : [...faults, pick(lasting)],
    retries: 2,
    signal: random() < 0.4 ? moment() : undefined,
    crash: random() < 0.1 ? moment() : undefined,
  }
}

describe(`pat run that is disturbed (repeat with ZPCLI_FAULT_SEED=${seed})`, () => {
  it.effect(
    `leaves no working PAT, or says so: ${sequences} sequences`,
    () =>
      Effect.gen(function* () {
        const codes = new Set<number | undefined>()
        for (let index = 0; index < sequences; index++) {
          const account = yield* makeAccount(false)
          const sequence = sequenceOf(index)
          const { code, requests, stderr } = yield* account.run(sequence)
          const { active } = yield* account.look
          const context = `sequence ${index}: ${JSON.stringify({ sequence, code, requests, stderr, active })}`
          codes.add(code)
          expect(stderr, context).not.toContain("internal error")
          if (code === undefined) {
            // Killed: the PAT ends by itself.
            yield* TestClock.adjust("2 days")
            expect((yield* account.look).active, context).toEqual([])
          } else if (sequence.certain) {
            expect(active, context).toEqual([])
            expect(code, context).not.toBe(7)
          } else if (active.length > 0) {
            expect(stderr, context).toMatch(/could not confirm that its PAT|It is unclear whether|exists as/)
            expect(code, context).not.toBe(0)
          }
        }
        // Otherwise the sequences left too little to see.
        for (const code of [undefined, 0, 3, 7, 125, 126, 127, 137, 143]) expect(codes).toContain(code)
      }),
    30_000 + sequences * 500,
  )
})
