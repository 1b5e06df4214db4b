import * as Args from "@effect/cli/Args"
import type * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import type { Asking, Completions, Example, OtherWords } from "./shape.ts"

// biome-ignore lint/suspicious/noExplicitAny: the type parameters of a command are invariant, and any command will do
export type AnyCommand = Command.Command<any, any, any, any>

/** Commands by their names. Each is made when it is needed: a start runs one of them. */
export type Commands = { readonly [name: string]: Group | (() => AnyCommand) }

/** A command that only holds other commands. `@effect/cli` never sees it. */
export interface Group {
  readonly summary: string
  readonly commands: Commands
  readonly examples?: ReadonlyArray<Example>
  readonly otherWords?: OtherWords
}

/** The type of any of the commands that are below a group. */
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

/** A function of its own that changes nothing. What is mapped with it keeps these annotations. */
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

/**
 * Leaves a command out of help, completions and suggestions: it is for scripts
 * that the program makes itself. It goes last.
 */
export const hidden = ofCommand({ hidden: true })

/** Adds command lines for help to show, the program's name included. */
export const withExamples = (examples: ReadonlyArray<Example>) => ofCommand({ examples })

/** Says what commands and options of other tools mean here. It applies to a command and to all below it. */
export const withOtherWords = (otherWords: OtherWords) => ofCommand({ otherWords })

/**
 * Says which arguments and options a command asks for at a terminal. They are
 * optional for `@effect/cli`, and required by `parse` wherever the program may
 * not ask. The command asks for each that it does not get.
 */
export const withAsking = (asking: Asking) => ofCommand({ asking })

/** Says what completions offer for the value of an option. */
export const withCompletions = (completions: Completions) => ofOption({ completions })

/**
 * Says under which title help lists an option: options under the same title
 * are listed together. With `globalOptions` (`builtIns.ts`) it is described only
 * in the program's own help.
 */
export const withGroup = (title: string) => ofOption({ group: title })

/**
 * Says which command line of the program prints the values that completions
 * offer for an argument: one a line, of letters, digits, `.`, `_` and `-`, with
 * or without a tab and a description after it. It gets the words before the
 * cursor after a `--`.
 *
 * @param values - the command line without the program's name
 */
export const withDynamicValues = (values: ReadonlyArray<string>) => ofArgument({ values })

/** Says which option takes the place of an argument, such as `--label`. */
export const withAlternative = (alternative: string) => ofArgument({ alternative })

/**
 * The words after `--`, as the command line of another program. `@effect/cli`
 * gets them as a repeated option that nobody can type: an optional argument
 * before them would take the first word. Each word is between two colons, since
 * `@effect/cli` drops an empty value and trims the values of a repeated option.
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
