import * as Args from "@effect/cli/Args"
import type * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import type { Asking, Completions, Example, OtherWords } from "./shape.ts"

// biome-ignore lint/suspicious/noExplicitAny: the type parameters of a command are invariant, and any command will do
export type AnyCommand = Command.Command<any, any, any, any>

/** Commands by name. Each is made only when it is needed, since a start runs just one of them. */
export type Commands = { readonly [name: string]: Group | (() => AnyCommand) }

/** A command that only contains other commands. `@effect/cli` never sees it. */
export interface Group {
  readonly summary: string
  readonly commands: Commands
  readonly examples?: ReadonlyArray<Example>
  readonly otherWords?: OtherWords
}

/** The type of any command below a group. */
export type Leaf<Below extends Commands> = {
  [Name in keyof Below]: Below[Name] extends Group
    ? Leaf<Below[Name]["commands"]>
    : Below[Name] extends () => infer Made
      ? Made
      : never
}[keyof Below]

/** What `@effect/cli` has no place for. Each field is set by one of the functions below. */
export interface Annotations {
  readonly hidden?: boolean
  readonly examples?: ReadonlyArray<Example>
  readonly otherWords?: OtherWords
  readonly asking?: Asking
  readonly completions?: Completions
  readonly group?: string
  readonly values?: ReadonlyArray<string>
  readonly alternative?: string
  readonly trailing?: true
}

const annotations = new WeakMap<object, Annotations>()

/**
 * The annotations of a command, an option or an argument.
 *
 * @param key - the tag of a command, or the function that an option or argument is mapped with: both survive `.pipe`
 */
export const annotationsOf = (key: object): Annotations => annotations.get(key) ?? {}

const ofCommand =
  (more: Annotations) =>
  <C extends AnyCommand>(command: C): C => {
    annotations.set(command.tag, { ...annotationsOf(command.tag), ...more })
    return command
  }

/** A new function that changes nothing: an option or argument that is mapped with it has these annotations. */
const carrying = (more: Annotations) => {
  const same = <A>(value: A) => Effect.succeed(value)
  annotations.set(same, more)
  return same
}

const ofOption =
  (more: Annotations) =>
  <A>(option: Options.Options<A>): Options.Options<A> =>
    Options.mapEffect(option, carrying(more))

const ofArgument =
  (more: Annotations) =>
  <A>(argument: Args.Args<A>): Args.Args<A> =>
    Args.mapEffect(argument, carrying(more))

/** Leaves a command, which is only for the program's own scripts, out of help, completions and suggestions. */
export const hidden = ofCommand({ hidden: true })

/** Adds examples for help to show, including the program's name. */
export const withExamples = (examples: ReadonlyArray<Example>) => ofCommand({ examples })

/** Says what commands and options of other tools mean here. It applies to a command and to all below it. */
export const withOtherWords = (otherWords: OtherWords) => ofCommand({ otherWords })

/**
 * Names the arguments and options that a command asks for at a terminal if they are
 * missing. They must be optional for `@effect/cli`; `parse` requires them if the
 * program may not ask.
 */
export const withAsking = (asking: Asking) => ofCommand({ asking })

/** Sets what completions offer for the value of an option. */
export const withCompletions = (completions: Completions) => ofOption({ completions })

/**
 * Sets the title under which help lists an option. With `globalOptions`
 * (`builtIns.ts`), the option is described only in the program's own help.
 */
export const withGroup = (title: string) => ofOption({ group: title })

/**
 * Sets the command that prints the values that completions offer for an argument: one
 * per line, of letters, digits, `.`, `_` and `-`, optionally followed by a tab and a
 * description. It gets the words before the cursor after a `--`.
 *
 * @param values - the command line without the program's name
 */
export const withDynamicValues = (values: ReadonlyArray<string>) => ofArgument({ values })

/** Names the option that can be given instead of an argument, such as `--label`. */
export const withAlternative = (alternative: string) => ofArgument({ alternative })

/**
 * The command line of another program, after `--`. `@effect/cli` gets its words as a
 * repeated option that nobody can type: as arguments, the first one would be taken for
 * an optional argument before them. Each word is between two colons, since
 * `@effect/cli` drops empty values and trims the values of a repeated option.
 */
export const trailingCommand = (
  description: string,
  { required = false } = {},
): Options.Options<ReadonlyArray<string>> =>
  Options.text("command").pipe(
    Options.withDescription(description),
    Options.atLeast(required ? 1 : 0),
    Options.map((words) => words.map((word) => word.slice(1, -1))),
    ofOption({ trailing: true }),
  )
