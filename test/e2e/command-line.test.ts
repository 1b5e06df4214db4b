/** What is typed after `zpcli`: help, words that are wrong, and bytes that are none. */
import { spawn, spawnSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { binary, cleanEnv, ended, program, runCli } from "../support/program/program.ts"
import { startSandbox } from "../support/sandbox.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"
import { noTerminal, runCliOnTerminal } from "../support/terminal/pty.ts"

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { readonly version: string }

/** The root, a group and a leaf; root.test.ts has them all. */
const commands = [[], ["pat"], ["pat", "create"]]

const topics = ["exit-codes", "environment", "ci", "json"]

/** No variable at all: no HOME, no PATH. */
const bare = (...args: ReadonlyArray<string>) => {
  const { status, stderr, stdout } = spawnSync(binary, [...program, ...args], {
    env: {},
    encoding: "utf8",
  })
  return { status, stdout, stderr }
}

describe("help", () => {
  it.each(commands.map((path) => [path.join(" "), path] as const))(
    "of zpcli %s is plain text on stdout, and needs no environment",
    (_, path) => {
      const ran = bare(...path, "--help")
      expect(ran).toMatchObject({ status: 0, stderr: "" })
      expect(ran.stdout.match(/^Usage: /gm)).toHaveLength(1)
      expect(ran.stdout).toContain(`Usage: ${["zpcli", ...path].join(" ")} `)
      for (const line of ran.stdout.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80)
      expect(ran.stdout).not.toContain("\u001b")
      const last = ran.stdout.trimEnd().split("\n").slice(-5).join()
      for (const topic of topics) expect(last).toContain(`help ${topic}`)
      expect(ran.stdout).not.toMatch(/docs\/|node_modules/)
    },
  )

  it("is also printed by help followed by a command", () => {
    expect(bare("help")).toEqual(bare("--help"))
    expect(bare("help", "pat", "list")).toEqual(bare("pat", "list", "--help"))
    expect(bare("help", "frob")).toMatchObject({ status: 2, stdout: "" })
  })

  it.each(topics)("on %s prints the page of the docs, and needs no environment", (topic) => {
    const page = readFileSync(`docs/${topic}.md`, "utf8")
    expect(bare("help", topic)).toEqual({ status: 0, stdout: page, stderr: "" })
  })

  it("on a misspelt topic suggests the right one", () => {
    const { status, stderr, stdout } = bare("help", "exit-code")
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toBe(
      'zpcli: Unknown command or help topic "exit-code". Did you mean exit-codes?\n' +
        "Commands of zpcli: pat, login, hello, sandbox, help. Topics: exit-codes, environment, ci, json.\n",
    )
  })

  it("is printed by a group without a subcommand", () => {
    expect(bare()).toEqual(bare("--help"))
    expect(bare("pat")).toEqual(bare("pat", "-h"))
  })

  it("works even if a setting is wrong", async () => {
    const ran = await runCli(["pat", "list", "--help"], {
      env: { ZPOOL_API_URL: "nonsense", ZPOOL_TIMEOUT: "-1" },
    })
    expect(ran).toMatchObject({ code: 0, stderr: "" })
  })

  it("doesn't include the version, which --version prints", () => {
    expect(bare("--version")).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" })
    expect(bare("-V")).toEqual(bare("--version"))
    expect(bare("pat", "create", "--version")).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" })
  })
})

describe.skipIf(noTerminal).concurrent("help at a terminal", () => {
  it.each([
    [50, 50],
    [140, 100],
  ])("of %d columns is %d columns wide", async (columns, most) => {
    const { code, output } = await runCliOnTerminal(["pat", "rotate", "--help"], { columns })
    const widest = Math.max(...output.split("\n").map((line) => line.length))
    expect(code).toBe(0)
    expect(widest).toBeLessThanOrEqual(most)
    expect(widest).toBeGreaterThan(most - 10)
  })
})

describe("a wrong command line", () => {
  it.each([
    [
      ["pat", "create", "--jsn", "--scope", "job"],
      "zpcli: Unknown option --jsn for zpcli pat create. Did you mean --json?",
    ],
    [
      ["pat", "creat", "x", "--scope", "job"],
      'zpcli: Unknown command "creat" for zpcli pat. Did you mean create?',
    ],
    [["--", "pat", "list"], 'zpcli: zpcli needs a command before --, but "pat" comes after it.'],
    [
      ["pat", "create", "\u2014json", "--scope", "job"],
      'zpcli: "\u2014json" starts with a typographic dash (U+2014), not with a hyphen.',
    ],
    [["pat", "revoke", "CI"], 'zpcli: "CI" is not a key ID.'],
    [
      ["pat", "list", "\u001b[31mx\u202e"],
      'zpcli: Unexpected argument "\\x1b[31mx\\u202e" for zpcli pat list.',
    ],
  ])("%j is reported in two plain lines on stderr", (args, message) => {
    const ran = bare(...args)
    expect(ran).toMatchObject({ status: 2, stdout: "" })
    expect(ran.stderr.split("\n")[0]).toBe(message)
    expect(ran.stderr.split("\n")).toHaveLength(3)
    expect(ran.stderr).not.toContain("\u001b")
  })

  it("names a required option and its values, quoted for a shell", () => {
    expect(bare("pat", "create", "CI")).toMatchObject({
      status: 2,
      stdout: "",
      stderr:
        "zpcli: Option --scope is required.\n" +
        "Values: '*', zpool, job, sshkey, pat, billing. Repeat --scope for more than one. See: zpcli pat create --help\n",
    })
  })

  it("names the valid commands of the group", () => {
    expect(bare("pat", "remove").stderr).toMatch(/list, show, create, revoke/)
    expect(bare("frob").stderr).toMatch(/pat, .*sandbox/)
  })

  it("is reported as one JSON object with --json", () => {
    const { stderr, stdout } = bare("pat", "create", "--json")
    expect(stdout).toBe("")
    expect(JSON.parse(stderr)).toEqual({
      error: expect.objectContaining({ type: "UsageError", exitCode: 2, retryable: false }),
    })
  })
})

describe.skipIf(process.platform === "win32")("a word that is not UTF-8", () => {
  it.each([
    ["a label", ["pat", "create", "caf\\351", "--scope", "job"]],
    ["a label after --", ["pat", "create", "--scope", "job", "--", "\\351"]],
    ["a file of --out=", ["pat", "create", "x", "--scope", "job", "--out=t\\351"]],
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

describe.skipIf(noTerminal)("a typed username", () => {
  it.each(["ada b", "ada\u00a0b"])("%j is refused because of its white space", async (name) => {
    const { requests, url } = await startSandbox()
    const ran = await runCliOnTerminal(["pat", "list"], {
      env: { ZPOOL_API_URL: url, ZPOOL_PASSWORD: "x" },
      script: [["Username", `${name}\r`]],
    })
    expect(ran).toMatchObject({ code: 2, echo: true })
    expect(ran.output).toContain("is not a valid username: it contains white space")
    expect(requests).toEqual([])
  })

  it("is trimmed", async () => {
    const { requests, url } = await startSandbox()
    const ran = await runCliOnTerminal(["hello"], {
      env: { ZPOOL_API_URL: url, ZPOOL_PASSWORD: "demo-Pa55word" },
      script: [["Username", " demo \r"]],
    })
    expect(ran.code).toBe(0)
    expect(requests).toEqual(["POST /login 200", "GET /hello 200"])
  })
})
