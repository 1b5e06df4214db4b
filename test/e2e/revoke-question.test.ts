import { describe, expect, it } from "vitest"
import { startGate } from "../support/program/gate.ts"
import { runCli } from "../support/program/program.ts"
import { dealtKeyIds as ids, type Sandbox, startSandbox } from "../support/sandbox.ts"
import { noTerminal, runCliOnTerminal } from "../support/terminal/pty.ts"

const withPats = async (...labels: ReadonlyArray<string>): Promise<Sandbox> => {
  const sandbox = await startSandbox()
  for (const label of labels) await sandbox.call("POST", "/pat", { label, scopes: ["job"] })
  return sandbox
}

const statuses = async (sandbox: Sandbox) =>
  ((await sandbox.call("GET", "/pat")) as { items: ReadonlyArray<{ status: string }> }).items.map(
    ({ status }) => status,
  )

const revoke = (sandbox: Sandbox, args: ReadonlyArray<string>, input = "") =>
  runCli(["pat", "revoke", ...args], { env: sandbox.env, input })

describe("pat revoke of several", () => {
  it.each([["--yes"], ["--json"]])(
    "with a wrong password signs in once and says so once, with %s",
    async (flag) => {
      const sandbox = await withPats("a", "b", "c")
      const ran = await runCli(["pat", "revoke", flag, ids[0], ids[1], ids[2]], {
        env: { ...sandbox.env, ZPOOL_PASSWORD: "wrong" },
      })
      expect(ran).toMatchObject({ code: 4, stdout: "" })
      expect(sandbox.requests).toEqual(["POST /login 401"])
      expect(ran.stderr.match(/refused the username or password/g)).toHaveLength(1)
    },
  )

  it("without a password says so once", async () => {
    const sandbox = await withPats("a", "b")
    const { ZPOOL_PASSWORD: _, ...env } = sandbox.env
    const ran = await runCli(["pat", "revoke", "--yes", ids[0], ids[1]], { env })
    expect(ran).toMatchObject({ code: 4, stdout: "" })
    expect(ran.stderr.match(/ZPOOL_PASSWORD/g)).toHaveLength(1)
    expect(sandbox.requests).toEqual([])
  })

  it.skipIf(noTerminal)("ends at Ctrl-C at its password prompt, which is asked once", async () => {
    const sandbox = await withPats("a", "b", "c")
    const { ZPOOL_PASSWORD: _, ...env } = sandbox.env
    const ran = await runCliOnTerminal(["pat", "revoke", "--yes", ids[0], ids[1], ids[2]], {
      env,
      script: [["Password", "\u0003"]],
    })
    expect(ran).toMatchObject({ code: 130, echo: true, unused: [] })
    expect(ran.output.match(/Password/g)).toHaveLength(1)
    expect(sandbox.requests).toEqual([])
  })

  it("exits with the code of the first failure in the order given", async () => {
    const sandbox = await withPats("a", "b", "c")
    const url = await startGate(sandbox, {
      faults: [`DELETE /pat/${ids[1]} 503`, `DELETE /pat/${ids[2]} 400`],
    })
    const env = { ...sandbox.env, ZPOOL_API_URL: url, ZPOOL_MAX_RETRIES: "0" }
    const code = async (...given: ReadonlyArray<string>) =>
      (await runCli(["pat", "revoke", "--yes", ...given], { env })).code
    expect(await code(ids[0], ids[2], ids[1])).toBe(1)
    expect(await code(ids[1], ids[2])).toBe(6)
  })
})

describe("the question of pat revoke", () => {
  const fields = (label: string) => `PAT ${ids[0]} ("${label}", scopes job, last used never)`

  it.each([
    [
      "x\", scopes *, last used never)? This can't be undone. [y/N] ",
      "x\\\", scopes *, last used never)? This can't be undone. [y/N] ",
    ],
    ["back\\", "back\\\\"],
    ['\\"', '\\\\\\"'],
    ["a 'quote'", "a 'quote'"],
  ])("escapes the quotes of the label %j, so that it can't forge its end", async (label, shown) => {
    const sandbox = await withPats(label)
    const { code, stderr } = await revoke(sandbox, [ids[0]], "n\n")
    expect(code).toBe(3)
    expect(stderr.split("\n")[0]).toContain(`Revoke ${fields(shown)}?`)
  })

  it("says which PAT one is signed in with", async () => {
    const sandbox = await withPats("a")
    const own = await sandbox.call("POST", "/pat", { label: "own", scopes: ["pat"] })
    const env = { ZPOOL_API_URL: sandbox.url, ZPOOLPAT: String(own.token) }
    const { code, stderr } = await runCli(["pat", "revoke", ids[0], String(own.key_id)], {
      env,
      input: "n\n",
    })
    expect(code).toBe(3)
    expect(stderr).toMatch(/\("own", [^)]*\), which you are signed in with\n/)
    expect(stderr).toContain(`  ${fields("a")}\n`)
  })

  it("is not asked about a PAT that is already revoked", async () => {
    const sandbox = await withPats("a")
    await sandbox.call("DELETE", `/pat/${ids[0]}`)
    const { code, stderr, stdout } = await revoke(sandbox, [ids[0]], "y\n")
    expect({ code, stdout }).toEqual({ code: 5, stdout: "" })
    expect(stderr).toContain(`PAT ${ids[0]} is already revoked`)
    expect(stderr).not.toContain("[y/N]")
    expect(sandbox.requests).toEqual(["POST /login 200", "GET /pat 200"])
  })

  it("is not asked about a PAT that is not listed, and names the nearest one", async () => {
    const sandbox = await withPats("a", "b")
    const { code, stderr } = await revoke(sandbox, ["law-hotel-shape-comunity"], "y\n")
    expect(code).toBe(5)
    expect(stderr).toContain("There is no PAT law-hotel-shape-comunity")
    expect(stderr).toContain(`Did you mean ${ids[0]}?`)
    expect(stderr).not.toContain("[y/N]")
    expect(sandbox.requests).toEqual(["POST /login 200", "GET /pat 200"])
  })

  it("is asked about those of several that can be revoked, and the others fail", async () => {
    const sandbox = await withPats("a", "b", "c")
    await sandbox.call("DELETE", `/pat/${ids[1]}`)
    const { code, stderr, stdout } = await revoke(sandbox, [ids[1], ids[0], "no-such-key-id", ids[2]], "y\n")
    expect({ code, stdout }).toEqual({
      code: 5,
      stdout: `PAT ${ids[0]} revoked successfully.\nPAT ${ids[2]} revoked successfully.\n`,
    })
    expect(stderr).toContain("Revoke these 2 PATs?")
    expect(stderr).toContain(`${ids[1]} is already revoked`)
    expect(stderr).toContain("There is no PAT no-such-key-id")
    expect(sandbox.requests.filter((request) => request.startsWith("DELETE"))).toHaveLength(2)
    expect(await statuses(sandbox)).toEqual(["revoked", "revoked", "revoked"])
  })

  it("declined ends with 3 although another could not be revoked anyway", async () => {
    const sandbox = await withPats("a")
    expect((await revoke(sandbox, [ids[0], "no-such-key-id"], "n\n")).code).toBe(3)
    expect(await statuses(sandbox)).toEqual(["active"])
  })
})
