import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { cleanEnv, ended, pathWithProgram } from "../support/program/program.ts"
import { startSandbox } from "../support/sandbox.ts"
import { noTerminal, runOnTerminal } from "../support/terminal/pty.ts"

const page = readFileSync(new URL("pat-commands.md", import.meta.url), "utf8")
const blocks = Array.from(page.matchAll(/^```text\n([\s\S]*?)^```$/gm), ([, text]) => text as string)
/** The command lines of the page's examples; what has placeholders is a synopsis. */
const examples = blocks
  .flatMap((block) => block.split("\n"))
  .filter((line) => line.startsWith("zpcli ") && !/[<[]/.test(line))
const [outputOfCreate = ""] = blocks.filter((block) => block.startsWith("PAT created"))
const headings = Array.from(
  page
    .slice(page.indexOf("**Output columns**"), page.indexOf("**Options**"))
    .matchAll(/^\| ([A-Z][\w ]*?) \|/gm),
  ([, name]) => name as string,
).slice(1)

const id = "law-hotel-shape-community"
const question = `Revoke PAT ${id} ("ci", scopes job, last used never)? This can't be undone. [y/N] `

const heading = new RegExp(`^${headings.join(" +")}\n`)
const stdoutOf = (line: string): RegExp => {
  if (line.includes("revoke"))
    return line.includes("--json")
      ? /^\{\n {2}"message": "PAT revoked",\n {2}"detail": \{\n {4}"key_id": "law-hotel-shape-community"\n {2}\}\n\}\n$/
      : /^PAT law-hotel-shape-community revoked successfully\.\n$/
  if (line.includes("create"))
    return new RegExp(`^${outputOfCreate.replace(/[.?!]/g, "\\$&").replace(/zpat_x+/, "zpat_[\\w-]{24,}")}$`)
  if (line.includes("--json"))
    return /^\{\n {2}"message": "PATs retrieved",\n {2}"detail": \{\n {4}"items": \[\n {6}\{\n {8}"key_id": "law-hotel-shape-community",/
  return heading
}

/** What must exist for an example, what it prints, and, where it asks, the question and our answer. */
const expected = (line: string) => ({
  seed: !line.includes("create"),
  stdout: stdoutOf(line),
  ...(line.endsWith(`revoke ${id}`) ? { answer: "y", stderr: question } : { answer: undefined, stderr: "" }),
})

const warning = (line: string): string => {
  const [, expiry] = /--expiry (\S+)/.exec(line) ?? []
  return expiry !== undefined && expiry < new Date().toISOString().slice(0, 10)
    ? `zpcli: warning: The expiry ${expiry} is in the past. The API may refuse it.\n`
    : ""
}

const runInPipe = (line: string, env: Record<string, string>, input: string) => {
  const child = spawn("sh", ["-c", line], { env: cleanEnv(env) })
  child.stdin.end(input)
  return ended(child)
}

describe("the page of examples", () => {
  it("has the examples and outputs that this test looks for", () => {
    expect(examples).toHaveLength(8)
    expect(headings).toEqual(["ID", "Label", "Status", "Created At", "Expiry", "Last Used", "Scopes"])
    expect(outputOfCreate.split("\n")).toHaveLength(5)
    expect(outputOfCreate).toContain(`ID: ${id}\n`)
  })

  it.each(examples)("%s, in a pipe", async (line) => {
    const sandbox = await startSandbox()
    const { answer = "", seed, stderr, stdout } = expected(line)
    if (seed) await sandbox.call("POST", "/pat", { label: "ci", scopes: ["job"] })
    const ran = await runInPipe(line, { ...sandbox.env, PATH: pathWithProgram() }, `${answer}\n`)
    expect(ran.stdout).toMatch(stdout)
    expect(ran.stderr).toBe(stderr === "" ? warning(line) : `${stderr}\n`)
    expect(ran.code).toBe(0)
  })

  describe.skipIf(noTerminal)(`at a terminal`, () => {
    it.each(examples)("%s", async (line) => {
      const sandbox = await startSandbox()
      const { answer, seed, stderr, stdout } = expected(line)
      if (seed) await sandbox.call("POST", "/pat", { label: "ci", scopes: ["job"] })
      const ran = await runOnTerminal(["sh", "-c", line], {
        env: { ...sandbox.env, PATH: pathWithProgram(), NO_COLOR: "1" },
        columns: 200,
        script: answer === undefined ? [] : [["\\[y/N\\] ", `${answer}\r`]],
      })
      const told = answer === undefined ? warning(line) : `${stderr}${answer}\n`
      expect(ran.output.slice(0, told.length)).toBe(told)
      expect(ran.output.slice(told.length)).toMatch(stdout)
      expect(ran).toMatchObject({ code: 0, echo: true, unused: [] })
    })
  })

  it("shows local times with --local", async () => {
    const sandbox = await startSandbox()
    await sandbox.call("POST", "/pat", { label: "ci", scopes: ["job"], expiry: "2099-07-01" })
    const env = { ...sandbox.env, PATH: pathWithProgram(), TZ: "Europe/Berlin" }
    expect((await runInPipe("zpcli pat list", env, "")).stdout).toContain("2099-07-01 00:00:00 UTC")
    expect((await runInPipe("zpcli pat list --local", env, "")).stdout).toContain("2099-07-01 02:00:00 CEST")
  })
})
