import { resolve } from "node:path"
import { stripVTControlCharacters } from "node:util"
import { describe, expect, it } from "vitest"
import { binary, ended, pathWithProgram, program, runCli, startCli } from "../support/program/program.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"
import { noTerminal, runCliOnTerminal } from "../support/terminal/pty.ts"

const introduction = "In this shell, zpcli is signed in to a sandbox as demo, not to your account."

describe.skipIf(noTerminal)("a shell of zpcli sandbox at a terminal", () => {
  const shell = (args: ReadonlyArray<string>, ...typed: ReadonlyArray<string>) =>
    runCliOnTerminal(["sandbox", ...args], {
      env: { PATH: pathWithProgram(), PS1: "> ", HOME: temporaryFolder() },
      script: typed.map((line) => ["> ", `${line}\r`] as const),
    })

  it("says what it is and how to leave it, and is signed in", async () => {
    const ran = await shell(["--", "sh"], "zpcli hello", "exit 3")
    expect(ran).toMatchObject({ code: 3, echo: true, unused: [] })
    expect(ran.output).toContain(
      `${introduction}\nTry zpcli pat list. To leave and delete the sandbox, type exit.\n`,
    )
    expect(ran.output).toContain("Hello demo\n")
    expect(ran.output).toMatch(/\nThe sandbox and its PATs were deleted\.\n$/)
  })

  it("is not introduced if it can't be started, or is given a command", async () => {
    const missing = await shell(["--", "/nonexistent/bash"])
    expect(missing).toMatchObject({ code: 127 })
    expect(missing.output).toMatch(/^zpcli: \/nonexistent\/bash: command not found\.\n/)
    expect(missing.output).not.toContain("gone")
    expect(await shell(["--", "sh", "-c", "echo done"])).toMatchObject({ code: 0, output: "done\n" })
  })
})

describe("a shell of zpcli sandbox in a pipe", () => {
  it("reads its commands, and nothing is added", async () => {
    expect(
      await runCli(["sandbox", "--", "sh"], {
        env: { PATH: pathWithProgram() },
        input: "zpcli pat list\nexit 3\n",
      }),
    ).toMatchObject({ code: 3, stdout: "No PATs found.\n", stderr: "" })
  })
})

describe("the tour of npm run demo", () => {
  const tour = ["sandbox", "--", process.execPath, resolve("scripts/tour.mjs"), binary, ...program]

  it.skipIf(noTerminal)("shows tables as a terminal does", async () => {
    const { code, output } = await runCliOnTerminal(tour, { columns: 80 })
    expect(code, output).toBe(0)
    const tables = output.split("\u001b[1mID").slice(1)
    expect(tables.length).toBeGreaterThanOrEqual(3)
    for (const table of tables) {
      const rows = table.split("\n\n")[0] as string
      for (const row of stripVTControlCharacters(rows).split("\n").slice(1, 4))
        expect(row.length, row).toBeLessThanOrEqual(80)
    }
    expect(output).toContain("npx zpcli sandbox --seed demo -- bash")
  })

  it("is plain and in order in a pipe", async () => {
    const child = startCli(tour)
    const { code, stdout } = await ended(child)
    expect(code, stdout).toBe(0)
    expect(stdout).not.toContain("\u001b")
    expect(stdout).toMatch(/\$ zpcli hello\nHello demo\n/)
    expect(stdout).toMatch(/\$ zpcli pat list\nID +Label/)
    expect(stdout.endsWith("npx zpcli sandbox --seed demo -- bash\n")).toBe(true)
  })
})
