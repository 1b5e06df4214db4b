import services from "./stryker.config.mjs"

// For vitest.mutate.config.ts.
process.env.MUTATED = "domain"

/**
 * Errors are plain values, and there is nothing in them to change.
 * @type {import("@stryker-mutator/api/core").PartialStrykerOptions}
 */
export default {
  ...services,
  mutate: ["src/domain/**/*.ts", "!src/domain/Errors.ts"],
  jsonReporter: { fileName: "reports/domain.json" },
}
