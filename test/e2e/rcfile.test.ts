import { chmodSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { runCli } from "../support/cli.ts"
import { startSandbox, temporaryFolder } from "../support/sandbox.ts"

const onUnix = process.platform === "win32" ? describe.skip : describe

onUnix("an rcfile that holds a PAT", () => {
  it.each([
    ["600", false],
    ["640", true],
    ["604", true],
  ])("of mode %s gives a warning: %s", async (mode, warned) => {
    const { call, url } = await startSandbox()
    const { token } = await call("POST", "/pat", { label: "ci", scopes: ["pat"] })
    const rcfile = join(temporaryFolder(), "zpoolrc")
    writeFileSync(rcfile, `ZPOOL_API_URL=${url}\nZPOOLPAT=${token}\n`)
    chmodSync(rcfile, Number.parseInt(mode, 8))
    const { code, stderr, stdout } = await runCli(["pat", "list", "--rcfile", rcfile])
    expect({ code, listed: stdout.includes("law-hotel-shape-community") }).toEqual({ code: 0, listed: true })
    if (warned)
      expect(stderr).toMatch(/^zpcli: warning: .*\/zpoolrc holds a PAT and can be read by other users/)
    else expect(stderr).toBe("")
    expect(stderr).not.toContain(String(token))
  })
})
