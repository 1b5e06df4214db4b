import { spawn } from "node:child_process"
import { describe, expect, it } from "vitest"
import { cleanEnv, ended, runCli } from "../support/program/program.ts"
import { dealtKeyIds as ids, pathWithProgram, startSandbox } from "../support/sandbox.ts"
import { noTerminal, runOnTerminal } from "../support/terminal/pty.ts"

const withPats = async () => {
  const sandbox = await startSandbox()
  for (const label of ["a", "b"]) await sandbox.call("POST", "/pat", { label, scopes: ["job"] })
  return sandbox
}

const done = `PAT ${ids[0]} revoked successfully.\nPAT ${ids[1]} revoked successfully.\n`

describe("zpcli pat revoke -", () => {
  it("revokes what a pipe from pat list names, under pipefail, and nothing when it runs again", async () => {
    const sandbox = await withPats()
    const env = cleanEnv({ ...sandbox.env, PATH: pathWithProgram() })
    const line = "zpcli pat list -q --status active | zpcli pat revoke - --yes"
    const run = () => ended(spawn("bash", ["-e", "-o", "pipefail", "-c", line], { env }))
    expect(await run()).toMatchObject({ code: 0, stdout: done, stderr: "" })
    expect(await run()).toMatchObject({ code: 0, stdout: "", stderr: "Nothing to revoke.\n" })
  })

  it("revokes the active PATs of a label by the line that is suggested for --label", async () => {
    const sandbox = await withPats()
    await sandbox.call("POST", "/pat", { label: "a", scopes: ["job"] })
    await sandbox.call("DELETE", `/pat/${ids[0]}`)
    const env = cleanEnv({ ...sandbox.env, PATH: pathWithProgram() })
    const refused = await runCli(["pat", "revoke", "--label", "a"], { env })
    const line = /zpcli pat list .+$/m.exec(refused.stderr)?.[0].replace("LABEL", "a")
    const ran = await ended(spawn("bash", ["-e", "-o", "pipefail", "-c", `${line} --yes`], { env }))
    expect(ran).toMatchObject({ code: 0, stdout: `PAT ${ids[2]} revoked successfully.\n`, stderr: "" })
  })

  it.skipIf(noTerminal)("asks at the terminal, though its three streams are elsewhere", async () => {
    const sandbox = await withPats()
    const env = { ...sandbox.env, PATH: pathWithProgram() }
    const line = `printf '${ids[0]}\\n${ids[1]}\\n' | zpcli pat revoke - 2>&1 | cat`
    const ran = await runOnTerminal(["bash", "-o", "pipefail", "-c", line], {
      env,
      script: [["\\[y/N\\] ", "y\r"]],
    })
    expect(ran).toMatchObject({ code: 0, echo: true, unused: [], echoes: [false] })
    expect(ran.output).toContain(`Revoke these 2 PATs? This can't be undone. [y/N] y\n${done}`)
  })

  it.skipIf(noTerminal)("reads key IDs that are typed, and still asks", async () => {
    const sandbox = await withPats()
    const env = { ...sandbox.env, PATH: pathWithProgram() }
    const ran = await runOnTerminal(["zpcli", "pat", "revoke", "-"], {
      env,
      script: [
        ["Ctrl-D ends the list", `${ids[0]}\n\u0004`],
        ["\\[y/N\\] ", "\r"],
      ],
    })
    expect(ran).toMatchObject({ code: 3, echo: true, unused: [] })
    expect(ran.output).toContain(`Revoke PAT ${ids[0]}`)
  })

  it.each([
    ["stdin is longer than 1 MiB", `${ids[0]}\n`.repeat(50_000)],
    ["a line is bad", `${ids[0]}\nno\n`],
  ])("sends nothing where %s", async (_, input) => {
    const sandbox = await withPats()
    const ran = await runCli(["pat", "revoke", "-", "--json"], { env: sandbox.env, input })
    expect(ran).toMatchObject({ code: 2, stdout: "" })
    expect(JSON.parse(ran.stderr)).toMatchObject({ error: { exitCode: 2, retryable: false } })
    expect(sandbox.requests).toEqual([])
  })
})
