/** A test that is skipped says why at the end of its name, so that `npm test` can list it. */
import { describe, it } from "vitest"

type Named = (...args: ReadonlyArray<unknown>) => unknown

/** A function that takes a name first, with an end for each name; likewise what it gives, such as `each`. */
const ending = (end: string, make: Named, self?: unknown): Named =>
  new Proxy(make, {
    apply: (target, _, [name, ...rest]) => {
      const named = typeof name === "string" && !name.includes("(skipped: ") ? name + end : name
      const made = Reflect.apply(target, self, [named, ...rest])
      return typeof made === "function" ? ending(end, made as Named) : made
    },
    get: (target, key) => {
      const found = Reflect.get(target, key)
      return typeof found === "function" ? ending(end, found as Named, target) : found
    },
  })

/** The reason is the condition itself where that is a text. */
const reasonOf = (condition: unknown): string =>
  typeof condition === "string" ? condition : `not on ${process.platform}, or not as this user`

for (const api of [it, describe]) {
  const skipped = (condition: unknown) => ending(` (skipped: ${reasonOf(condition)})`, api.skip as Named)
  Object.assign(api, {
    skipIf: (condition: unknown) => (condition ? skipped(condition) : api),
    runIf: (condition: unknown) => (condition ? api : skipped(condition)),
  })
}
