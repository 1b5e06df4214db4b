import * as Command from "@effect/cli/Command"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { read } from "../../../src/cli/strict/effectCli.ts"
import { execute } from "../../../src/cli/strict/execute.ts"
import { parse } from "../../../src/cli/strict/parse.ts"
import { fakeConsole } from "../../support/world/world.ts"
import { fleet } from "./program.ts"

const tree = read(fleet, "fleet")
const platform = Layer.mergeAll(NodeFileSystem.layer, NodePath.layer, NodeTerminal.layer)

/** Runs a command line of the fleet, and gives what it printed. */
const run = (...argv: ReadonlyArray<string>) => {
  let printed = ""
  const request = parse(tree, argv)
  if (request._tag !== "Run") throw new Error(`${argv.join(" ")} was taken for ${JSON.stringify(request)}`)
  return execute(fleet, tree.command, request.argv).pipe(
    Effect.withConsole(
      fakeConsole(
        (line) => {
          printed += line
        },
        () => {},
      ),
    ),
    Effect.map(() => printed),
    Effect.provide(platform),
  )
}

describe("a strictly parsed command line", () => {
  it.effect("reaches the handler, in whatever order it was typed", () =>
    Effect.gen(function* () {
      const printed = yield* run(
        ...["ship", "--pilot=Ada", "move", "-s", "12", "--cargo=tea", "Nautilus", "--no-lights"],
        ...["--cargo", "rum", "--label", "a=1", "--label=b=2", "--", "--Crete"],
      )
      expect(JSON.parse(printed)).toMatchObject({
        ship: "Nautilus",
        stops: ["--Crete"],
        speed: 12,
        cargo: ["tea", "rum"],
        lights: false,
        pilot: "Ada",
      })
    }),
  )

  it.effect("runs a command three levels down", () =>
    Effect.map(run("ship", "mine", "lay"), (printed) => expect(printed).toBe("laid\n")),
  )

  it.effect("fails with a usage error if @effect/cli finds a mistake, and prints nothing", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        run("ship", "move", "Nautilus", "--cargo", "tea", "--pilot", "Ada", "--speed", "fast"),
      )
      expect(error).toMatchObject({
        _tag: "UsageError",
        message: expect.stringContaining("'fast' is not a integer"),
        hint: "See: fleet --help",
      })
    }),
  )

  it.effect("builds only the command that is run", () =>
    Effect.gen(function* () {
      const made: Array<string> = []
      const make = (name: string) => () => {
        made.push(name)
        return Command.make(name, {}, () => Effect.void)
      }
      const commands = {
        one: make("one"),
        more: { summary: "", commands: { two: make("two"), three: make("three") } },
      }
      yield* execute({ summary: "", commands }, "program", ["more", "two", "--"])
      expect(made).toEqual(["two"])
    }).pipe(Effect.provide(platform)),
  )
})
