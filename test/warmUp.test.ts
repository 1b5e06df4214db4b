import { expect, it } from "vitest"
import { shape } from "../src/cli/root.ts"
import { warmUp } from "../src/warmUp.ts"

it("the warm-up of the executable's snapshot succeeds, without a wait and without a timer", () => {
  const before = process.getActiveResourcesInfo()
  // It throws what a command line that failed printed.
  warmUp(shape())
  expect(process.getActiveResourcesInfo()).toEqual(before)
})
