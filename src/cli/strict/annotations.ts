import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Either from "effect/Either"
import type { Asking, Completions, Example, Hints } from "./shape.ts"

// biome-ignore lint/suspicious/noExplicitAny: the type parameters of a command are invariant, and any command will do
export type AnyCommand = Command.Command<any, any, any, any>

// By a command's tag: a command is a new object after each `.pipe`, but keeps its tag.
const examples = new WeakMap<object, ReadonlyArray<Example>>()
const hints = new WeakMap<object, Hints>()
const asked = new WeakMap<object, Asking>()
const children = new WeakMap<object, ReadonlyArray<AnyCommand>>()
// By a function that maps an option's value: an option is rebuilt by a `.pipe`, but keeps such functions.
const completions = new WeakMap<object, Completions>()
const alternatives = new WeakMap<object, string>()
const values = new WeakMap<object, ReadonlyArray<string>>()
const hiddenTags = new WeakSet<object>()
const trailing = new WeakMap<object, { readonly required: boolean }>()
// By the option itself, which a command keeps: a function that maps its value would be called at every start.
const groups = new WeakMap<object, string>()

/** A command that does nothing but hold others. `@effect/cli` alone does not let us find them again. */
export const group = <
  const Name extends string,
  const Children extends readonly [AnyCommand, ...AnyCommand[]],
>(
  name: Name,
  summary: string,
  subcommands: Children,
) => {
  const command = Command.make(name).pipe(
    Command.withDescription(summary),
    Command.withSubcommands(subcommands),
  )
  children.set(command.tag, subcommands)
  return command
}

/**
 * Leaves a command out of help, completions and suggestions: it is for scripts
 * that the program makes itself. It goes last.
 */
export const hidden = <C extends AnyCommand>(command: C): C => {
  hiddenTags.add(command.tag)
  return command
}

/** Adds command lines for help to show, the program's name included. */
export const withExamples =
  (list: ReadonlyArray<Example>) =>
  <C extends AnyCommand>(command: C): C => {
    examples.set(command.tag, list)
    return command
  }

/**
 * Says what is meant by words of other tools, where a command is expected or an
 * option is not known. It applies to the command and to all below it.
 */
export const withHints =
  (words: Hints) =>
  <C extends AnyCommand>(command: C): C => {
    hints.set(command.tag, words)
    return command
  }

/**
 * Says which arguments and options a command asks for at a terminal. They are
 * optional for `@effect/cli`, and required by `parse` wherever the program may
 * not ask. The command asks for each that it does not get.
 */
export const withAsking =
  (asking: Asking) =>
  <C extends AnyCommand>(command: C): C => {
    asked.set(command.tag, asking)
    return command
  }

/** Says what completions offer for the value of an option. It goes after `Options.repeated` and its like. */
export const withCompletions =
  (offered: Completions) =>
  <A>(option: Options.Options<A>): Options.Options<A> => {
    const unchanged = (value: A) => Either.right(value)
    completions.set(unchanged, offered)
    return Options.mapEffect(option, unchanged)
  }

/**
 * Says under which title help lists an option: options under the same title
 * are listed together. With `globalOptions` (`builtIns.ts`) it is described only
 * in the program's own help. `withGroup` goes last.
 */
export const withGroup =
  (title: string) =>
  <A>(option: Options.Options<A>): Options.Options<A> => {
    // A copy, since commands may share an option and list it under different titles.
    const copy = Object.assign(Object.create(Object.getPrototypeOf(option)), option)
    groups.set(copy, title)
    return copy
  }

/**
 * Says which command line of the program prints the values that completions
 * offer for an argument: one a line, of letters, digits, `.`, `_` and `-`, with
 * a tab and a description behind it or not. It gets the words before the cursor
 * after a `--`. It goes after `Args.repeated` and its like.
 *
 * @param words - the command line without the program's name
 */
export const withDynamicValues =
  (words: ReadonlyArray<string>) =>
  <A>(argument: Args.Args<A>): Args.Args<A> => {
    const unchanged = (value: A) => Either.right(value)
    values.set(unchanged, words)
    return Args.mapEffect(argument, unchanged)
  }

/** Says which option takes the place of an argument, such as `--label`. It goes after `Args.optional`. */
export const withAlternative =
  (option: string) =>
  <A>(argument: Args.Args<A>): Args.Args<A> => {
    const unchanged = (value: A) => Either.right(value)
    alternatives.set(unchanged, option)
    return Args.mapEffect(argument, unchanged)
  }

/**
 * The words after `--`, as the command line of another program. `@effect/cli`
 * gets them as a repeated option that nobody can type: an optional argument
 * before them would take the first word. Each is between colons, since an empty value
 * would be dropped, and the values of a repeated option are trimmed.
 */
export const trailingCommand = (
  description: string,
  { required = false } = {},
): Options.Options<ReadonlyArray<string>> => {
  const withoutColons = (words: ReadonlyArray<string>) => Either.right(words.map((word) => word.slice(1, -1)))
  trailing.set(withoutColons, { required })
  return Options.text("command").pipe(
    Options.withDescription(description),
    Options.repeated,
    Options.mapEffect(withoutColons),
  )
}

/** What `withExamples` added. */
export const examplesOf = (command: AnyCommand): ReadonlyArray<Example> => examples.get(command.tag) ?? []

/** What `withHints` added. */
export const hintsOf = (command: AnyCommand): Hints | undefined => hints.get(command.tag)

/** What `withAsking` said. */
export const askingOf = (command: AnyCommand): Asking | undefined => asked.get(command.tag)

/** The commands in a `group`; undefined for any other command. */
export const childrenOf = (command: AnyCommand): ReadonlyArray<AnyCommand> | undefined =>
  children.get(command.tag)

/** What `withDynamicValues` said, by the function that an argument's value is mapped with. */
export const dynamicValuesOf = (mapping: object): ReadonlyArray<string> | undefined => values.get(mapping)

/** Whether a command is `hidden`. */
export const isHidden = (command: AnyCommand): boolean => hiddenTags.has(command.tag)

/** What `withAlternative` said, by the function that an argument's value is mapped with. */
export const alternativeOf = (mapping: object): string | undefined => alternatives.get(mapping)

/** Whether an option is a `trailingCommand`, and a required one, by the function that its value is mapped with. */
export const trailingBy = (mapping: object): { readonly required: boolean } | undefined =>
  trailing.get(mapping)

/** What `withGroup` said. */
export const groupOf = (option: object): string | undefined => groups.get(option)

/** What `withCompletions` said, by the function that an option's value is mapped with. */
export const completionsOf = (mapping: object): Completions | undefined => completions.get(mapping)
