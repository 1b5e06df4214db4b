import * as Args from "@effect/cli/Args"
import type * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Either from "effect/Either"
import type { Asking, Completions, Example, Hints } from "./shape.ts"

// biome-ignore lint/suspicious/noExplicitAny: the type parameters of a command are invariant, and any command will do
export type AnyCommand = Command.Command<any, any, any, any>

/** Commands by their names. Each is made when it is needed: a start runs one of them. */
export type Commands = { readonly [name: string]: Group | (() => AnyCommand) }

/** A command that only holds other commands. `@effect/cli` never sees it. */
export interface Group {
  readonly summary: string
  readonly commands: Commands
  readonly examples?: ReadonlyArray<Example>
  readonly hints?: Hints
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
  readonly hints?: Hints
  readonly asking?: Asking
  readonly completions?: Completions
  readonly group?: string
  readonly values?: ReadonlyArray<string>
  readonly alternative?: string
  readonly trailing?: { readonly required: boolean }
}

const annotations = new WeakMap<object, Annotations>()

const annotate = (key: object, more: Annotations): void => {
  annotations.set(key, { ...annotations.get(key), ...more })
}

/**
 * The annotations of a command, an option or an argument.
 *
 * @param key - an object that survives `.pipe`: the tag of a command, or the function that maps the value of an
 *   option or argument; for `withGroup`, the option itself
 */
export const annotationsOf = (key: object): Annotations => annotations.get(key) ?? {}

const ofCommand =
  (more: Annotations) =>
  <C extends AnyCommand>(command: C): C => {
    annotate(command.tag, more)
    return command
  }

/** A function that changes nothing, and carries annotations. */
const unchanged = (more: Annotations) => {
  const same = <A>(value: A) => Either.right(value)
  annotate(same, more)
  return same
}

/**
 * Leaves a command out of help, completions and suggestions: it is for scripts
 * that the program makes itself. It goes last.
 */
export const hidden = ofCommand({ hidden: true })

/** Adds command lines for help to show, the program's name included. */
export const withExamples = (examples: ReadonlyArray<Example>) => ofCommand({ examples })

/**
 * Says what words of other tools mean here, in the place of a command or of an
 * option. It applies to the command and to all below it.
 */
export const withHints = (hints: Hints) => ofCommand({ hints })

/**
 * Says which arguments and options a command asks for at a terminal. They are
 * optional for `@effect/cli`, and required by `parse` wherever the program may
 * not ask. The command asks for each that it does not get.
 */
export const withAsking = (asking: Asking) => ofCommand({ asking })

/** Says what completions offer for the value of an option. It goes after `Options.repeated` and its like. */
export const withCompletions =
  (completions: Completions) =>
  <A>(option: Options.Options<A>): Options.Options<A> =>
    Options.mapEffect(option, unchanged({ completions }))

/**
 * Says under which title help lists an option: options under the same title
 * are listed together. With `globalOptions` (`builtIns.ts`) it is described only
 * in the program's own help. `withGroup` goes last.
 */
export const withGroup =
  (title: string) =>
  <A>(option: Options.Options<A>): Options.Options<A> => {
    // A copy, since commands may share an option and list it under different titles. It is the key itself: a function
    // that maps the option's value would be called at every start.
    const copy = Object.assign(Object.create(Object.getPrototypeOf(option)), option)
    annotate(copy, { group: title })
    return copy
  }

/**
 * Says which command line of the program prints the values that completions
 * offer for an argument: one a line, of letters, digits, `.`, `_` and `-`, with
 * or without a tab and a description after it. It gets the words before the
 * cursor after a `--`. It goes after `Args.repeated` and its like.
 *
 * @param values - the command line without the program's name
 */
export const withDynamicValues =
  (values: ReadonlyArray<string>) =>
  <A>(argument: Args.Args<A>): Args.Args<A> =>
    Args.mapEffect(argument, unchanged({ values }))

/** Says which option takes the place of an argument, such as `--label`. It goes after `Args.optional`. */
export const withAlternative =
  (alternative: string) =>
  <A>(argument: Args.Args<A>): Args.Args<A> =>
    Args.mapEffect(argument, unchanged({ alternative }))

/**
 * The words after `--`, as the command line of another program. `@effect/cli`
 * gets them as a repeated option that nobody can type: an optional argument
 * before them would take the first word. Each word is between two colons, since
 * `@effect/cli` drops an empty value and trims the values of a repeated option.
 */
export const trailingCommand = (
  description: string,
  { required = false } = {},
): Options.Options<ReadonlyArray<string>> => {
  const withoutColons = (words: ReadonlyArray<string>) => Either.right(words.map((word) => word.slice(1, -1)))
  annotate(withoutColons, { trailing: { required } })
  return Options.text("command").pipe(
    Options.withDescription(description),
    Options.repeated,
    Options.mapEffect(withoutColons),
  )
}
