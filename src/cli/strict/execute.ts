import * as CliConfig from "@effect/cli/CliConfig"
import type * as Command from "@effect/cli/Command"
import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import * as Effect from "effect/Effect"
import type { AnyCommand, Commands, Group, Leaf } from "./annotations.ts"
import { textOf } from "./effectCli.ts"
import { UsageError } from "./errors.ts"

/** A command that fails and needs as any of several may. */
type RunsLike<Any> =
  // biome-ignore lint/suspicious/noExplicitAny: as in `AnyCommand`
  Command.Command<string, RequirementsOf<Any>, ErrorOf<Any>, any>
// biome-ignore lint/suspicious/noExplicitAny: as in `AnyCommand`
type RequirementsOf<Any> = Any extends Command.Command<any, infer R, any, any> ? R : never
// biome-ignore lint/suspicious/noExplicitAny: as in `AnyCommand`
type ErrorOf<Any> = Any extends Command.Command<any, any, infer E, any> ? E : never

const config = CliConfig.make({ isCaseSensitive: true, showBuiltIns: false })

/** The command that the first words of an argv lead to, made, and its argv: its name, and the words after that. */
const leafOf = (group: Group, argv: ReadonlyArray<string>): [AnyCommand, ReadonlyArray<string>] => {
  const [word = "", ...rest] = argv
  const found = group.commands[word]
  if (found === undefined) throw new Error(`There is no command ${word}.`)
  return typeof found === "object" ? leafOf(found, rest) : [found(), argv]
}

/**
 * Parses with `@effect/cli` and runs the command. `Command.run` would print parse
 * errors itself, and with ANSI codes even into a pipe; and of a tree of commands
 * it would make and parse each.
 *
 * @param program - the name of the program
 * @param argv - of a `Request`
 */
export const execute = <Below extends Commands>(
  group: Group & { readonly commands: Below },
  program: string,
  argv: ReadonlyArray<string>,
) => {
  const [command, words] = leafOf(group, argv) as [RunsLike<Leaf<Below>>, ReadonlyArray<string>]
  return CommandDescriptor.parse(command.descriptor, words, config).pipe(
    Effect.mapError(({ error }) => new UsageError(program, { _tag: "Rejected", reason: textOf(error) })),
    Effect.flatMap((directive) =>
      directive._tag === "UserDefined"
        ? command.transform(command.handler(directive.value), directive.value)
        : Effect.dieMessage(`unexpected directive ${directive._tag}`),
    ),
  )
}
