import { readFileSync } from "node:fs"
import { join } from "node:path"
import stringWidth from "fast-string-width"
import { describe, expect, it } from "vitest"
import { json } from "../support/http/answer.ts"
import { startScripted } from "../support/http/scripted.ts"
import { runCli } from "../support/program/program.ts"
import { startSandbox } from "../support/sandbox.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"
import { noTerminal, runCliOnTerminal } from "../support/terminal/pty.ts"

const id = "law-hotel-shape-community"
const password = "demo-Pa55word"
const list = ["pat", "list"]
const bold = "\u001b[1mID"

const withPat = async () => {
  const sandbox = await startSandbox()
  await sandbox.call("POST", "/pat", {
    label: "A label of a few words",
    scopes: ["zpool", "job"],
    expiry: "2099-01-01",
  })
  return sandbox
}

describe.skipIf(noTerminal)(`at a terminal`, () => {
  it("asks for the username and password on the terminal, and leaves only JSON in the file", async () => {
    const { requests, url } = await withPat()
    const file = join(temporaryFolder(), "f")
    const ran = await runCliOnTerminal([...list, "--json"], {
      env: { ZPOOL_API_URL: url },
      stdout: file,
      script: [
        ["Username for [^ ]+: ", "dex\u007fmo\r"],
        ["Password for demo at [^ ]+: ", `wrong\u0015${password}\r`],
      ],
    })
    const { host } = new URL(url)
    expect(ran.output).toBe(`Username for ${host}: dex\b \bmo\nPassword for demo at ${host}: \n`)
    expect(ran).toMatchObject({ code: 0, echo: true, echoes: [false, false], unused: [] })
    expect(JSON.parse(readFileSync(file, "utf8")).detail.items[0]).toMatchObject({ key_id: id })
    expect(requests).toEqual(["POST /login 200", "GET /pat 200"])
  })

  it("keeps what is typed ahead for the next prompt", async () => {
    const { url } = await withPat()
    const ran = await runCliOnTerminal(list, {
      env: { ZPOOL_API_URL: url },
      script: [["Username", `demo\r${password}\r`]],
    })
    expect(ran).toMatchObject({ code: 0, echo: true })
    expect(ran.output).not.toContain(password)
    expect(ran.output).toContain("law-hotel")
  })

  it.each([
    ["username", {}, [["Username", "de\u0003"]]],
    ["password", { ZPOOL_USER: "demo" }, [["Password", "half\u0003"]]],
    [
      "password after the username",
      {},
      [
        ["Username", "demo\r"],
        ["Password", "\u0003"],
      ],
    ],
  ] as const)("Ctrl-C at the %s prompt exits 130 with the echo on", async (_, env, script) => {
    const { requests, url } = await startSandbox()
    const ran = await runCliOnTerminal(list, { env: { ZPOOL_API_URL: url, ...env }, script })
    expect(ran).toMatchObject({ code: 130, echo: true, unused: [] })
    expect(ran.output).not.toContain("half")
    expect(ran.output).toMatch(/\n$/)
    expect(requests).toEqual([])
  })

  it("Ctrl-C at [y/N] exits 130 with the echo on and revokes nothing", async () => {
    const { env, requests } = await withPat()
    const ran = await runCliOnTerminal(["pat", "revoke", id], { env, script: [["\\[y/N\\] ", "y\u0003"]] })
    expect(ran).toMatchObject({ code: 130, echo: true, unused: [] })
    expect(requests).toEqual(["POST /login 200", "GET /pat 200"])
  })

  it("Ctrl-C while the API is silent exits 130 with the echo on", async () => {
    const { env, seen } = await startScripted(() => {})
    const ran = await runCliOnTerminal(list, {
      env,
      script: [["Waiting for", "\u0003"]],
    })
    expect(seen).toHaveLength(1)
    expect(ran).toMatchObject({ code: 130, signal: null, echo: true, unused: [] })
  })

  it.each([
    ["\u0004", 3],
    ["\r", 3],
    ["no\r", 3],
    ["y\r", 0],
    ["YES\r", 0],
  ])("%j at [y/N] exits %d", async (keys, code) => {
    const { env, requests } = await withPat()
    const ran = await runCliOnTerminal(["pat", "revoke", id], { env, script: [["\\[y/N\\] ", keys]] })
    expect(ran).toMatchObject({ code, echo: true, unused: [] })
    expect(requests.includes(`DELETE /pat/${id} 200`)).toBe(code === 0)
  })

  it.each([
    [{}, [["Username", "demo\r"]] as const, "Run the command again, and check what you type."],
    [{ ZPOOL_USER: "demo" }, [], "Run the command again and type the password again, or check ZPOOL_USER."],
  ] as const)("a mistyped password isn't blamed on ZPOOL_PASSWORD, with %j", async (env, script, hint) => {
    const { url } = await startSandbox()
    const ran = await runCliOnTerminal(list, {
      env: { ZPOOL_API_URL: url, ...env },
      script: [...script, ["Password", "wrong\r"]],
    })
    expect(ran).toMatchObject({ code: 4, echo: true })
    expect(ran.output).toContain("refused the username or password of demo")
    expect(ran.output).toContain(hint)
    expect(ran.output).not.toContain("ZPOOL_PASSWORD")
  })

  it("Ctrl-\\ at the password prompt quits with the echo on", async () => {
    const { env } = await startSandbox()
    const ran = await runCliOnTerminal(list, {
      env: { ZPOOL_API_URL: env.ZPOOL_API_URL as string, ZPOOL_USER: "demo" },
      script: [["Password", "secret\u001c"]],
    })
    expect(ran).toMatchObject({ code: 131, echo: true })
  })

  it("Ctrl-D at the password prompt exits 4 and names the variable", async () => {
    const { url } = await startSandbox()
    const ran = await runCliOnTerminal(list, {
      env: { ZPOOL_API_URL: url, ZPOOL_USER: "demo" },
      script: [["Password", "\u0004"]],
    })
    expect(ran).toMatchObject({ code: 4, echo: true })
    expect(ran.output).toContain("ZPOOL_PASSWORD")
  })

  it.each([20, 80, 200])("the table fits %d columns and breaks no key ID", async (columns) => {
    const { env } = await withPat()
    const { code, output } = await runCliOnTerminal(list, { env: { ...env, NO_COLOR: "1" }, columns })
    expect(code).toBe(0)
    const lines = output.split("\n")
    for (const line of lines.filter((line) => line !== id)) {
      expect(stringWidth(line), line).toBeLessThanOrEqual(columns)
    }
    expect(lines.filter((line) => line.includes(id))).toHaveLength(1)
    for (const part of ["A", "label", "words", "active", "2099-01-01", "Never", "zpool,", "job"]) {
      expect(output).toContain(part)
    }
    expect(output).not.toContain("\u001b")
  })

  it("the table becomes blocks in the first terminal that is too narrow for it, and never wraps a time", async () => {
    const { call, env } = await startSandbox()
    const scopes = ["zpool", "job", "sshkey", "pat"]
    await call("POST", "/pat", { label: "GitHub Actions, staging only", scopes, expiry: "2099-01-01" })
    await call("POST", "/pat", { label: "x", scopes: ["job"], expiry: "2099-01-01" })
    await call("DELETE", "/pat/market-night-plain-object")
    const [table, blocks] = await Promise.all(
      [94, 93].map((columns) => runCliOnTerminal(list, { env: { ...env, NO_COLOR: "1" }, columns })),
    )
    expect(table?.output.replaceAll(/\b2(?!099)\d{3}-\d\d-\d\d\b/g, "2026-01-26").split("\n")).toEqual([
      "ID                        Label            Status  Created At Expiry     Last Used Scopes",
      "law-hotel-shape-community GitHub Actions,  active  2026-01-26 2099-01-01 Never     zpool, job,",
      "                          staging only                                             sshkey, pat",
      "market-night-plain-object x                revoked 2026-01-26 2099-01-01 Never     job",
      "",
    ])
    expect(blocks?.output).toMatch(
      /^ID: law-hotel-shape-community\nLabel: GitHub Actions, staging only\nStatus: active\nCreated At: .{10} \d\d:\d\d:\d\d UTC\nExpiry: 2099-01-01 00:00:00 UTC\nLast Used: Never\nScopes: zpool, job, sshkey, pat\n\nID: market/,
    )
  })

  it.each([
    ["bold headings in colour", {}, true],
    ["none with NO_COLOR", { NO_COLOR: "1" }, false],
    ["bold where NO_COLOR is empty", { NO_COLOR: "" }, true],
    ["none with TERM=dumb", { TERM: "dumb" }, false],
    ["none with NO_COLOR and FORCE_COLOR", { NO_COLOR: "1", FORCE_COLOR: "1" }, false],
    ["bold with FORCE_COLOR and TERM=dumb", { TERM: "dumb", FORCE_COLOR: "1" }, true],
  ])("shows %s", async (_, variables, isBold) => {
    const { env } = await withPat()
    const { output } = await runCliOnTerminal(list, { env: { ...env, ...variables }, columns: 200 })
    expect(output.includes(bold)).toBe(isBold)
    expect(output.includes("\u001b")).toBe(isBold)
  })

  it("shows the same help as in a pipe", async () => {
    const [terminal, pipe] = await Promise.all([
      runCliOnTerminal(["pat", "create", "--help"]),
      runCli(["pat", "create", "--help"]),
    ])
    expect(terminal.code).toBe(0)
    expect(terminal.output).toBe(pipe.stdout)
  })
})

describe.skipIf(noTerminal).each([60, 80])("messages and questions at %d columns", (columns) => {
  /** What is on stderr, a line each. */
  const shownBy = async (args: ReadonlyArray<string>, env: Readonly<Record<string, string>>) => {
    const { output } = await runCliOnTerminal(args, { env, columns })
    return output.trimEnd().split("\n")
  }
  const expectWrapped = (lines: ReadonlyArray<string>) => {
    for (const line of lines)
      if (line.trim().includes(" ")) expect(stringWidth(line), line).toBeLessThanOrEqual(columns)
  }

  it("an error wraps at words, with its hint on a line of its own; in a pipe both are one line", async () => {
    const { env } = await withPat()
    const args = ["pat", "revoke", "law-hotel-shape-comunity", "--yes"]
    const piped = (await runCli(args, { env })).stderr.trimEnd().split("\n")
    expect(piped).toHaveLength(2)
    const lines = await shownBy(args, env)
    expectWrapped(lines)
    expect(lines.length).toBeGreaterThan(2)
    const [first, second, ...none] = lines.join("\n").replaceAll("\n  ", " ").split("\n")
    const anonymous = (line: string | undefined) => line?.replace(/request ID .{36}/, "request ID")
    expect([anonymous(first), second, none]).toEqual([anonymous(piped[0]), piped[1], []])
  })

  it("a server's text can't forge a line", async () => {
    const forged = `${"word ".repeat(9)}zpcli: All is well. ${"word ".repeat(9)}zpcli: Really.`
    const { url } = await startScripted(json(400, { message: forged }))
    const lines = await shownBy(list, { ZPOOL_API_URL: url, ZPOOLPAT: "zpat_x" })
    expectWrapped(lines)
    expect(lines.filter((line) => line.startsWith("zpcli:"))).toHaveLength(1)
    expect(lines.join(" ").split("zpcli:").length).toBeGreaterThan(3)
  })

  it("a question wraps at words", async () => {
    const { env } = await withPat()
    const { output } = await runCliOnTerminal(["pat", "revoke", id], {
      env,
      columns,
      script: [["\\[y/N\\] ", "y\r"]],
    })
    const lines = output.trimEnd().split("\n")
    expectWrapped(lines)
    expect(lines.length).toBeGreaterThan(2)
    expect(output).toContain(`PAT ${id} revoked successfully.`)
  })

  it("a question on the terminal itself wraps at the width of that terminal", async () => {
    const { env } = await withPat()
    const { output } = await runCliOnTerminal(["pat", "revoke", id], {
      env,
      columns,
      stderr: join(temporaryFolder(), "stderr"),
      script: [["\\[y/N\\] ", "y\r"]],
    })
    expectWrapped(output.split("\n"))
    expect(output).toMatch(/^Revoke PAT .*\n {2}/)
  })
})

describe.skipIf(noTerminal)("a terminal that is made narrower", () => {
  it("wraps what comes next at its new width", async () => {
    const { env } = await withPat()
    const { output } = await runCliOnTerminal(["pat", "revoke", id], {
      env,
      columns: 200,
      script: [
        ["\\[y/N\\] ", { columns: 20 }],
        ["", { pause: 0.3 }],
        ["", "n\r"],
      ],
    })
    const lines = output.slice(output.indexOf("zpcli:")).trimEnd().split("\n")
    expect(lines.length).toBeGreaterThan(1)
    for (const line of lines) expect(stringWidth(line), line).toBeLessThanOrEqual(20)
  })
})

describe("in a pipe", () => {
  it("colour is off, unless FORCE_COLOR is set", async () => {
    const { env } = await withPat()
    const plain = await runCli(list, { env })
    const forced = await runCli(list, { env: { ...env, FORCE_COLOR: "1" } })
    const refused = await runCli(list, { env: { ...env, FORCE_COLOR: "1", NO_COLOR: "1" } })
    expect(plain.stdout).not.toContain("\u001b")
    expect(forced.stdout).toContain(bold)
    expect(refused.stdout).toBe(plain.stdout)
  })

  it("the table is as wide as it needs to be", async () => {
    const { env } = await withPat()
    const { stdout } = await runCli(list, { env: { ...env, COLUMNS: "40" } })
    expect(stdout.split("\n")).toHaveLength(3)
    expect(stdout).toContain(`${id}  A label of a few words  active`)
  })
})
