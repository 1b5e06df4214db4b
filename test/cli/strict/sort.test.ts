import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { describe, expect, it } from "vitest"
import { read } from "../../../src/cli/strict/effectCli.ts"
import { parse } from "../../../src/cli/strict/parse.ts"

/** Two commands with options of the same names, which take a value in one of them alone. */
const tree = read(
  {
    summary: "A park",
    commands: {
      plant: () =>
        Command.make("plant", {
          tree: Args.text({ name: "tree" }),
          label: Options.text("label").pipe(Options.withAlias("l"), Options.optional),
          all: Options.boolean("all").pipe(Options.withAlias("a")),
          by: Options.choice("by", ["age", "-age"]).pipe(Options.withAlias("b"), Options.optional),
        }),
      count: () =>
        Command.make("count", {
          label: Options.boolean("label"),
          all: Options.text("all").pipe(Options.optional),
        }),
    },
  },
  "park",
)

const run = (...argv: ReadonlyArray<string>) => {
  const request = parse(tree, argv)
  return request._tag === "Run" ? request.argv : request
}
const message = (...argv: ReadonlyArray<string>) => {
  const request = parse(tree, argv)
  return request._tag === "UsageError" ? request.message : request
}

describe("options of the same name", () => {
  it("belong to the named command, wherever they are", () => {
    expect(run("count", "--label", "--all", "oak")).toEqual(["count", "--label", "--all", "oak", "--"])
    expect(run("--label", "--all", "oak", "count")).toEqual(["count", "--label", "--all", "oak", "--"])
    expect(run("plant", "--label", "old", "--all", "oak")).toEqual([
      ...["plant", "--label", "old", "--all", "--", "oak"],
    ])
    expect(run("--label", "old", "--all", "plant", "oak")).toEqual([
      ...["plant", "--label", "old", "--all", "--", "oak"],
    ])
  })

  it("can have a command's name as their value", () => {
    expect(run("--label", "count", "plant", "oak")).toEqual(["plant", "--label", "count", "--", "oak"])
  })
})

describe("letters", () => {
  it("can be combined, and the last can have a value", () => {
    expect(run("plant", "-al", "old", "oak")).toEqual(["plant", "--label", "old", "--all", "--", "oak"])
    expect(run("plant", "-alold", "oak")).toEqual(["plant", "--label", "old", "--all", "--", "oak"])
    expect(run("plant", "-ah")).toMatchObject({ _tag: "Help" })
  })

  it("are reported with their whole word if one is unknown", () => {
    expect(message("plant", "-axe", "oak")).toBe("Unknown option -axe for park plant.")
    expect(message("plant", "-weird", "oak")).toBe("Unknown option -weird for park plant.")
  })
})

describe("a value that begins with a dash", () => {
  it("is accepted if it is one of the choices", () => {
    expect(run("plant", "--by", "-age", "oak")).toEqual(["plant", "--by", "-age", "--", "oak"])
    expect(run("plant", "-b", "-age", "oak")).toEqual(["plant", "--by", "-age", "--", "oak"])
  })

  it("otherwise counts as a missing value", () => {
    const message = "Option --label needs a value."
    const hint = "See: park plant --help"
    const dash = "Write a value that starts with a dash as --label=VALUE."
    expect(parse(tree, ["plant", "--label", "-age", "oak"])).toMatchObject({ message, hint: dash })
    expect(parse(tree, ["plant", "oak", "--label", "--"])).toMatchObject({ message, hint })
    expect(parse(tree, ["plant", "oak", "--label"])).toMatchObject({ message, hint })
  })

  it("can be a single dash", () => {
    expect(run("plant", "--label", "-", "-")).toEqual(["plant", "--label", "-", "--", "-"])
  })
})
