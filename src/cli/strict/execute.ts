import * as CliConfig from "@effect/cli/CliConfig"
import type * as Command from "@effect/cli/Command"
import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import * as Effect from "effect/Effect"
import { UsageError } from "./errors.ts"
import { textOf } from "./read.ts"

const config = CliConfig.make({ isCaseSensitive: true, showBuiltIns: false })

/**
 * Parses with `@effect/cli` and runs the command that was meant. It takes the
 * place of `Command.run`, which prints a parse error by itself, with ANSI codes
 * whatever it is printed to.
 *
 * @param program - the name of the command
 * @param argv - as `parse` hands it on
 */
export const execute = <Name extends string, R, E, A>(
  command: Command.Command<Name, R, E, A>,
  program: string,
  argv: ReadonlyArray<string>,
) =>
  CommandDescriptor.parse(command.descriptor, [program, ...argv], config).pipe(
    Effect.mapError(({ error }) => new UsageError(program, { _tag: "Rejected", reason: textOf(error) })),
    Effect.flatMap((directive) =>
      directive._tag === "UserDefined"
        ? command.transform(command.handler(directive.value), directive.value)
        : Effect.dieMessage(`unexpected directive ${directive._tag}`),
    ),
  )
