import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Prompt from "@effect/cli/Prompt"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import {
  type AnyCommand,
  withAlternative,
  withCompletions,
  withDynamicValues,
  withGroup,
} from "../../../src/cli/strict/annotations.ts"
import { read } from "../../../src/cli/strict/effectCli.ts"
import { fleet } from "./program.ts"

const move = read(fleet, "fleet").subcommands[0]?.subcommands[0]
const readOne = (command: AnyCommand) => {
  const [shape] = read({ summary: "", commands: { x: () => command } }, "y").subcommands
  if (shape === undefined) throw new Error("It is hidden.")
  return shape
}
const option = (name: string) => move?.options.find((candidate) => candidate.name === name)
const flags = { repeated: false, required: false }

describe("the shape of a command", () => {
  it("has its full path, at any depth", () => {
    const status = read(fleet, "fleet").subcommands[1]
    expect(read(fleet, "fleet").subcommands[0]?.subcommands[1]?.subcommands[0]).toMatchObject({
      command: "fleet ship mine lay",
      path: ["ship", "mine", "lay"],
    })
    expect(status).toEqual({
      command: "fleet status",
      path: ["status"],
      summary: "Say how it goes",
      options: [],
      args: [],
      subcommands: [],
      examples: [],
    })
  })

  it("keeps its examples through later pipes", () => {
    expect(move?.examples).toEqual([
      { command: "fleet ship move Ada --cargo tea", description: "To where it is told" },
    ])
  })

  it("has its arguments, and a repeated one is optional", () => {
    expect(move?.args).toEqual([
      { name: "ship", repeated: false, required: true, description: "Name of the ship" },
      { name: "stop", repeated: true, required: false, description: "Places on the way" },
    ])
  })

  it("survives a round trip through JSON", () => {
    expect(JSON.parse(JSON.stringify(read(fleet, "fleet")))).toEqual(
      JSON.parse(JSON.stringify(read(fleet, "fleet"))),
    )
    expect(JSON.parse(JSON.stringify(move))).toEqual(move)
  })
})

describe("the shape of an option", () => {
  it("has the title that help lists it under, which can differ between commands", () => {
    const tone = Options.text("tone").pipe(Options.withDescription("Which tone"), Options.optional)
    const many = Options.text("many").pipe(Options.withDescription("Several"), Options.repeated)
    const given = Effect.void
    const tree = read(
      {
        summary: "A choir",
        commands: {
          sing: () =>
            Command.make(
              "sing",
              { inner: { tone: tone.pipe(withGroup("Sound")) }, many: many.pipe(withGroup("More")) },
              () => given,
            ),
          hum: () => Command.make("hum", { tone, many: many.pipe(withGroup("Sound")) }, () => given),
        },
      },
      "choir",
    )
    const titles = tree.subcommands.map(({ options }) => options.map(({ group, name }) => [name, group]))
    expect(titles).toEqual([
      [
        ["--tone", "Sound"],
        ["--many", "More"],
      ],
      [
        ["--tone", undefined],
        ["--many", "Sound"],
      ],
    ])
  })

  it("keeps its annotations, whatever is piped on after them", () => {
    const sail = Options.text("sail").pipe(
      withCompletions("files"),
      withGroup("Sails"),
      Options.withDescription("Which sail"),
      Options.withAlias("s"),
      Options.withPseudoName("cloth"),
      Options.optional,
    )
    const mast = Args.text().pipe(
      withAlternative("--sail"),
      withDynamicValues(["masts"]),
      Args.withDescription("Which mast"),
      Args.optional,
    )
    const { args, options } = readOne(Command.make("x", { sail, mast }, () => Effect.void))
    expect(options).toMatchObject([{ alias: "-s", value: "cloth", completions: "files", group: "Sails" }])
    expect(args).toMatchObject([{ description: "Which mast", alternative: "--sail", values: ["masts"] }])
  })

  it("names its value after its type, and has its alias", () => {
    expect(option("--speed")).toEqual({
      ...flags,
      name: "--speed",
      alias: "-s",
      value: "integer",
      description: "Speed in knots",
    })
  })

  it("has the choices of a choice", () => {
    expect(option("--heading")).toMatchObject({ ...flags, value: "way", choices: ["north", "south"] })
  })

  it("says whether it is repeated and required, and what completions offer", () => {
    expect(option("--cargo")).toEqual({
      name: "--cargo",
      value: "good",
      completions: ["tea", "rum*"],
      repeated: true,
      required: true,
      description: "What is on board",
    })
    expect(option("--log")?.completions).toBe("files")
  })

  it("is required unless it has a default or comes from elsewhere", () => {
    expect(option("--pilot")).toMatchObject({ value: "text", required: false })
    expect(option("--log")).toMatchObject({ required: false })
    const [name] = readOne(Command.make("x", { name: Options.text("name") })).options
    expect(name).toMatchObject({ required: true, repeated: false })
  })

  it("isn't repeated if it can be given at most once", () => {
    expect(option("--crew")).toMatchObject({ repeated: false, required: false })
    expect(option("--label")).toMatchObject({ repeated: true, required: false })
  })

  it("takes no value if it is a boolean, and its negation is an option of its own", () => {
    expect(option("--lights")).toMatchObject({ ...flags, value: undefined })
    expect(option("--no-lights")).toMatchObject({ ...flags, value: undefined })
  })
})

describe("reading fails", () => {
  /** The same value with a tag that no version of `@effect/cli` has had yet. */
  const novel = <A extends object>(value: A): A =>
    Object.assign(Object.create(Object.getPrototypeOf(value)), value, { _tag: "Novel" })

  it("on an option of an unknown kind", () => {
    const command = Command.make("x", { name: novel(Options.text("name")) })
    expect(() => readOne(command)).toThrow(`an option with the tag "Novel"`)
  })

  it("on an argument of an unknown kind", () => {
    const command = Command.make("x", { name: novel(Args.text()) })
    expect(() => readOne(command)).toThrow(`an argument with the tag "Novel"`)
  })

  it("on a value of an unknown type", () => {
    const text = Options.text("name")
    const primitiveType = novel((text as unknown as { readonly primitiveType: object }).primitiveType)
    const option = Object.assign(Object.create(Object.getPrototypeOf(text)), text, { primitiveType })
    expect(() => readOne(Command.make("x", { option }))).toThrow(`the type of --name with the tag "Novel"`)
  })

  it("on a command that prompts instead of reading its command line", () => {
    const command = Command.prompt("x", Prompt.text({ message: "?" }), () => Effect.void)
    expect(() => readOne(command)).toThrow(`a command with the tag "GetUserInput"`)
  })

  it("on subcommands of `@effect/cli`, which help would not list", () => {
    const parent = Command.make("parent").pipe(Command.withSubcommands([Command.make("child")]))
    expect(() => readOne(parent)).toThrow(`a command with the tag "Subcommands"`)
  })

  it("on an option without a long name, or with an alias that is a word", () => {
    expect(() => readOne(Command.make("x", { v: Options.boolean("v") }))).toThrow("one long name")
    const colour = Options.text("color").pipe(Options.withAlias("colour"))
    expect(() => readOne(Command.make("x", { colour }))).toThrow("one alias, of one letter")
  })
})
