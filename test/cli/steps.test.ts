import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { MixedScheduler, type Scheduler } from "effect/Scheduler"
import { makeLive } from "../../src/cli/live.ts"
import { pat } from "../support/fixtures.ts"
import { runIn } from "../support/world/world.ts"

/** Counts the steps of the runtime that an effect takes: the scheduler is asked before each. */
const stepsOf = async <A, E>(effect: Effect.Effect<A, E>) => {
  let steps = 0
  class Counting extends MixedScheduler {
    override shouldYield(): false {
      steps++
      return false
    }
  }
  const scheduler: Scheduler = new Counting(Number.MAX_SAFE_INTEGER)
  await Effect.runPromise(Effect.withScheduler(effect, scheduler))
  return steps
}

describe("the number of runtime steps, which doesn't depend on the machine,", () => {
  it("stays low for building the services of a real process", async () => {
    expect(await stepsOf(Effect.scoped(makeLive))).toBeLessThanOrEqual(500)
  })

  it("stays low for pat list", async () => {
    const api = { "GET /pat": { body: { message: "ok", detail: { items: [] } } } }
    const steps = await stepsOf(
      Effect.map(runIn(["pat", "list", "--json"], { api, env: pat }), ({ code }) => expect(code).toBe(0)),
    )
    expect(steps).toBeGreaterThan(500)
    expect(steps).toBeLessThanOrEqual(3600)
  })
})
