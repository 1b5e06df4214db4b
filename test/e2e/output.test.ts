import { spawn } from "node:child_process"
import { describe, expect, it } from "vitest"
import { cleanEnv, ended, noFullDevice } from "../support/program/program.ts"
import { pathWithProgram, startSandbox } from "../support/sandbox.ts"

const shell = async (line: string, env: Readonly<Record<string, string>> = {}) => {
  const child = spawn("sh", ["-c", line], {
    env: cleanEnv({ ...env, PATH: pathWithProgram() }),
    stdio: ["ignore", "pipe", "pipe"],
  })
  const { code, stderr } = await ended(child)
  return { code, stderr }
}

const lines = ["--version", "--help", "pat", "pat create --help", "help ci", "--completions bash", "pat list"]

describe("output that can't be written", () => {
  it.skipIf(noFullDevice)("to a full device is told on stderr, with 1", async () => {
    const { env } = await startSandbox()
    const runs = await Promise.all(lines.map((line) => shell(`zpcli ${line} >/dev/full`, env)))
    expect(runs).toEqual(
      lines.map(() => ({
        code: 1,
        stderr:
          "zpcli: The result could not be written (ENOSPC).\n" +
          "Check where the output goes, such as the free space of a disk.\n",
      })),
    )
  })

  it("since its reader has gone is no failure", async () => {
    const { env } = await startSandbox()
    const runs = await Promise.all(
      lines.map((line) => shell(`{ sleep 0.3; zpcli ${line}; echo $? >&2; } | true`, env)),
    )
    expect(runs).toEqual(lines.map(() => ({ code: 0, stderr: "0\n" })))
  })

  it("since stdout is closed is no failure of what was asked", async () => {
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
