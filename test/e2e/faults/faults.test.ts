import { describe, expect, it } from "vitest"
import { makeCertificate, noOpenssl } from "../../support/http/network.ts"
import { behaviours } from "./catalogue.ts"
import { behaviourOf, methodOf, readTable, runRow } from "./table.ts"

const rows = readTable("test/e2e/faults/faults.md")
const certificate = noOpenssl ? undefined : makeCertificate()

describe("faults.md", () => {
  it("has a row for every behaviour, a behaviour for every row, and no row twice", () => {
    expect([...new Set(rows.map(behaviourOf))].sort()).toEqual(Object.keys(behaviours).sort())
    const names = rows.map(({ command, fault }) => `${fault}: ${command}`)
    expect(names).toEqual([...new Set(names)])
  })
})

describe.concurrent("a fault and what the user gets", () => {
  for (const row of rows) {
    const { again, command, exitCode, fault, phrase } = row
    const behaviour = behaviours[behaviourOf(row)]
    const name = `${fault}: pat ${command} exits ${exitCode}`
    it.skipIf(behaviour?.tls && noOpenssl)(name, { timeout: 60_000 }, async ({ expect, onTestFinished }) => {
      const { decoyed, ran, server } = await runRow(row, certificate, onTestFinished)
      const { code, signal, stderr, stdout } = ran
      expect({ code, signal, stdout, stderr }).toMatchObject({ code: exitCode, signal: null })
      expect(exitCode === 0 ? stdout : stderr).toContain(phrase)
      // stdout is the result and nothing else.
      expect(exitCode === 0 ? stderr : stdout).toBe("")

      const attempts = again ? 2 : 1
      const listens = behaviour?.fault !== undefined
      // The list is asked before a revoke, and once more where its answer is in doubt.
      const looks =
        command !== "revoke" || !listens
          ? 0
          : Math.max(1, server.seen.filter(({ method }) => method === "GET").length)
      expect(looks).toBeLessThanOrEqual(2)
      const lookups = command === "create" && exitCode === 7 ? 1 : looks
      expect(server.connections()).toBe(listens ? attempts + lookups : 0)
      const verb = server.seen.filter(({ method }) => method === methodOf[command]).length
      if (listens && behaviour.fault?.at !== "connect" && behaviour.tls !== "untrusted") {
        expect(verb).toBe(attempts)
      } else expect(verb).toBeLessThanOrEqual(attempts)
      expect(decoyed).toBe(0)

      const made = server.pats().slice(1)
      expect(made.length).toBeLessThanOrEqual(
        command === "create" && (exitCode === 0 || exitCode === 7) ? 1 : 0,
      )
      if (command === "create" && exitCode === 0) {
        expect(stdout).toContain(made[0]?.token)
        expect(made).toHaveLength(1)
      }
      if (command === "create" && exitCode === 7) {
        // What exists is named, and what does not is not.
        expect(/exists as ([\w-]+)/.exec(stderr)?.[1]).toBe(made[0]?.keyId)
      }
      if (command === "revoke" && exitCode === 0) expect(server.pats()[0]?.revoked).toBe(true)

      const shown = command === "create" && exitCode === 0 ? stderr : stdout + stderr
      for (const secret of server.secrets) {
        expect(shown).not.toContain(secret)
      }
    })
  }
})
