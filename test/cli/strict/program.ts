import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import { withCompletions, withExamples } from "../../../src/cli/strict/annotations.ts"

/** A command of another program, with an option of each kind. */
const move = Command.make(
  "move",
  {
    ship: Args.text({ name: "ship" }).pipe(Args.withDescription("Name of the ship")),
    stops: Args.text({ name: "stop" }).pipe(Args.withDescription("Places on the way"), Args.repeated),
    speed: Options.integer("speed").pipe(
      Options.withDescription("Speed in knots"),
      Options.withAlias("s"),
      Options.withDefault(10),
    ),
    heading: Options.choice("heading", ["north", "south"]).pipe(
      Options.withDescription("Which way"),
      Options.withPseudoName("way"),
      Options.optional,
    ),
    cargo: Options.text("cargo").pipe(
      Options.withPseudoName("good"),
      Options.atLeast(1),
      Options.withDescription("What is on board"),
      withCompletions(["tea", "rum*"]),
    ),
    log: Options.file("log").pipe(
      Options.withDescription("Where to log"),
      withCompletions("files"),
      Options.optional,
    ),
    label: Options.keyValueMap("label").pipe(Options.withDescription("Labels"), Options.optional),
    crew: Options.text("crew").pipe(Options.withDescription("Names"), Options.between(0, 1)),
    pilot: Options.text("pilot").pipe(
      Options.withDescription("Who steers"),
      Options.withFallbackConfig(Config.string("PILOT")),
    ),
    lights: Options.boolean("lights", { negationNames: ["no-lights"] }).pipe(
      Options.withDescription("Lights on or off"),
    ),
  },
  (given) => Console.log(JSON.stringify(given)),
).pipe(
  Command.withDescription("Move a ship"),
  withExamples([{ command: "fleet ship move Ada --cargo tea", description: "To where it is told" }]),
  // What was said of a command stays said, whatever comes after it.
  Command.transformHandler((run) => run),
)

const lay = Command.make(
  "lay",
  {
    kind: Options.choice("kind", ["moored", "drifting"]).pipe(
      Options.withDescription("Which kind"),
      Options.optional,
    ),
    depth: Options.integer("depth").pipe(Options.withDescription("Depth in metres"), Options.optional),
  },
  () => Console.log("laid"),
).pipe(Command.withDescription("Lay a mine"))

const clear = Command.make(
  "clear",
  { kind: Options.boolean("kind").pipe(Options.withDescription("Say which kind it was")) },
  () => Console.log("cleared"),
).pipe(Command.withDescription("Clear a mine"))

/** A program that has nothing to do with ours, three levels deep. */
export const fleet = {
  summary: "Command a fleet",
  commands: {
    ship: {
      summary: "Ships",
      commands: {
        move: () => move,
        mine: { summary: "Mines of a ship", commands: { lay: () => lay, clear: () => clear } },
      },
      otherWords: { means: { mv: "fleet ship move" } },
    },
    status: () =>
      Command.make("status", {}, () => Console.log("calm")).pipe(Command.withDescription("Say how it goes")),
  },
  otherWords: {
    means: { ps: "fleet status" },
    notes: { admiral: "Nobody commands an admiral.", "-q": "A fleet is never quiet." },
  },
}
