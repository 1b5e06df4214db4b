import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import { parseAll, scopes } from "../../src/domain/Scope.ts"

const known = FastCheck.constantFrom("*", "zpool", "job", "sshkey", "pat", "billing")

const refusal = (values: ReadonlyArray<string>) => Either.getOrThrow(Either.flip(parseAll(values)))

describe("Scope.parseAll", () => {
  it.prop(
    "removes duplicates and keeps the order",
    [FastCheck.array(known, { minLength: 1 })],
    ([values]) => {
      const granted = Either.getOrThrow(parseAll(values))
      expect(granted).toStrictEqual(values.filter((value, index) => values.indexOf(value) === index))
    },
  )

  it.prop(
    "refuses an unknown scope among known ones, and names it",
    [
      FastCheck.array(known),
      FastCheck.stringMatching(/^[a-z-]*$/).filter(
        (text) => !(scopes as ReadonlyArray<string>).includes(text),
      ),
      FastCheck.array(known),
    ],
    ([before, unknown, after]) => {
      expect(refusal([...before, unknown, ...after])).toMatchObject({
        _tag: "InvalidInput",
        message: expect.stringMatching(/^Unknown scope "/),
        value: unknown,
      })
    },
  )

  it.each([
    ["zpool,job", "Repeat --scope for each: --scope zpool --scope job"],
    ["zpool, job", "Repeat --scope for each: --scope zpool --scope job"],
    ["*;pat", "Repeat --scope for each: --scope '*' --scope pat"],
    ["pat billing", "Repeat --scope for each: --scope pat --scope billing"],
    ["zpool,", undefined],
    ["zpool,jobs", undefined],
    [",", undefined],
  ])("distinguishes several scopes in one value from an unknown one: %j", (value, advice) => {
    expect(refusal([value])).toMatchObject({ advice, value })
  })

  it("needs at least one scope", () => {
    expect(refusal([])).toMatchObject({ _tag: "InvalidInput", message: "Option --scope is required." })
  })

  it.each([
    ["zpol", "zpool"],
    ["zpools", "zpool"],
    ["jbo", "job"],
    ["jobs", "job"],
    ["ssh-key", "sshkey"],
    ["PAT", "pat"],
    ["bilings", "billing"],
    ["admin", undefined],
    ["zpool,job", undefined],
    ["", undefined],
    // The widest scope is nothing to lead anybody to.
    ["x", undefined],
    ["?", undefined],
  ])("for %j suggests %s", (value, nearest) => {
    const suggestion = /Did you mean (.*)\?$/.exec(refusal([value]).message)?.[1]
    expect(suggestion).toBe(nearest)
  })

  it.each(["Zpool", " zpool", "zpool ", "zpool,job", "**", "all"])(
    "doesn't accept a near match: %j",
    (value) => {
      expect(refusal([value])).toMatchObject({ value })
    },
  )

  it("knows the API's six scopes", () => {
    expect(scopes).toStrictEqual(["*", "zpool", "job", "sshkey", "pat", "billing"])
  })
})
