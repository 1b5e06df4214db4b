// Builds the executable, and runs the tests of the built program against it. Arguments go to vitest.
import { spawnSync } from "node:child_process"

const node = (...args) => {
  const { status } = spawnSync(process.execPath, args, {
    env: { ...process.env, ZPCLI_BIN: process.platform === "win32" ? "build/zpcli.exe" : "build/zpcli" },
    stdio: "inherit",
  })
  if (status !== 0) process.exit(status ?? 1)
}

// The tests of the package's files, which are left out, read them.
node("scripts/build.mjs")
node("scripts/executable.mjs")
node("node_modules/vitest/vitest.mjs", "run", "test/e2e", "test/executable", ...process.argv.slice(2))
