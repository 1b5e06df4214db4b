import * as Data from "effect/Data"
import { type Printable, printable } from "../output/printable.ts"
import type { Misuse } from "../strict/parse.ts"
import { exitCodes } from "./exitCodes.ts"
import { didYouMean, failed, type Table } from "./words.ts"

/** A command line that `@effect/cli` refuses, in its own words: the strict parser should have refused it. */
export class CommandLineRefused extends Data.TaggedError("CommandLineRefused")<{
  readonly reason: string
}> {}

/** Message and hint for a command line that can't be understood. */
const misuse = ({
  kind,
  name,
  nearest,
  path,
  valid = [],
  value = "",
}: Misuse): readonly [message: Printable, hint: Printable] => {
  const command = ["zpcli", ...path].join(" ")
  const help = printable`See: ${command} --help`
  switch (kind) {
    case "unknown-option":
      return [
        printable`Unknown option ${name} for ${command}.${didYouMean(nearest)}`,
        printable`See: ${command} --help. An argument that begins with a dash goes behind --.`,
      ]
    case "unknown-command":
      return [
        printable`Unknown command "${name}" for ${command}.${didYouMean(nearest)}`,
        printable`Commands of ${command}: ${valid.join(", ")}.`,
      ]
    case "missing-value":
      return [
        printable`Option ${name} needs a value.`,
        printable`A value that begins with a dash is written ${name}=VALUE.`,
      ]
    case "unexpected-value":
      return [printable`Option ${name} takes no value, and was given "${value}".`, help]
    case "given-twice":
      return [printable`Option ${name} may be given only once.`, help]
    case "missing-option":
      return [printable`Option ${name} is required: ${value}.`, help]
    case "missing-argument":
      return [printable`The argument <${name}> is missing.`, help]
    case "unexpected-argument":
      return [
        printable`Unexpected argument "${name}" for ${command}.`,
        printable`Quote an argument that holds spaces. See: ${command} --help`,
      ]
    case "not-a-choice":
      return [
        printable`"${value}" is no value of ${name}.${didYouMean(nearest)}`,
        printable`${name} takes one of: ${valid.join(", ")}.`,
      ]
    case "excluded":
      return [printable`${name} and ${value} can't be given together.`, help]
  }
}

const type = "UsageError"

/** Command lines that can't be understood. */
export const usage = {
  Misuse: (error) => {
    const [message, hint] = misuse(error)
    return failed(error, exitCodes.misuse, message, hint, { type })
  },
  CommandLineRefused: (error) =>
    failed(error, exitCodes.misuse, printable`${error.reason}`, undefined, { type }),
} satisfies Table<Misuse | CommandLineRefused>
