import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Span from "@effect/cli/HelpDoc/Span"
import type { ValidationError } from "@effect/cli/ValidationError"
import type * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type Annotations, type AnyCommand, annotationsOf, type Group } from "./annotations.ts"
import type { ArgumentShape, CommandShape, OptionShape } from "./shape.ts"

// `@effect/cli` 0.77 doesn't export these types, so an update may change them. An unknown tag is therefore an error.

/** A single option or argument. */
interface Single {
  readonly name: string
  readonly pseudoName: Option.Option<string>
  /** Only a `Choice` has `alternatives`. */
  readonly primitiveType: {
    readonly _tag: string
    readonly alternatives?: ReadonlyArray<readonly [name: string, value: unknown]>
  }
  readonly description: HelpDoc.HelpDoc
  /** The last two are only for an option. The placeholder is the pseudo name, or else the name of the type. */
  readonly aliases: ReadonlyArray<string>
  readonly placeholder: string
}

/** A node of options or arguments: a `Single`, or one with nodes inside, in a field that depends on its kind. */
interface Node extends Single {
  readonly _tag: string
  readonly options?: Node
  readonly argumentOption?: Node
  readonly args?: Node
  readonly left?: Node
  readonly right?: Node
  /** Only a `Map` has it. */
  readonly f: object
  /** Only a `Variadic` has these two. */
  readonly min: Option.Option<number>
  readonly max: Option.Option<number>
}

interface Standard {
  readonly _tag: "Standard"
  readonly name: string
  readonly description: HelpDoc.HelpDoc
  readonly options: Node
  readonly args: Node
}

/** A command without its handler. */
export type CommandNode =
  | Standard
  | {
      readonly _tag: "Map"
      readonly command: CommandNode
      readonly f: (value: unknown) => Effect.Effect<unknown, ValidationError>
    }
  | { readonly _tag: "Subcommands" | "GetUserInput" }

export const unknown = (kind: string, { _tag }: { readonly _tag: string }): never => {
  throw new Error(`Can't read ${kind} with the tag "${_tag}": this version of @effect/cli is not supported.`)
}

/** What the nodes around an option or argument tell about it. */
interface Around extends Annotations {
  readonly optional?: boolean
  readonly repeated?: boolean
}

type Found = Single & Around

/**
 * What a node tells about the options or arguments inside it.
 *
 * @param kind - how an error calls them
 */
const saidBy = (kind: string, node: Node): Around => {
  switch (node._tag) {
    case "Empty":
    case "Single":
    case "Both":
      return {}
    case "Map":
      return annotationsOf(node.f)
    case "Variadic": {
      const repeated = Option.getOrUndefined(node.max) !== 1
      return Option.getOrElse(node.min, () => 0) > 0 ? { repeated } : { repeated, optional: true }
    }
    case "KeyValueMap":
      return { repeated: true }
    case "WithDefault":
    case "WithFallback":
    case "WithFallbackConfig":
    // One of the two may be required: `@effect/cli` checks which.
    case "OrElse":
      return { optional: true }
    default:
      return unknown(kind, node)
  }
}

/**
 * Every option or argument in a node. An outer node overrides an inner one.
 *
 * @param kind - how an error calls them
 */
const singlesIn = (kind: string, node: Node, outside: Around = {}): ReadonlyArray<Found> => {
  const around = { ...saidBy(kind, node), ...outside }
  if (node._tag === "Single") return [{ ...node, ...around }]
  return [node.options, node.argumentOption, node.args, node.left, node.right].flatMap((inner) =>
    inner === undefined ? [] : singlesIn(kind, inner, around),
  )
}

const primitives = ["Bool", "Choice", "DateTime", "Float", "Integer", "Path", "Redacted", "Secret", "Text"]

/** What options and arguments have in common. */
const common = (name: string, { description, optional = false, primitiveType, repeated = false }: Found) => {
  if (!primitives.includes(primitiveType._tag)) unknown(`the type of ${name}`, primitiveType)
  return { name, repeated, required: !optional, description: textOf(description) }
}

const optionShape = (found: Found): OptionShape => {
  const { aliases, completions, group, name, placeholder, primitiveType, pseudoName } = found
  const [alias] = aliases
  if (name.length === 1 || aliases.length > 1 || (alias ?? "x").length > 1) {
    throw new Error(`Option ${name} must have one long name, and at most one alias, of one letter.`)
  }
  const choices = primitiveType.alternatives?.map(([choice]) => choice)
  const valueName = choices === undefined ? placeholder : Option.getOrElse(pseudoName, () => name)
  return {
    ...common(`--${name}`, found),
    alias: alias && `-${alias}`,
    value: primitiveType._tag === "Bool" ? undefined : valueName,
    choices,
    completions,
    group,
  }
}

const argumentShape = (found: Found): ArgumentShape => ({
  // Without the angle brackets of `@effect/cli`, for which an argument with an alternative is optional.
  ...common(found.name.slice(1, -1), found.alternative === undefined ? found : { ...found, optional: false }),
  alternative: found.alternative,
  values: found.values,
})

// The only place where the opaque public type becomes one of the types above.
export const descriptorOf = (command: AnyCommand) => command.descriptor as unknown as CommandNode

const standardOf = (node: CommandNode): Standard => {
  if (node._tag === "Map") return standardOf(node.command)
  return node._tag === "Standard" ? node : unknown("a command", node)
}

const shapeOf = (command: AnyCommand, words: ReadonlyArray<string>): CommandShape => {
  const { args, description, options } = standardOf(descriptorOf(command))
  const { asking, examples = [], otherWords } = annotationsOf(command.tag)
  const given = singlesIn("an option", options)
  const trailing = given.find((found) => found.trailing)
  return {
    command: words.join(" "),
    path: words.slice(1),
    summary: textOf(description),
    options: given.filter((found) => !found.trailing).map(optionShape),
    args: singlesIn("an argument", args).map(argumentShape),
    trailing: trailing && common(trailing.name, trailing),
    asking,
    subcommands: [],
    examples,
    otherWords,
  }
}

/**
 * Reads the shape of a group and of everything below it.
 *
 * @param words - the name of the program, and of each group down to this one
 * @throws an `Error` if a command contains something unsupported
 */
export const read = (
  group: Group,
  ...words: readonly [name: string, ...ReadonlyArray<string>]
): CommandShape => {
  const { commands, examples = [], otherWords, summary } = group
  const shown: Array<CommandShape> = []
  const hidden: Array<CommandShape> = []
  for (const [name, make] of Object.entries(commands)) {
    if (typeof make === "object") {
      shown.push(read(make, ...words, name))
      continue
    }
    const command = make()
    const list = annotationsOf(command.tag).hidden === true ? hidden : shown
    list.push(shapeOf(command, [...words, name]))
  }
  return {
    command: words.join(" "),
    path: words.slice(1),
    summary,
    options: [],
    args: [],
    subcommands: shown,
    hidden: hidden.length === 0 ? undefined : hidden,
    examples,
    otherWords,
  }
}

const spanText = (span: Span.Span): string => {
  if (Span.isSequence(span)) return spanText(span.left) + spanText(span.right)
  return Span.isText(span) || Span.isUri(span) ? String(span.value) : spanText(span.value)
}

const paragraphs = (doc: HelpDoc.HelpDoc): ReadonlyArray<string> => {
  if (HelpDoc.isSequence(doc)) return [...paragraphs(doc.left), ...paragraphs(doc.right)]
  return HelpDoc.isParagraph(doc) ? [spanText(doc.value)] : []
}

/** The text of the paragraphs of a `HelpDoc`, without styles. */
export const textOf = (doc: HelpDoc.HelpDoc): string => paragraphs(doc).join(" ")
