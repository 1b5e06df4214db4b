import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

/** More than two cores, since tests of the built program wait for it and for timers; each one more imports Effect again. */
const workers = 4

/** The files that take longest: begun last, one of them would keep the others waiting. */
const longest = /e2e\/(docs|recipes|terminal|sandbox|faults\/)|nights|secrets/

class LongestFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const rank = ({ moduleId }: TestSpecification) => (longest.test(moduleId) ? 0 : 1)
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // `npm run test:executable` builds what they test.
    exclude: process.env.ZPCLI_BIN === undefined ? ["test/executable/**"] : [],
    globalSetup: "test/support/globalSetup.ts",
    setupFiles: "test/support/skipped.ts",
    testTimeout: 30_000,
    hookTimeout: 30_000,
    sequence: { sequencer: LongestFirst },
    // The files of a worker share their modules: importing Effect takes longer than most files' tests.
    isolate: false,
    maxWorkers: workers,
    // As many from the start to the end: tinypool may stop an idle worker just as it is given a file.
    minWorkers: workers,
  },
})
