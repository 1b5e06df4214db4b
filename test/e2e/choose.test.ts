import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { dealtKeyIds as ids, startSandbox } from "../support/sandbox.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"
import { noTerminal, runCliOnTerminal } from "../support/terminal/pty.ts"

const withPats = async (...labels: ReadonlyArray<string>) => {
  const sandbox = await startSandbox()
  for (const label of labels) await sandbox.call("POST", "/pat", { label, scopes: ["job"] })
  const statuses = async () =>
    ((await sandbox.call("GET", "/pat")) as { items: ReadonlyArray<{ status: string }> }).items.map(
      ({ status }) => status,
    )
  return { ...sandbox, statuses }
}

const hidesCursor = "\u001B[?25l"

describe.skipIf(noTerminal)("choosing at a terminal", () => {
  it.each([40, 80])("revokes the PATs that were chosen, on %i columns", async (columns) => {
    const { env, statuses } = await withPats("first", "a label that is longer than its column", "third")
    const ran = await runCliOnTerminal(["pat", "revoke"], {
      env,
      columns,
      script: [
        ["Filter: $", " "],
        ["1 selected[\\s\\S]*Filter: $", "\u001B[B"],
        ["Filter: $", "\u001B[B "],
        ["2 selected[\\s\\S]*Filter: $", "\r"],
        ["\\[y/N\\] $", "y\r"],
      ],
    })
    expect(ran).toMatchObject({ code: 0, echo: true, unused: [] })
    expect(ran.output).toContain(`Equivalent command:\n  zpcli pat revoke ${ids[0]} ${ids[2]}`)
    expect(ran.output).not.toContain(hidesCursor)
    expect(await statuses()).toEqual(["revoked", "active", "revoked"])
  })

  it.each([
    ["Ctrl-C", "\u0003", 130],
    ["Ctrl-D", "\u0004", 130],
    ["SIGTERM", { signal: "SIGTERM" }, 143],
  ] as const)("changes nothing at %s", async (_, action, code) => {
    const { env, requests, statuses } = await withPats("first", "second")
    const ran = await runCliOnTerminal(["pat", "rotate"], { env, script: [["Filter: $", action]] })
    expect(ran).toMatchObject({ code, echo: true, unused: [] })
    expect(requests.filter((line) => /^(POST|DELETE) \/pat/.test(line))).toEqual([])
    expect(await statuses()).toEqual(["active", "active"])
  })

  it("redraws to the new width at the next key after a resize", async () => {
    const { env } = await withPats("a label that is longer than its column in forty columns", "second")
    const ran = await runCliOnTerminal(["pat", "show"], {
      env,
      script: [
        ["Filter: $", { columns: 40 }],
        // The width is known only once SIGWINCH has arrived.
        ["", { pause: 0.7 }],
        ["", "\u001B[B"],
        ["Filter: $", "\r"],
      ],
    })
    expect(ran).toMatchObject({ code: 0, unused: [] })
    const [wide = "", narrow = ""] = ran.output.split("\u001B[J")
    expect(Math.max(...wide.split("\n").map((line) => line.length))).toBeGreaterThan(40)
    expect(narrow).toContain("> second")
    for (const line of narrow.split("\r")[0]?.split("\n") ?? []) expect(line.length).toBeLessThan(40)
    expect(ran.output).toContain(`ID: ${ids[1]}`)
  })

  it("works while stdout is a file", async () => {
    const { env, statuses } = await withPats()
    const stdout = join(temporaryFolder(), "token")
    const ran = await runCliOnTerminal(["pat", "create", "--token-only"], {
      env: { ...env, NO_COLOR: "1" },
      stdout,
      script: [
        ["Label: $", "CI\r"],
        ["scopes[\\s\\S]*Filter: $", "job \r"],
        ["expire[\\s\\S]*Filter: $", "30\r"],
      ],
    })
    expect(ran).toMatchObject({ code: 0, echo: true, unused: [] })
    expect(ran.output).toContain(
      "Equivalent command:\n  zpcli pat create --token-only CI --scope job --expires-in 30d",
    )
    expect(readFileSync(stdout, "utf8")).toMatch(/^zpat_[\w-]+\n$/)
    expect(await statuses()).toEqual(["active"])
  })

  it("is impossible in a CI job, even on a terminal", async () => {
    const { env, requests } = await withPats()
    const ran = await runCliOnTerminal(["pat", "revoke"], { env: { ...env, CI: "true" } })
    expect(ran).toMatchObject({ code: 2 })
    expect(ran.output).toContain("The argument <key_id> is missing.")
    expect(requests).toEqual([])
  })
})
