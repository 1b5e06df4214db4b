import { describe, expect, it } from "vitest"
import { read } from "../../../src/cli/strict/effectCli.ts"
import { parse } from "../../../src/cli/strict/parse.ts"
import { suggestion } from "../../../src/cli/strict/suggest.ts"
import { fleet } from "./program.ts"

const tree = read(fleet, "fleet")

const wrong = (...argv: ReadonlyArray<string>) => {
  const request = parse(tree, argv)
  if (request._tag !== "UsageError")
    throw new Error(`${argv.join(" ")} was taken for ${JSON.stringify(request)}`)
  return request
}
const suggested = (...argv: ReadonlyArray<string>) =>
  / Did you mean (.*)\?$/.exec(wrong(...argv).message)?.[1]

describe("the suggestion for a word", () => {
  const options = ["--expiry", "--expires-in", "--json", "--Label"]

  it.each([
    ["--jsno", "--json"],
    ["--JSON", "--json"],
    ["--j", "--json"],
    ["--expires", "--expires-in"],
    ["--lab", "--Label"],
  ])("%s is %s", (word, meant) => {
    expect(suggestion(word, options)).toBe(meant)
  })

  it.each(["--exp", "--frobnicate", "--x", "-j"])(
    "%s is nothing, because none is near or several are",
    (word) => {
      expect(suggestion(word, options)).toBeUndefined()
    },
  )

  it("is nothing if several names begin with it, even if another is near", () => {
    expect(suggestion("--exp", [...options, "--help"])).toBeUndefined()
    expect(suggestion("lis", ["list", "listen", "lie"])).toBe("list")
  })

  it("appears once even if several commands have it", () => {
    expect(suggestion("--js", ["--json", "--json"])).toBe("--json")
  })
})

describe("the suggestion for an unknown command", () => {
  it.each([
    ["what the program says about the word", ["ship", "mv"], "fleet ship move"],
    ["what a group below says about it", ["mv"], "fleet ship move"],
    ["what a group above says about it", ["ship", "mine", "ps"], "fleet status"],
    ["a command of that name below", ["lay"], "fleet ship mine lay"],
    ["a command of that name elsewhere", ["ship", "mine", "move"], "fleet ship move"],
    ["the nearest one of the group", ["statu"], "status"],
    ["the nearest one below", ["mvoe"], "fleet ship move"],
  ])("is %s", (_, argv, meant) => {
    expect(suggested(...argv)).toBe(meant)
  })

  it("is nothing for a name that every JavaScript object has", () => {
    for (const word of ["constructor", "__proto__"])
      expect(wrong(word)).toMatchObject({
        message: `Unknown command "${word}" for fleet.`,
        hint: "Commands of fleet: ship, status, help.",
      })
  })
})

describe("the hint for an unknown word", () => {
  it("is what the program says about it, for a command or an option, at any depth", () => {
    expect(wrong("ship", "admiral").hint).toBe("Nobody commands an admiral.")
    expect(wrong("-q").hint).toBe("A fleet is never quiet.")
    expect(wrong("ship", "mine", "lay", "-q").hint).toBe("A fleet is never quiet.")
  })

  it("survives a round trip through JSON", () => {
    const request = parse(JSON.parse(JSON.stringify(tree)), ["ship", "admiral"])
    expect(request).toMatchObject({ hint: "Nobody commands an admiral." })
  })
})
