import { openSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { json } from "../support/http/answer.ts"
import { startScripted } from "../support/http/scripted.ts"
import { runInProcess } from "../support/program/inProcess.ts"
import { ended, noFullDevice, runCli, runShell, startCli } from "../support/program/program.ts"
import { type Sandbox, startSandbox } from "../support/sandbox.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const shell = async (line: string, env: Readonly<Record<string, string>> = {}) => {
  const { code, stderr } = await runShell(line, { env })
  return { code, stderr }
}

const lines = ["--version", "--help", "pat", "pat create --help", "help ci", "--completions bash", "pat list"]

describe("output that can't be written", () => {
  it.skipIf(noFullDevice)("to a full device is reported on stderr with exit code 1", async () => {
    const { env } = await startSandbox()
    const runs = await Promise.all(lines.map((line) => shell(`zpcli ${line} >/dev/full`, env)))
    expect(runs).toEqual(
      lines.map(() => ({
        code: 1,
        stderr:
          "zpcli: The result could not be written to stdout (ENOSPC).\n" +
          "Check the destination of stdout, for example for free disk space.\n",
      })),
    )
  })

  it("because its reader has gone isn't a failure", async () => {
    const { env } = await startSandbox()
    const runs = await Promise.all(
      lines.map((line) => shell(`{ sleep 0.3; zpcli ${line}; echo $? >&2; } | true`, env)),
    )
    expect(runs).toEqual(lines.map(() => ({ code: 0, stderr: "0\n" })))
  })

  it("because stdout is closed isn't a failure", async () => {
    const runs = await Promise.all(["--version", "--help", "pat"].map((line) => shell(`zpcli ${line} >&-`)))
    expect(runs).toEqual(Array.from({ length: 3 }, () => ({ code: 0, stderr: "" })))
  })

  it.skipIf(noFullDevice)("to stderr leaves the exit code as it is", async () => {
    const { env } = await startSandbox()
    const runs = await Promise.all([
      shell("zpcli pat lst 2>/dev/full", env),
      shell("zpcli pat list --status x 2>&-", env),
      shell("zpcli --version >/dev/full 2>/dev/full", env),
    ])
    expect(runs.map(({ code }) => code)).toEqual([2, 2, 1])
  })
})

const id = "law-hotel-shape-community"
const create = ["pat", "create", "CI", "--scope", "job"]
const rotate = ["pat", "rotate", id, "--yes"]
const posix = process.platform !== "win32"

const withPat = async () => {
  const sandbox = await startSandbox()
  await sandbox.call("POST", "/pat", { label: "CI", scopes: ["job"] })
  return sandbox
}

/** Runs the program with stdout redirected by a shell. */
const redirected = (redirection: string, args: ReadonlyArray<string>, { env }: Sandbox, cwd?: string) =>
  runShell(`exec zpcli ${args.join(" ")} ${redirection}`, { env, cwd })

describe.skipIf(!posix)("a token that would go to the null device", () => {
  it.each([
    [">/dev/null", create],
    [">&-", create],
    [">/dev/null", [...create, "--json"]],
    [">/dev/null", [...create, "--token-only"]],
    [">&-", [...create, "--token-only"]],
    [">/dev/null", rotate],
    [">&-", [...rotate, "--token-only"]],
  ])("%s is refused before anything is sent by %j", async (redirection, args) => {
    const sandbox = await withPat()
    const ran = await redirected(redirection, args, sandbox)
    expect(ran).toMatchObject({ code: 2, stdout: "" })
    if (!args.includes("--json")) expect(ran.stderr).toContain("--out FILE")
    expect(sandbox.requests).toEqual([])
  })

  it.each([">/dev/null", ">&-"])(
    "is fine with --out: %s only takes the announcement",
    async (redirection) => {
      const sandbox = await withPat()
      const folder = temporaryFolder()
      expect((await redirected(redirection, [...create, "--out", "ci.pat"], sandbox, folder)).code).toBe(0)
      expect(readFileSync(join(folder, "ci.pat"), "utf8")).toMatch(/^zpat_/)
    },
  )

  it.each([["pat", "list"], ["hello"], ["pat", "revoke", id, "--yes"]])(
    "doesn't concern %s %s",
    async (...args) => {
      expect((await redirected(">/dev/null", args, await withPat())).code).toBe(0)
    },
  )
})

describe("list --exit-code", () => {
  it.each([
    { error: "boom", detail: { items: [] } },
    { message: "no", success: false, detail: { items: [] } },
    { message: "Unauthorized", detail: { items: [] } },
    { message: "OK", error: "boom", detail: { items: [] } },
  ])("fails on a list that reports an error: %j", async (body) => {
    const { env } = await startScripted(json(200, body))
    for (const args of [[], ["--json"]]) {
      const ran = await runInProcess(["pat", "list", "--exit-code", ...args], env)
      expect(ran).toMatchObject({ code: 1, stdout: "" })
      expect(ran.stderr).toContain(`and an error (the API says: ${"error" in body ? "boom" : body.message}).`)
    }
  })

  it("ignores an empty error member", async () => {
    const body = { error: null, errors: [], statusCode: 200, success: true, detail: { items: [] } }
    const { env } = await startScripted(json(200, body))
    expect(await runInProcess(["pat", "list", "--exit-code"], env)).toMatchObject({ code: 0, stderr: "" })
  })

  /** Runs it with a stdout whose reader has gone, or goes after the first line. */
  const list = async (items: number, reader: "nothing" | "one line", ...args: ReadonlyArray<string>) => {
    const all = Array.from({ length: items }, (_, index) => ({ label: `${index} ${"x".repeat(200)}` }))
    const { env } = await startScripted((_, response) => {
      setTimeout(() => response.end(JSON.stringify({ message: "ok", detail: { items: all } })), 150)
    })
    const child = startCli(["pat", "list", ...args], { env })
    if (reader === "nothing") child.stdout?.destroy()
    else child.stdout?.once("data", () => child.stdout?.destroy())
    let stderr = ""
    child.stderr?.on("data", (chunk) => {
      stderr += chunk
    })
    const code = await new Promise((resolve) => child.on("close", resolve))
    return { code, stderr }
  }

  it.each([
    [1, "nothing", []],
    [1, "nothing", ["--json"]],
    [5_000, "one line", []],
    [5_000, "one line", ["--json"]],
    [5_000, "nothing", ["--json", "--status", "active"]],
  ] as const)(
    "with %d rows, of which the reader takes %s, exits according to the rows: %j",
    async (items, reader, args) => {
      const code = args.some((arg) => arg === "--status") ? 0 : 8
      expect(await list(items, reader, "--exit-code", ...args)).toEqual({ code, stderr: "" })
    },
  )

  it("isn't the default: without it, a closed pipe exits with 0", async () => {
    expect(await list(5_000, "one line")).toEqual({ code: 0, stderr: "" })
  })

  it.skipIf(noFullDevice)("reports that the rows couldn't be written, and doesn't exit with 0", async () => {
    const sandbox = await withPat()
    const child = startCli(["pat", "list", "--exit-code"], {
      env: sandbox.env,
      stdio: ["ignore", openSync("/dev/full", "w"), "pipe"],
    })
    const { code, stderr } = await ended(child)
    expect(code).toBe(1)
    expect(stderr).toContain("ENOSPC")
  })
})

describe("a reader that has gone", () => {
  it("doesn't hide a failure of revoke", async () => {
    const sandbox = await withPat()
    const child = startCli(["pat", "revoke", id, "market-night-plain-object", "--yes"], { env: sandbox.env })
    child.stdout?.destroy()
    expect((await ended(child)).code).toBe(5)
  })
})

describe("--out", () => {
  it.skipIf(!posix).each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGHUP", 129],
  ] as const)("leaves no file if %s comes as soon as it is created", async (signal, code) => {
    const { env } = await startScripted(() => {})
    const runs = Array.from({ length: 4 }, async (_, index) => {
      const folder = temporaryFolder()
      const child = startCli([...create, "--out", join(folder, "ci.pat")], { env })
      const made = setInterval(() => {
        if (readdirSync(folder).length === 0) return
        clearInterval(made)
        setTimeout(() => child.kill(signal), index * 2)
      }, 1)
      const ran = await ended(child)
      clearInterval(made)
      return { code: ran.code, left: readdirSync(folder) }
    })
    for (const ran of await Promise.all(runs)) expect(ran).toEqual({ code, left: [] })
  })

  it("leaves no file if signing in fails, so that the next run can create it", async () => {
    const sandbox = await startSandbox()
    const folder = temporaryFolder()
    const run = (password: string) =>
      runCli([...create, "--out", "ci.pat"], {
        env: { ...sandbox.env, ZPOOL_PASSWORD: password },
        cwd: folder,
      })
    expect((await run("wrong")).code).toBe(4)
    expect(readdirSync(folder)).toEqual([])
    expect((await run("demo-Pa55word")).code).toBe(0)
    expect(readdirSync(folder)).toEqual(["ci.pat"])
  })
})
