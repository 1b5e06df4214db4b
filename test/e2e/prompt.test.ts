import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { binary, program, runShell, startCli } from "../support/program/program.ts"
import { startSandbox } from "../support/sandbox.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"
import { noTerminal, runCliOnTerminal, runOnTerminal } from "../support/terminal/pty.ts"

/** A sandbox with two PATs; gives their key IDs. */
const withPats = async () => {
  const sandbox = await startSandbox()
  const make = async () => {
    const { key_id: keyId } = await sandbox.call("POST", "/pat", { label: "ci", scopes: ["job"] })
    return String(keyId)
  }
  const keyIds = [await make(), await make()] as const
  return { ...sandbox, keyIds }
}

describe("the y/N question without a terminal", () => {
  it("reads exactly one line of stdin, from a pipe and from a file", async () => {
    const file = join(temporaryFolder(), "answers")
    writeFileSync(file, "y\ny\nrest\n")
    const inputs = [`printf 'y\\ny\\nrest\\n' |`, `<'${file}'`]
    const runs = inputs.map(async (input) => {
      const { env, keyIds, requests } = await withPats()
      const commands = `(zpcli pat revoke ${keyIds[0]}; zpcli pat revoke ${keyIds[1]}; cat)`
      const line = input.endsWith("|") ? `${input} ${commands}` : `${commands} ${input}`
      const { stdout } = await runShell(line, { env })
      return { stdout, revoked: requests.filter((request) => request.startsWith("DELETE")).length }
    })
    for (const { revoked, stdout } of await Promise.all(runs)) {
      expect(stdout).toMatch(/^PAT \S+ revoked successfully\.\nPAT \S+ revoked successfully\.\nrest\n$/)
      expect(revoked).toBe(2)
    }
  })

  it("waits for a slow pipe's line or end", async () => {
    const { env, keyIds } = await withPats()
    const slow = await runShell(
      `(sleep 0.5; printf 'y'; sleep 0.5; printf 'es') | zpcli pat revoke ${keyIds[0]}`,
      { env },
    )
    expect(slow.code).toBe(0)
  })

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("ends on %s with %d while the pipe is silent", async (signal, code) => {
    const { env, keyIds, requests } = await withPats()
    const child = startCli(["pat", "revoke", keyIds[0]], { env, stdio: ["pipe", "ignore", "pipe"] })
    const end = new Promise((fulfil) => child.on("close", (exit, by) => fulfil([exit, by])))
    child.stderr?.on("data", (chunk) => {
      if (String(chunk).includes("[y/N]")) child.kill(signal)
    })
    expect(await end).toEqual([code, null])
    expect(requests.some((request) => request.startsWith("DELETE"))).toBe(false)
  })

  it("reads stdin even if nobody reads stderr", async () => {
    const { env, keyIds } = await withPats()
    const { stdout } = await runShell(
      `exec 3>&1; printf 'y\\n' | { sleep 0.2; zpcli pat revoke ${keyIds[0]} 2>&1 >&3; } | true`,
      { env },
    )
    expect(stdout).toBe(`PAT ${keyIds[0]} revoked successfully.\n`)
  })
})

describe.skipIf(noTerminal)("a question at a terminal while stderr is a file", () => {
  it("is shown on the terminal itself", async () => {
    const { env, keyIds } = await withPats()
    const file = join(temporaryFolder(), "stderr")
    const ran = await runCliOnTerminal(["pat", "revoke", keyIds[0]], {
      env,
      stderr: file,
      script: [["(?s)Revoke .*\\[y/N\\] ", "y\r"]],
    })
    expect(ran).toMatchObject({ code: 0, unused: [] })
    expect(readFileSync(file, "utf8")).not.toContain("[y/N]")
  })

  it("can be about a password, which is hidden", async () => {
    const { url } = await startSandbox()
    const ran = await runCliOnTerminal(["pat", "list"], {
      env: { ZPOOL_API_URL: url, ZPOOL_USER: "demo" },
      stderr: join(temporaryFolder(), "stderr"),
      script: [["Password .*: ", "demo-Pa55word\r"]],
    })
    expect(ran).toMatchObject({ code: 0, echoes: [false], echo: true })
    expect(ran.output).not.toContain("demo-Pa55word")
  })

  it.runIf(process.platform === "linux")("is refused if there is no terminal to show it on", async () => {
    const { env, keyIds, requests } = await withPats()
    const file = join(temporaryFolder(), "stderr")
    // setsid takes the controlling terminal away; stdin is a terminal still.
    const ran = await runOnTerminal(["setsid", "-w", binary, ...program, "pat", "revoke", keyIds[0]], {
      env,
      stderr: file,
    })
    expect(ran.code).toBe(3)
    expect(readFileSync(file, "utf8")).toMatch(/^zpcli: .*Nothing was changed.*\n.*--yes/)
    expect(requests.some((request) => request.startsWith("DELETE"))).toBe(false)
  })

  it("works even if nobody reads stderr", async () => {
    const { env, keyIds } = await withPats()
    const ran = await runOnTerminal(
      [
        "bash",
        "-c",
        `"$0" "$@" 2> >(exec true); echo ended $?`,
        binary,
        ...program,
        "pat",
        "revoke",
        keyIds[0],
      ],
      { env, script: [["(?s)Revoke .*\\[y/N\\] ", "y\r"]] },
    )
    expect(ran.output).toContain("ended 0")
  })
})
