import { defineConfig } from "vitest/config"

/** The tests that a mutation tester runs: those of the source next to it. Those of the built program see no change. */
export default defineConfig({
  test: {
    include:
      process.env.MUTATED === "domain"
        ? ["test/domain/**/*.test.ts"]
        : ["test/services/{pats,auth,network,settings}/*.test.ts", "test/services/*.test.ts"],
    testTimeout: 30_000,
  },
})
