/** What is left of a hand-over to a command, whatever the command and the API do: each row of a table. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Struct from "effect/Struct"
import { type Behaviour, makeAccount, oldKeyId } from "../../support/world/nights.ts"

const made = "law-hotel-shape-community"

const commands = [
  "exits 0",
  "exits 3",
  "is missing",
  "is killed",
  "closes stdin at once",
  "runs until SIGTERM",
] as const satisfies ReadonlyArray<Behaviour>

const faults = {
  "no fault": [],
  "the create's answer is lost": ["POST /pat after-drop 1"],
  "the check is refused": ["GET /hello 401"],
  "the revoke fails once": ["DELETE /pat 503 1"],
  "the revoke fails always": ["DELETE /pat 503"],
} as const
type FaultName = keyof typeof faults

const kinds = {
  create: ["pat", "create", "CI", "--scope", "job"],
  "rotate by ID": ["pat", "rotate", oldKeyId, "--yes"],
  "rotate by label": ["pat", "rotate", "--label", "CI", "--yes"],
} as const
type Kind = keyof typeof kinds

interface Outcome {
  /** The PATs that work. */
  readonly active: ReadonlyArray<string>
  /** Whose token the store has. */
  readonly held: string | undefined
  readonly code: number
}

const expected = (command: (typeof commands)[number], fault: FaultName, kind: Kind): Outcome => {
  const before = kind === "create" ? [] : [oldKeyId]
  const held = before[0]
  const nothingNew = (code: number) => ({ active: before, held, code })
  const unheld = (code: number) => ({ active: [...before, made], held, code })
  if (command === "is missing") return nothingNew(127)
  // A rotation takes the PAT back; another job may have created the same label at the same moment.
  if (fault === "the create's answer is lost") return kind === "create" ? unheld(7) : nothingNew(9)
  const stuck = fault === "the revoke fails always"
  // A create is not checked.
  if (fault === "the check is refused" && kind !== "create") return nothingNew(9)
  if (command === "exits 0") {
    if (kind !== "create" && stuck) return { active: [oldKeyId, made], held: made, code: 10 }
    return { active: [made], held: made, code: 0 }
  }
  if (command === "runs until SIGTERM") return stuck ? unheld(143) : nothingNew(143)
  return stuck ? unheld(7) : nothingNew(9)
}

const rows = Struct.keys(kinds).flatMap((kind) =>
  commands.flatMap((command) => Struct.keys(faults).map((fault) => ({ kind, command, fault }))),
)

describe("a token for a command", () => {
  it.effect.each(rows)("$kind: it $command, $fault", ({ command, fault, kind }) =>
    Effect.gen(function* () {
      const account = yield* makeAccount(kind !== "create")
      const { code, requests } = yield* account.run({
        argv: [...kinds[kind], "--", "store", "token"],
        command,
        faults: faults[fault],
      })
      const { active, held } = yield* account.look
      expect({ active, held, code }, requests.join(", ")).toEqual(expected(command, fault, kind))
      // Whatever the row: what works is held by somebody, or the exit code says that it may not be.
      const unheld = active.filter((keyId) => keyId !== held && keyId !== oldKeyId)
      if (![7, 143].includes(code ?? 0)) expect(unheld).toEqual([])
      if (kind !== "create") expect(active).toContain(held)
      if (command === "is missing") expect(requests).toEqual([])
    }),
  )
})
