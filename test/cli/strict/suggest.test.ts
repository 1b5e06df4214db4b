import { describe, expect, it } from "vitest"
import { read } from "../../../src/cli/strict/effectCli.ts"
import { parse } from "../../../src/cli/strict/parse.ts"
import { suggestions } from "../../../src/cli/strict/suggest.ts"
import { fleet } from "./program.ts"

const tree = read(fleet, "fleet")

const wrong = (...argv: ReadonlyArray<string>) => {
  const request = parse(tree, argv)
  if (request._tag !== "UsageError")
    throw new Error(`${argv.join(" ")} was taken for ${JSON.stringify(request)}`)
  return request
}
const suggested = (...argv: ReadonlyArray<string>) => {
  const { problem } = wrong(...argv)
  return "suggestions" in problem ? problem.suggestions : problem
}

describe("the suggestion for a word", () => {
  const options = ["--expiry", "--expires-in", "--json", "--Label"]

  it.each([
    ["--jsno", "--json"],
    ["--JSON", "--json"],
    ["--j", "--json"],
    ["--expires", "--expires-in"],
    ["--lab", "--Label"],
  ])("%s is %s", (word, suggestion) => {
    expect(suggestions(word, options)).toEqual([suggestion])
  })

  it.each(["--exp", "--frobnicate", "--x", "-j"])(
    "%s is nothing, being near to none or to several",
    (word) => {
      expect(suggestions(word, options)).toEqual([])
    },
  )

  it("is none of other words if several begin with it, however near those are", () => {
    expect(suggestions("--exp", [...options, "--help"])).toEqual([])
    expect(suggestions("lis", ["list", "listen", "lie"])).toEqual(["list"])
  })

  it("is one that several commands have, once", () => {
    expect(suggestions("--js", ["--json", "--json"])).toEqual(["--json"])
  })
})

describe("the suggestion for an unknown command", () => {
  it.each([
    ["what the program says of the word", ["ship", "mv"], "fleet ship move"],
    ["what a group below says of it", ["mv"], "fleet ship move"],
    ["what a group above says of it", ["ship", "mine", "ps"], "fleet status"],
    ["a command of that name below", ["lay"], "fleet ship mine lay"],
    ["a command of that name elsewhere", ["ship", "mine", "move"], "fleet ship move"],
    ["the nearest one of the group", ["statu"], "status"],
    ["the nearest one below", ["mvoe"], "fleet ship move"],
  ])("is %s", (_, argv, suggestion) => {
    expect(suggested(...argv)).toEqual([suggestion])
  })

  it("is nothing for a word that every object has", () => {
    expect(wrong("constructor").problem).toMatchObject({ suggestions: [], note: undefined })
    expect(wrong("__proto__").problem).toMatchObject({ suggestions: [], note: undefined })
  })
})

describe("the hint of an unknown word", () => {
  it("is what the program says of it, for a command or an option, at any depth", () => {
    expect(wrong("ship", "admiral").hint).toBe("Nobody commands an admiral.")
    expect(wrong("-q").hint).toBe("A fleet is never quiet.")
    expect(wrong("ship", "mine", "lay", "-q").hint).toBe("A fleet is never quiet.")
  })

  it("survives being kept as JSON", () => {
    const request = parse(JSON.parse(JSON.stringify(tree)), ["ship", "admiral"])
    expect(request).toMatchObject({ hint: "Nobody commands an admiral." })
  })
})
