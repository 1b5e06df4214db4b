// Runs the random tests many more times than `npm test` does, and each fault against a process. A first argument multiplies the numbers.
import { spawnSync } from "node:child_process"

const times = Number(process.argv[2] ?? 1)
const { status } = spawnSync(
  process.execPath,
  [
    "node_modules/vitest/vitest.mjs",
    "run",
    "test/cli/pat/nights.test.ts",
    "test/cli/pat/run-ends.test.ts",
    "test/e2e/random-ends.test.ts",
    "test/e2e/faults",
  ],
  {
    stdio: "inherit",
    env: {
      ...process.env,
      ZPCLI_NIGHTS: String(5_000 * times),
      ZPCLI_RUNS: String(10_000 * times),
      ZPCLI_SIGNALLED_RUNS: String(300 * times),
      ZPCLI_KILLED_NIGHTS: String(300 * times),
      ZPCLI_FAULTS: String(9_600 * times),
      ZPCLI_FAULTS_OF_PROCESSES: "1",
    },
  },
)
process.exitCode = status ?? 1
