/**
 * `npm run mutate` makes small changes to the source and tells which ones the tests of the source do not notice.
 * It takes a while, so `npm test` does not run it. `npx stryker run --mutate src/services/settings/Secrets.ts` takes one file.
 * This part is about the services that guard tokens and secrets, `stryker.domain.config.mjs` about the domain.
 * @type {import("@stryker-mutator/api/core").PartialStrykerOptions}
 */
export default {
  mutate: [
    "src/services/pats/{Handover,PatApi,acquire,lend,outcome,results,revokeEach,rotate}.ts",
    "src/services/network/{Transport,answer,failures,statuses}.ts",
    "src/services/settings/Secrets.ts",
  ],
  testRunner: "vitest",
  vitest: { configFile: "vitest.mutate.config.ts" },
  // Stryker would rewrite tsconfig.json with the compiler's JavaScript API, which TypeScript 7 does not have.
  tsconfigFile: "none",
  ignorePatterns: ["dist", "docs", "bench", "test/e2e", "reports"],
  reporters: ["clear-text", "progress", "json"],
  clearTextReporter: { logTests: false, reportTests: false },
  jsonReporter: { fileName: "reports/services.json" },
  concurrency: 2,
  // A change that never ends is noticed by its time; a slow machine needs more than the default of 5 s.
  timeoutMS: 8_000,
  thresholds: { high: 95, low: 85, break: 85 },
}
