import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Terminal from "@effect/platform/Terminal"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { describe, expect, it } from "@effect/vitest"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import * as Layer from "effect/Layer"
import { trailingCommand, withAlternative } from "../../../src/cli/strict/annotations.ts"
import { read } from "../../../src/cli/strict/effectCli.ts"
import { UsageError } from "../../../src/cli/strict/errors.ts"
import { execute } from "../../../src/cli/strict/execute.ts"
import { helpOf } from "../../../src/cli/strict/help.ts"
import { parse } from "../../../src/cli/strict/parse.ts"
import type { CommandShape } from "../../../src/cli/strict/shape.ts"
import { fakeConsole, fakeTerminal } from "../../support/world/world.ts"

const print = (given: unknown) => Console.log(JSON.stringify(given))

/** Commands that take another one after `--`: with an argument, with one that an option replaces, and with none. */
const harbour = {
  summary: "A harbour",
  commands: {
    tow: () =>
      Command.make(
        "tow",
        {
          ship: Args.text({ name: "ship" }).pipe(Args.withDescription("Which ship")),
          slow: Options.boolean("slow"),
          command: trailingCommand("What to run once it is in"),
        },
        print,
      ),
    send: () =>
      Command.make(
        "send",
        {
          ship: Args.text({ name: "ship" }).pipe(Args.optional, withAlternative("--flag")),
          flag: Options.text("flag").pipe(Options.withPseudoName("colour"), Options.optional),
          command: trailingCommand("What to run once it has left"),
        },
        print,
      ),
    open: () => Command.make("open", { command: trailingCommand("What to run meanwhile") }, print),
    guard: () =>
      Command.make(
        "guard",
        {
          by: Options.text("by").pipe(Options.withPseudoName("name"), Options.atLeast(1)),
          command: trailingCommand("What to guard", { required: true }),
        },
        print,
      ),
  },
}
const tree = read(harbour, "harbour")

const argv = (...words: ReadonlyArray<string>) => {
  const request = parse(tree, words)
  return request._tag === "Run" ? request.argv : request
}
const message = (...words: ReadonlyArray<string>) => {
  const request = parse(tree, words)
  return request instanceof UsageError ? request.message : request
}

/** What the command itself is given. */
const given = (...words: ReadonlyArray<string>) => {
  let out = ""
  const log = (text: string) => {
    out += text
  }
  const parsed = argv(...words)
  if (!Array.isArray(parsed)) return Effect.dieMessage(JSON.stringify(parsed))
  return execute(harbour, "harbour", parsed).pipe(
    Effect.withConsole(fakeConsole(log, log)),
    Effect.map(() => JSON.parse(out) as Record<string, unknown>),
    Effect.provide(
      Layer.mergeAll(
        NodeFileSystem.layer,
        NodePath.layer,
        Layer.succeed(Terminal.Terminal, fakeTerminal([], "", log, false)),
      ),
    ),
  )
}

describe("the words after --", () => {
  it.effect("are passed to a command that takes them", () =>
    Effect.gen(function* () {
      expect(yield* given("tow", "Ada", "--", "ring", "--slow", "bell")).toEqual({
        ship: "Ada",
        slow: false,
        command: ["ring", "--slow", "bell"],
      })
      expect(yield* given("tow", "--slow", "Ada")).toEqual({ ship: "Ada", slow: true, command: [] })
      expect(yield* given("open", "--", "ring")).toEqual({ command: ["ring"] })
    }),
  )

  const word = fc.oneof(
    fc.constantFrom(
      "",
      " ",
      " a\t",
      "--",
      "-",
      "-x",
      "--command",
      "--command=x",
      "--help",
      "true",
      "--slow",
      "=",
      "a b",
    ),
    fc.fullUnicodeString().filter((text) => !text.includes("\uFFFD")),
  )
  it.effect.prop("reach the command unchanged", [fc.array(word, { minLength: 1, maxLength: 6 })], ([words]) =>
    Effect.gen(function* () {
      expect(yield* given("tow", "Ada", "--slow", "--", ...words)).toEqual({
        ship: "Ada",
        slow: true,
        command: words,
      })
    }),
  )

  it("become the missing argument if they are one word", () => {
    expect(argv("tow", "--slow", "--", "--dashy")).toEqual(["tow", "--slow", "--", "--dashy"])
    expect(argv("send", "--", "Ada")).toEqual(["send", "--", "Ada"])
  })

  it("are refused if they are several and an argument is missing", () => {
    expect(parse(tree, ["tow", "--", "ring", "bell"])).toMatchObject({
      message: "The argument <ship> is missing.",
      hint: "Put it before --. See: harbour tow --help",
    })
    expect(message("send", "--", "ring", "bell")).toBe("The argument <ship> or the option --flag is missing.")
  })

  it("are refused as missing after a lone --", () => {
    for (const words of [
      ["tow", "Ada", "--"],
      ["open", "--"],
      ["send", "--flag", "red", "--"],
    ]) {
      expect(parse(tree, words), words.join(" ")).toMatchObject({
        message: "The <command> after -- is missing.",
        hint: `If it is a variable, check that it is set. See: harbour ${words[0]} --help`,
      })
    }
    expect(message("tow", "--")).toBe("The argument <ship> is missing.")
  })

  it("are reported as missing only once nothing else is wrong", () => {
    expect(parse(tree, ["guard", "--by", "Ada"])).toMatchObject({
      message: "The <command> after -- is missing.",
      hint: "Add -- and the command at the end. See: harbour guard --help",
    })
    expect(parse(tree, ["guard", "--by", "Ada", "--"])).toMatchObject({
      message: "The <command> after -- is missing.",
      hint: "If it is a variable, check that it is set. See: harbour guard --help",
    })
    expect(parse(tree, ["guard"])).toMatchObject({
      message: "Option --by is required.",
      hint: "Repeat --by for more than one. See: harbour guard --help",
    })
    expect(message("guard", "--by", "Ada", "ring")).toBe('Unexpected argument "ring" for harbour guard.')
    expect(helpOf(tree.subcommands.find(({ path }) => path[0] === "guard") as CommandShape)).toContain(
      "Usage: harbour guard --by <name>... [options] -- <command>...\n",
    )
  })

  it("are never taken from before it", () => {
    expect(parse(tree, ["open", "ring"])).toMatchObject({
      message: 'Unexpected argument "ring" for harbour open.',
      hint: "Put a command after --. See: harbour open --help",
    })
    expect(parse(tree, ["tow", "Ada", "Eve", "--", "ring"])).toMatchObject({
      message: 'Unexpected argument "Eve" for harbour tow.',
      hint: "Quote an argument that contains spaces. Put a command after --. See: harbour tow --help",
    })
  })

  it("can't be given as an option", () => {
    expect(message("open", "--command", "ring")).toBe("Unknown option --command for harbour open.")
  })

  it("are shown in help", () => {
    const [tow, send] = tree.subcommands.map((shape) => helpOf(shape))
    expect(tow).toContain("Usage: harbour tow <ship> [options] [-- <command>...]\n")
    expect(tow).toMatch(/^ {2}<command> +What to run once it is in$/m)
    expect(send).toContain("Usage: harbour send (<ship> | --flag <colour>) [options] [-- <command>...]\n")
  })
})

describe("an argument that an option replaces", () => {
  it.effect("can be given itself or through the option", () =>
    Effect.gen(function* () {
      expect(yield* given("send", "Ada")).toMatchObject({ ship: { _tag: "Some", value: "Ada" } })
      expect(yield* given("send", "--flag", "red", "--", "ring")).toMatchObject({
        ship: { _tag: "None" },
        flag: { _tag: "Some", value: "red" },
        command: ["ring"],
      })
    }),
  )

  it("is required without the option, and refused with it", () => {
    expect(message("send")).toBe("The argument <ship> or the option --flag is missing.")
    expect(message("send", "Ada", "--flag", "red")).toBe("<ship> and --flag can't be used together.")
  })
})
