import * as Args from "@effect/cli/Args"
import * as CliConfig from "@effect/cli/CliConfig"
import type * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import type { ValidationError } from "@effect/cli/ValidationError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { AnyCommand, Commands, Group, Leaf } from "./annotations.ts"
import { type CommandNode, descriptorOf, textOf, unknown } from "./effectCli.ts"
import { UsageError } from "./errors.ts"

/** A command with the errors and requirements of any of several commands. */
type RunsLike<Any> =
  // biome-ignore lint/suspicious/noExplicitAny: as in `AnyCommand`
  Command.Command<string, RequirementsOf<Any>, ErrorOf<Any>, any>
// biome-ignore lint/suspicious/noExplicitAny: as in `AnyCommand`
type RequirementsOf<Any> = Any extends Command.Command<any, infer R, any, any> ? R : never
// biome-ignore lint/suspicious/noExplicitAny: as in `AnyCommand`
type ErrorOf<Any> = Any extends Command.Command<any, any, infer E, any> ? E : never

const config = CliConfig.make({ isCaseSensitive: true, showBuiltIns: false })

/** Makes the command that the first words name. Returns it with the words after them. */
const leafOf = (
  group: Group,
  [word = "", ...rest]: ReadonlyArray<string>,
): [AnyCommand, ReadonlyArray<string>] => {
  const found = group.commands[word]
  if (found === undefined) throw new Error(`There is no command ${word}.`)
  return typeof found === "object" ? leafOf(found, rest) : [found(), rest]
}

/** What parsing needs. */
type Needs = Effect.Effect.Context<ReturnType<typeof Args.validate>>

/**
 * Parses the input of the handler, as `CommandDescriptor.parse` does, but without looking for the built-in options of
 * `@effect/cli`, for which it would lay out the help of the command.
 */
const parse = (
  node: CommandNode,
  words: ReadonlyArray<string>,
): Effect.Effect<unknown, ValidationError, Needs> => {
  if (node._tag === "Map") return Effect.flatMap(parse(node.command, words), node.f)
  if (node._tag !== "Standard") return unknown("a command", node)
  const end = words.indexOf("--")
  const args = node.args as unknown as Args.Args<unknown>
  const options = node.options as unknown as Options.Options<unknown>
  return Effect.flatMap(
    Options.processCommandLine(options, words.slice(0, end), config),
    ([error, left, options]) =>
      Args.validate(args, [...left, ...words.slice(end + 1)], config).pipe(
        Effect.mapError((argsError) => Option.getOrElse(error, () => argsError)),
        Effect.map(([, args]) => ({ name: node.name, options, args })),
      ),
  )
}

/**
 * Parses with `@effect/cli` and runs the command. `Command.run` would print parse
 * errors itself, with ANSI codes even into a pipe, and would need every command of
 * the tree.
 *
 * @param program - the name of the program
 * @param argv - the `argv` of a `Request`
 */
export const execute = <Below extends Commands>(
  group: Group & { readonly commands: Below },
  program: string,
  argv: ReadonlyArray<string>,
) => {
  const [command, words] = leafOf(group, argv) as [RunsLike<Leaf<Below>>, ReadonlyArray<string>]
  return parse(descriptorOf(command), words).pipe(
    Effect.mapError(
      ({ error }) => new UsageError(program, textOf(error) || "The command line can't be understood."),
    ),
    Effect.flatMap((value) => command.transform(command.handler(value), value)),
  )
}
