/** Which PATs work after a token was handed to a command, whatever the command and the API do. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type CommandBehaviour, ciKeyId, makeAccount } from "../../support/world/nights.ts"

const keyIds = { old: ciKeyId, new: "law-hotel-shape-community" } as const
type Which = keyof typeof keyIds

const faults = {
  "no request fails": [],
  "the create's answer is lost": ["POST /pat after-drop 1"],
  "the check is rejected": ["GET /hello 401"],
  "the revoke fails once": ["DELETE /pat 503 1"],
  "every revoke fails": ["DELETE /pat 503"],
  "every request fails": ["GET /pat 503", "POST /pat 503", "GET /hello 401", "DELETE /pat 503"],
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

/**
 * Some rows stand for several, which can't differ. After a lost answer or a rejected check no command is started, so
 * its behaviour doesn't matter. `create` checks no token, and revokes nothing if the command exits with 0.
 */
const rows: ReadonlyArray<Row> = [
  ["create", "exits 0", "no request fails", 0, ["new"], "new"],
  ["create", "exits 0", "the create's answer is lost", 7, ["new"], undefined],
  ["create", "exits 3", "no request fails", 9, [], undefined],
  ["create", "exits 3", "the revoke fails once", 9, [], undefined],
  ["create", "exits 3", "every revoke fails", 7, ["new"], undefined],
  ["create", "is missing", "every request fails", 127, [], undefined],
  ["create", "is killed", "no request fails", 9, [], undefined],
  ["create", "is killed", "the revoke fails once", 9, [], undefined],
  ["create", "is killed", "every revoke fails", 7, ["new"], undefined],
  ["create", "closes stdin at once", "no request fails", 9, [], undefined],
  ["create", "closes stdin at once", "the revoke fails once", 9, [], undefined],
  ["create", "closes stdin at once", "every revoke fails", 7, ["new"], undefined],
  ["create", "runs until SIGTERM", "no request fails", 143, [], undefined],
  ["create", "runs until SIGTERM", "the revoke fails once", 143, [], undefined],
  ["create", "runs until SIGTERM", "every revoke fails", 143, ["new"], undefined],
  ["rotate", "exits 0", "no request fails", 0, ["new"], "new"],
  ["rotate", "exits 0", "the create's answer is lost", 9, ["old"], "old"],
  ["rotate", "exits 0", "the check is rejected", 9, ["old"], "old"],
  ["rotate", "exits 0", "the revoke fails once", 0, ["new"], "new"],
  ["rotate", "exits 0", "every revoke fails", 10, ["old", "new"], "new"],
  ["rotate", "exits 3", "no request fails", 9, ["old"], "old"],
  ["rotate", "exits 3", "the revoke fails once", 9, ["old"], "old"],
  ["rotate", "exits 3", "every revoke fails", 7, ["old", "new"], "old"],
  ["rotate", "is missing", "every request fails", 127, ["old"], "old"],
  ["rotate", "is killed", "no request fails", 9, ["old"], "old"],
  ["rotate", "is killed", "the revoke fails once", 9, ["old"], "old"],
  ["rotate", "is killed", "every revoke fails", 7, ["old", "new"], "old"],
  ["rotate", "closes stdin at once", "no request fails", 9, ["old"], "old"],
  ["rotate", "closes stdin at once", "the revoke fails once", 9, ["old"], "old"],
  ["rotate", "closes stdin at once", "every revoke fails", 7, ["old", "new"], "old"],
  ["rotate", "runs until SIGTERM", "no request fails", 143, ["old"], "old"],
  ["rotate", "runs until SIGTERM", "the revoke fails once", 143, ["old"], "old"],
  ["rotate", "runs until SIGTERM", "every revoke fails", 143, ["old", "new"], "old"],
]

describe("a token handed to a command", () => {
  it.effect.each(rows)(
    "by pat %s, if the command %s and %s: exit code %d",
    ([verb, command, fault, code, working, stored]) =>
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

  it("is stored if its PAT works, unless the exit code says that it may be lost", () => {
    for (const [verb, , , code, active, held] of rows) {
      if (![7, 143].includes(code))
        expect(active.filter((which) => which === "new" && held !== "new")).toEqual([])
      if (verb === "rotate") expect(active).toContain(held)
    }
  })
})
