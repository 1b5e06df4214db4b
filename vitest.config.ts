import { defineConfig } from "vitest/config"

/** More than there are cores, since tests of the built program wait for it and for timers most of the time. */
const workers = 4

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // A machine that does other work too takes many times as long.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // The files of a worker share their modules: importing Effect takes longer than most files' tests.
    isolate: false,
    maxWorkers: workers,
    // As many from the start to the end: tinypool may stop an idle worker just as it is given a file.
    minWorkers: workers,
  },
})
