import { execFileSync, spawnSync } from "node:child_process"
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { cleanEnv } from "../support/program/program.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

describe("npm test", () => {
  it("ends with the skipped tests and the reasons", () => {
    const file = "test/cli/strict/completions.test.ts"
    const vitest = [
      "node_modules/vitest/vitest.mjs",
      "run",
      "--reporter=default",
      "--reporter=./scripts/skipped.mjs",
      ...["--minWorkers=1", "--maxWorkers=1"],
    ]
    const { status, stdout } = spawnSync(process.execPath, [...vitest, file], {
      env: cleanEnv({ PATH: temporaryFolder() }),
      encoding: "utf8",
    })
    expect({ status, stdout }).toMatchObject({ status: 0 })
    for (const shell of ["bash", "zsh", "fish"])
      expect(stdout).toContain(`Skipped: ${shell} is not installed\n`)
    expect(stdout).toContain(
      `  ${file} > text that a shell could interpret > is shown unchanged by zsh in a description\n`,
    )
    expect(stdout).not.toContain("no reason given")
    expect(readFileSync("scripts/test.mjs", "utf8")).toContain("./scripts/skipped.mjs")
  })
})

/** `.ci/run` in a folder of its own, with programs in the place of npm and the system's. */
const runCi = (tests: string, programs: Readonly<Record<string, string>>) => {
  const folder = temporaryFolder()
  const bin = join(folder, "bin")
  for (const name of [".ci", "bin"]) mkdirSync(join(folder, name))
  copyFileSync(".ci/run", join(folder, ".ci", "run"))
  const all = { ...programs, npm: `if [ "$1" = test ]; then ${tests}; fi` }
  for (const [name, text] of Object.entries(all))
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  for (const name of ["bash", "sh", "dirname", "mktemp", "tee", "sed", "grep", "tail", "rm", "timeout"])
    symlinkSync(
      execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim(),
      join(bin, name),
    )
  const { status, stdout } = spawnSync(join(folder, ".ci", "run"), {
    env: cleanEnv({ PATH: bin }),
    encoding: "utf8",
  })
  return { status, lines: stdout.trimEnd().split("\n") }
}

const counts =
  "printf '      Tests  2 failed | 5 passed | 1 skipped (8)\\n'; printf 'Skipped: x\\n  y\\n'; exit 1"

describe.skipIf(process.platform === "win32")(".ci/run", () => {
  it("ends with the counts, whatever the tests print after them", () => {
    const { lines, status } = runCi(counts, {})
    expect({ status, last: lines.at(-1) }).toEqual({ status: 1, last: "5 passed, 2 failed, 1 skipped" })
  })

  it.each([
    ["is root, and apt-get works", { id: "echo 0", "apt-get": 'echo "apt-get $*"' }, true],
    ["is root, and apt-get fails", { id: "echo 0", "apt-get": 'echo "apt-get $*"; exit 100' }, true],
    ["is not root", { id: "echo 1000", "apt-get": 'echo "apt-get $*"; exit 100' }, false],
    ["is root without apt-get", { id: "echo 0" }, false],
  ] as const)("never fails because it can't install the shells: it %s", (_, programs, tries) => {
    const { lines, status } = runCi("printf '      Tests  5 passed (5)\\n'", programs)
    expect({ status, last: lines.at(-1) }).toEqual({ status: 0, last: "5 passed, 0 failed" })
    expect(lines.some((line) => /^apt-get .*install.* zsh fish$/.test(line))).toBe(tries)
  })
})
