import { spawn } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { transform } from "esbuild"
import { describe, expect, it } from "vitest"
import { cleanEnv, ended, notPackage, programFile, runCli } from "../support/program/program.ts"
import { pathWithProgram, startSandbox, temporaryFolder } from "../support/sandbox.ts"

describe.skipIf(notPackage)(`a Node that is too old`, () => {
  it.each(["8.17.0", "16.20.2", "20.11.1"])(
    "%s is refused with its version, before anything is sent",
    async (version) => {
      const hook = join(temporaryFolder(), "hook.cjs")
      writeFileSync(
        hook,
        `Object.defineProperty(process, "version", { value: "v${version}" })
       Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } })`,
      )
      const { env, requests } = await startSandbox()
      const runs = [["--version"], ["pat", "list"]].map((args) =>
        ended(
          spawn(process.execPath, ["--require", hook, programFile, ...args], {
            env: cleanEnv(env),
            stdio: ["ignore", "pipe", "pipe"],
          }),
        ),
      )
      const stderr = `zpcli: Node.js 20.12 or newer is needed, and this is v${version}.\n`
      for (const run of await Promise.all(runs)) expect(run).toMatchObject({ code: 2, stdout: "", stderr })
      expect(requests).toEqual([])
    },
  )

  it("can read the entry: its syntax is that of Node 8", async () => {
    const entry = readFileSync(programFile, "utf8").replace(/^#!.*\n/, "")
    const options = { minifyWhitespace: true, charset: "ascii" } as const
    // Node 8 has template literals; esbuild writes long strings as such where it may.
    const current = await transform(entry, {
      ...options,
      target: "esnext",
      supported: { "template-literal": false },
    })
    const old = await transform(entry, {
      ...options,
      target: "node8",
      supported: { "template-literal": false },
    })
    expect(old.code === current.code).toBe(true)
  })
})

describe("NODE_OPTIONS under which scripts run", () => {
  it.each(["--frozen-intrinsics", "--disable-proto=throw", "--disable-proto=delete", "--throw-deprecation"])(
    "do no harm: %s",
    async (option) => {
      const line = `
        zpcli --version && zpcli --help >/dev/null && zpcli pat create ci --scope job --json | cat >/dev/null &&
        zpcli pat list && zpcli pat revoke law-hotel-shape-community --yes`
      const { code, stderr, stdout } = await runCli(["sandbox", "--", "sh", "-c", line], {
        env: { PATH: pathWithProgram(), NODE_OPTIONS: option, NODE_NO_WARNINGS: "1" },
      })
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
      expect(stdout).toMatch(/PAT law-hotel-shape-community revoked successfully\.\n$/)
    },
  )
})
