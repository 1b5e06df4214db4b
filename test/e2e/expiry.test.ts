import { describe, it } from "vitest"
import { runCli } from "../support/program/program.ts"
import { startSandbox } from "../support/sandbox.ts"
import { runInProcess } from "../support/world/sockets.ts"

const hour = 3_600_000
const day = 24 * hour
const dateOf = (millis: number) => new Date(millis).toISOString().slice(0, 10)

describe("the expiry of a new PAT", () => {
  for (const [duration, millis] of [
    ["1h", hour],
    ["12h", 12 * hour],
    ["24h", day],
    ["1d", day],
    ["30d", 30 * day],
  ] as const) {
    it(`--expires-in ${duration} is the first UTC midnight at which that long has passed, or later`, async ({
      expect,
    }) => {
      const sandbox = await startSandbox()
      const began = Date.now()
      const args = ["pat", "create", "CI", "--scope", "job", "--expires-in", duration]
      const ran = await runInProcess(args, sandbox.env)
      expect(ran).toMatchObject({
        code: 0,
        stderr: expect.stringMatching(/^Expires \d{4}-\d\d-\d\d 00:00 UTC\.\n$/),
      })
      const items = await sandbox.pats()
      const expiry = Date.parse(items[0]?.expiry_at as string)
      expect(items[0]?.status).toBe("active")
      expect(expiry % day).toBe(0)
      expect(expiry).toBeGreaterThanOrEqual(began + millis)
      expect(expiry).toBeLessThan(Date.now() + millis + day)
    })
  }

  it("rotate --expires-in 1h makes a PAT that works, and revokes the old one", async ({ expect }) => {
    const sandbox = await startSandbox()
    await sandbox.call("POST", "/pat", { label: "CI", scopes: ["job"] })
    const ran = await runCli(["pat", "rotate", "law-hotel-shape-community", "--yes", "--expires-in", "1h"], {
      env: sandbox.env,
    })
    expect(ran).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^Expires \d{4}-\d\d-\d\d 00:00 UTC\.\n$/),
    })
    expect(await sandbox.statuses()).toEqual(["revoked", "active"])
  })

  for (const [name, expiry, words] of [
    ["today", dateOf(Date.now()), "has ended already"],
    ["yesterday", dateOf(Date.now() - day), "has passed"],
  ] as const) {
    it(`--expiry ${name} is sent with a warning that it ${words}`, async ({ expect }) => {
      const sandbox = await startSandbox()
      const ran = await runCli(["pat", "create", "CI", "--scope", "job", "--expiry", expiry], {
        env: sandbox.env,
      })
      expect(ran.code).toBe(0)
      expect(ran.stderr).toContain(expiry)
      expect(ran.stderr).toContain(words)
    })
  }

  it("--expiry tomorrow is sent without a warning", async ({ expect }) => {
    const sandbox = await startSandbox()
    const ran = await runCli(
      ["pat", "create", "CI", "--scope", "job", "--expiry", dateOf(Date.now() + day)],
      { env: sandbox.env },
    )
    expect(ran).toMatchObject({ code: 0, stderr: "" })
  })
})

describe("a duration past the year 9999", () => {
  for (const args of [
    ["list", "--expiring-within", "300000y"],
    ["list", "--expiring-within", "999999mo", "--exit-code"],
    ["list", "--expiring-within", "8000y", "--json"],
    ["create", "CI", "--scope", "job", "--expires-in", "300000y"],
    ["rotate", "law-hotel-shape-community", "--yes", "--expires-in", "999999w"],
  ]) {
    it(`is refused before a request by pat ${args.join(" ")}`, async ({ expect }) => {
      const { env, requests } = await startSandbox()
      const ran = await runInProcess(["pat", ...args], env)
      expect(ran).toMatchObject({ code: 2, stdout: "" })
      expect(ran.stderr).toContain("is past the year 9999")
      expect(requests).toEqual([])
    })
  }
})
