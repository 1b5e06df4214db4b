import services from "./stryker.config.mjs"

// For vitest.mutate.config.ts.
process.env.MUTATED = "domain"

/**
 * The words of errors are tested with their exit codes and hints, in test/cli/errors.
 * @type {import("@stryker-mutator/api/core").PartialStrykerOptions}
 */
export default {
  ...services,
  mutate: ["src/domain/**/*.ts", "!src/domain/Errors.ts", "!src/domain/errors/**"],
  jsonReporter: { fileName: "reports/domain.json" },
}
