import { afterEach, describe, expect, it, vi } from "@effect/vitest"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { makeConsole } from "../../../src/services/node/console.ts"

describe("the console of a process", () => {
  afterEach(() => vi.restoreAllMocks())

  it("writes a text each time its effect runs", async () => {
    const written: Array<unknown> = []
    vi.spyOn(process.stdout, "write").mockImplementation((text, done) => {
      written.push(text)
      ;(done as unknown as () => void)()
      return true
    })
    const twice = Effect.repeatN(Console.log("law-hotel-shape-community"), 1)
    await Effect.runPromise(
      Effect.flatMap(makeConsole, (console) => Effect.withConsole(twice, console as Console.Console)),
    )
    expect(written).toEqual(["law-hotel-shape-community\n", "law-hotel-shape-community\n"])
  })
})
