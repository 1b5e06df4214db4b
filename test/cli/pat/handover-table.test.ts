/** What is left of a hand-over to a command, whatever the command and the API do: each row of a table. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type CommandBehaviour, ciKeyId, makeAccount } from "../../support/world/nights.ts"

const keyIds = { old: ciKeyId, new: "law-hotel-shape-community" } as const
type Which = keyof typeof keyIds

const faults = {
  "no fault": [],
  "the create's answer is lost": ["POST /pat after-drop 1"],
  "the check is refused": ["GET /hello 401"],
  "the revoke fails once": ["DELETE /pat 503 1"],
  "the revoke fails always": ["DELETE /pat 503"],
} as const

const verbs = {
  create: [["pat", "create", "CI", "--scope", "job"]],
  rotate: [
    ["pat", "rotate", ciKeyId, "--yes"],
    ["pat", "rotate", "--label", "CI", "--yes"],
  ],
} as const

/** What the command does, what fails, the exit code, the PATs that work, and the one whose token is stored. */
type Row = readonly [
  verb: keyof typeof verbs,
  command: CommandBehaviour,
  fault: keyof typeof faults,
  code: number,
  active: ReadonlyArray<Which>,
  held: Which | undefined,
]

const rows: ReadonlyArray<Row> = [
  ["create", "exits 0", "no fault", 0, ["new"], "new"],
  ["create", "exits 0", "the create's answer is lost", 7, ["new"], undefined],
  ["create", "exits 0", "the check is refused", 0, ["new"], "new"],
  ["create", "exits 0", "the revoke fails once", 0, ["new"], "new"],
  ["create", "exits 0", "the revoke fails always", 0, ["new"], "new"],
  ["create", "exits 3", "no fault", 9, [], undefined],
  ["create", "exits 3", "the create's answer is lost", 7, ["new"], undefined],
  ["create", "exits 3", "the check is refused", 9, [], undefined],
  ["create", "exits 3", "the revoke fails once", 9, [], undefined],
  ["create", "exits 3", "the revoke fails always", 7, ["new"], undefined],
  ["create", "is missing", "no fault", 127, [], undefined],
  ["create", "is missing", "the create's answer is lost", 127, [], undefined],
  ["create", "is missing", "the check is refused", 127, [], undefined],
  ["create", "is missing", "the revoke fails once", 127, [], undefined],
  ["create", "is missing", "the revoke fails always", 127, [], undefined],
  ["create", "is killed", "no fault", 9, [], undefined],
  ["create", "is killed", "the create's answer is lost", 7, ["new"], undefined],
  ["create", "is killed", "the check is refused", 9, [], undefined],
  ["create", "is killed", "the revoke fails once", 9, [], undefined],
  ["create", "is killed", "the revoke fails always", 7, ["new"], undefined],
  ["create", "closes stdin at once", "no fault", 9, [], undefined],
  ["create", "closes stdin at once", "the create's answer is lost", 7, ["new"], undefined],
  ["create", "closes stdin at once", "the check is refused", 9, [], undefined],
  ["create", "closes stdin at once", "the revoke fails once", 9, [], undefined],
  ["create", "closes stdin at once", "the revoke fails always", 7, ["new"], undefined],
  ["create", "runs until SIGTERM", "no fault", 143, [], undefined],
  ["create", "runs until SIGTERM", "the create's answer is lost", 7, ["new"], undefined],
  ["create", "runs until SIGTERM", "the check is refused", 143, [], undefined],
  ["create", "runs until SIGTERM", "the revoke fails once", 143, [], undefined],
  ["create", "runs until SIGTERM", "the revoke fails always", 143, ["new"], undefined],
  ["rotate", "exits 0", "no fault", 0, ["new"], "new"],
  ["rotate", "exits 0", "the create's answer is lost", 9, ["old"], "old"],
  ["rotate", "exits 0", "the check is refused", 9, ["old"], "old"],
  ["rotate", "exits 0", "the revoke fails once", 0, ["new"], "new"],
  ["rotate", "exits 0", "the revoke fails always", 10, ["old", "new"], "new"],
  ["rotate", "exits 3", "no fault", 9, ["old"], "old"],
  ["rotate", "exits 3", "the create's answer is lost", 9, ["old"], "old"],
  ["rotate", "exits 3", "the check is refused", 9, ["old"], "old"],
  ["rotate", "exits 3", "the revoke fails once", 9, ["old"], "old"],
  ["rotate", "exits 3", "the revoke fails always", 7, ["old", "new"], "old"],
  ["rotate", "is missing", "no fault", 127, ["old"], "old"],
  ["rotate", "is missing", "the create's answer is lost", 127, ["old"], "old"],
  ["rotate", "is missing", "the check is refused", 127, ["old"], "old"],
  ["rotate", "is missing", "the revoke fails once", 127, ["old"], "old"],
  ["rotate", "is missing", "the revoke fails always", 127, ["old"], "old"],
  ["rotate", "is killed", "no fault", 9, ["old"], "old"],
  ["rotate", "is killed", "the create's answer is lost", 9, ["old"], "old"],
  ["rotate", "is killed", "the check is refused", 9, ["old"], "old"],
  ["rotate", "is killed", "the revoke fails once", 9, ["old"], "old"],
  ["rotate", "is killed", "the revoke fails always", 7, ["old", "new"], "old"],
  ["rotate", "closes stdin at once", "no fault", 9, ["old"], "old"],
  ["rotate", "closes stdin at once", "the create's answer is lost", 9, ["old"], "old"],
  ["rotate", "closes stdin at once", "the check is refused", 9, ["old"], "old"],
  ["rotate", "closes stdin at once", "the revoke fails once", 9, ["old"], "old"],
  ["rotate", "closes stdin at once", "the revoke fails always", 7, ["old", "new"], "old"],
  ["rotate", "runs until SIGTERM", "no fault", 143, ["old"], "old"],
  ["rotate", "runs until SIGTERM", "the create's answer is lost", 9, ["old"], "old"],
  ["rotate", "runs until SIGTERM", "the check is refused", 9, ["old"], "old"],
  ["rotate", "runs until SIGTERM", "the revoke fails once", 143, ["old"], "old"],
  ["rotate", "runs until SIGTERM", "the revoke fails always", 143, ["old", "new"], "old"],
]

describe("a token for a command", () => {
  it.effect.each(rows)("%s: it %s, %s: %d", ([verb, command, fault, code, working, stored]) =>
    Effect.gen(function* () {
      for (const argv of verbs[verb]) {
        const account = yield* makeAccount(verb === "rotate")
        const { code: actual, requests } = yield* account.run({
          argv: [...argv, "--", "store", "token"],
          command,
          faults: faults[fault],
        })
        const { active, held } = yield* account.look
        expect({ active, held, code: actual }, requests.join(", ")).toEqual({
          active: working.map((which) => keyIds[which]),
          held: stored && keyIds[stored],
          code,
        })
        if (command === "is missing") expect(requests).toEqual([])
      }
    }),
  )

  it("is held by somebody if its PAT works, or the exit code says that it may not be", () => {
    for (const [verb, , , code, active, held] of rows) {
      if (![7, 143].includes(code))
        expect(active.filter((which) => which === "new" && held !== "new")).toEqual([])
      if (verb === "rotate") expect(active).toContain(held)
    }
  })
})
