import { spawn } from "node:child_process"
import { readdirSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { binary, cleanEnv, ended, program } from "../support/program/program.ts"
import { startSandbox, temporaryFolder } from "../support/sandbox.ts"
import { noTerminal, runCliOnTerminal } from "../support/terminal/pty.ts"
import { runInProcess } from "../support/world/sockets.ts"

const create = ["pat", "create", "CI", "--scope", "job"]

describe("an empty value", () => {
  it.each([
    ["--tenant-id", [...create, "--tenant-id", ""]],
    ["--tenant-id", [...create, "--tenant-id="]],
    ["--scope", ["pat", "create", "CI", "--scope="]],
    ["--scope", [...create, "--scope", ""]],
    ["--out", [...create, "--out="]],
    ["--expiry", [...create, "--expiry", ""]],
    ["--rcfile", ["hello", "--rcfile="]],
    ["--rcfile", ["hello", "--rcfile", ""]],
    ["--status", ["pat", "list", "--status="]],
    ["--auth", ["pat", "list", "--auth", ""]],
  ])("of %s is refused in our words before a request: %j", async (option, args) => {
    const { env, requests } = await startSandbox()
    const ran = await runInProcess(args, env)
    expect(ran).toMatchObject({ code: 2, stdout: "" })
    expect(ran.stderr).toMatch(new RegExp(`^zpcli: Option ${option} has an empty value\\.\n`))
    expect(requests).toEqual([])
  })
})

describe("several scopes in one value", () => {
  it.each(["zpool,job", "zpool job", "zpool, job"])(
    "%j are refused with the way to write them",
    async (value) => {
      const { env, requests } = await startSandbox()
      const ran = await runInProcess(["pat", "create", "CI", "--scope", value], env)
      expect(ran).toMatchObject({
        code: 2,
        stdout: "",
        stderr: `zpcli: "${value}" is more than one scope.\nRepeat --scope for each: --scope zpool --scope job\n`,
      })
      expect(requests).toEqual([])
    },
  )
})

describe.skipIf(process.platform === "win32")("a word that is not UTF-8", () => {
  it.each([
    ["a label", ["pat", "create", "caf\\351", "--scope", "job"]],
    ["a label after --", ["pat", "create", "--scope", "job", "--", "\\351"]],
    ["a file of --out", ["pat", "create", "x", "--scope", "job", "--out", "t\\351"]],
    ["a file of --out=", ["pat", "create", "x", "--scope", "job", "--out=t\\351"]],
    ["an rcfile", ["hello", "--rcfile", "/nonexistent/\\351"]],
    ["a command", ["p\\351t", "list"]],
    ["a word of the sandbox's command", ["sandbox", "--", "echo", "\\351"]],
  ])("is refused as %s", async (_, words) => {
    const { env, requests } = await startSandbox()
    const cwd = temporaryFolder()
    const quoted = words.map((word) => `"$(printf '${word.replaceAll("-", "\\055")}')"`).join(" ")
    const child = spawn("sh", ["-c", `exec "$0" "$@" ${quoted}`, binary, ...program], {
      env: cleanEnv(env),
      stdio: ["ignore", "pipe", "pipe"],
      cwd,
    })
    const ran = await ended(child)
    expect(ran).toMatchObject({ code: 2, stdout: "" })
    expect(ran.stderr).toContain("is not valid UTF-8")
    expect(readdirSync(cwd)).toEqual([])
    expect(requests).toEqual([])
  })
})

describe.skipIf(noTerminal)(`a username that is typed`, () => {
  it.each(["ada b", "ada\u00a0b"])("%j is refused, since it holds white space", async (name) => {
    const { requests, url } = await startSandbox()
    const ran = await runCliOnTerminal(["pat", "list"], {
      env: { ZPOOL_API_URL: url, ZPOOL_PASSWORD: "x" },
      script: [["Username", `${name}\r`]],
    })
    expect(ran).toMatchObject({ code: 2, echo: true })
    expect(ran.output).toContain("is not a valid username: it contains white space")
    expect(requests).toEqual([])
  })

  it("with blanks around it is taken without them", async () => {
    const { requests, url } = await startSandbox()
    const ran = await runCliOnTerminal(["hello"], {
      env: { ZPOOL_API_URL: url, ZPOOL_PASSWORD: "demo-Pa55word" },
      script: [["Username", " demo \r"]],
    })
    expect(ran.code).toBe(0)
    expect(requests).toEqual(["POST /login 200", "GET /hello 200"])
  })
})
