import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Span from "@effect/cli/HelpDoc/Span"
import * as Arr from "effect/Array"
import * as Option from "effect/Option"
import {
  type AnyCommand,
  alternativeOf,
  askingOf,
  childrenOf,
  completionsOf,
  dynamicValuesOf,
  examplesOf,
  groupOf,
  hintsOf,
  isHidden,
  trailingBy,
} from "./annotations.ts"
import type { ArgsNode, CommandNode, Count, OptionNode, SingleOption, Standard } from "./nodes.ts"
import type { ArgumentShape, CommandShape, Completions, OptionShape, TrailingShape } from "./shape.ts"

const unknown = (kind: string, { _tag }: { readonly _tag: string }): never => {
  throw new Error(`Can't read ${kind} with the tag "${_tag}": this version of @effect/cli is not supported.`)
}

const primitives = ["Bool", "Choice", "DateTime", "Float", "Integer", "Path", "Redacted", "Secret", "Text"]

/** What the parts around an option or argument say about it. */
interface Around {
  readonly optional: boolean
  readonly count?: Count
  readonly completions?: Completions | undefined
  readonly group?: string | undefined
  readonly alternative?: string | undefined
  readonly values?: ReadonlyArray<string> | undefined
}

const repeatedIn = ({ count }: Around): boolean =>
  count !== undefined && Option.getOrUndefined(count.max) !== 1

const requiredIn = ({ count, optional }: Around): boolean =>
  !optional && (count === undefined || Option.getOrElse(count.min, () => 0) > 0)

const optionShape = (single: SingleOption, around: Around): OptionShape => {
  const { aliases, description, name, placeholder, primitiveType, pseudoName } = single
  if (!primitives.includes(primitiveType._tag)) unknown(`the type of --${name}`, primitiveType)
  const [alias] = aliases
  if (name.length === 1 || aliases.length > 1 || (alias ?? "x").length > 1) {
    throw new Error(`Option ${name} must have one long name, and at most one alias, of one letter.`)
  }
  const choices = primitiveType.alternatives?.map(([choice]) => choice)
  return {
    name: `--${name}`,
    ...(alias === undefined ? {} : { alias: `-${alias}` }),
    value:
      primitiveType._tag === "Bool"
        ? undefined
        : choices === undefined
          ? placeholder
          : Option.getOrElse(pseudoName, () => name),
    ...(choices === undefined ? {} : { choices }),
    ...(around.completions === undefined ? {} : { completions: around.completions }),
    ...(around.group === undefined ? {} : { group: around.group }),
    repeated: repeatedIn(around),
    required: requiredIn(around),
    description: textOf(description),
  }
}

const readOptions = (node: OptionNode, outside: Around): ReadonlyArray<OptionShape> => {
  const around = { ...outside, group: outside.group ?? groupOf(node) }
  switch (node._tag) {
    case "Empty":
      return []
    case "Single":
      return [optionShape(node, around)]
    case "KeyValueMap": {
      const shape = optionShape(node.argumentOption, around)
      return [{ ...shape, repeated: true }]
    }
    case "Variadic":
      return [optionShape(node.argumentOption, { ...around, count: node })]
    case "Map":
      if (trailingBy(node.f)) return []
      return readOptions(node.options, {
        ...around,
        completions: around.completions ?? completionsOf(node.f),
      })
    case "WithDefault":
    case "WithFallback":
      return readOptions(node.options, { ...around, optional: true })
    case "Both":
      return [...readOptions(node.left, around), ...readOptions(node.right, around)]
    case "OrElse": {
      // One of the two may be required: which, is left to `@effect/cli` to check.
      const either = { ...around, optional: true }
      return [...readOptions(node.left, either), ...readOptions(node.right, either)]
    }
    default:
      return unknown("an option", node)
  }
}

/** The option of a `trailingCommand`, if there is one; nobody can type it. */
const trailingOf = (node: OptionNode): TrailingShape | undefined => {
  if (node._tag === "Both") return trailingOf(node.left) ?? trailingOf(node.right)
  if (node._tag !== "Map") return undefined
  const trailing = trailingBy(node.f)
  const [shape] = trailing === undefined ? [] : readOptions(node.options, { optional: true })
  return shape === undefined || trailing === undefined
    ? trailingOf(node.options)
    : { option: shape.name, name: shape.name.slice(2), description: shape.description, ...trailing }
}

const readArgs = (node: ArgsNode, around: Around): ReadonlyArray<ArgumentShape> => {
  switch (node._tag) {
    case "Empty":
      return []
    case "Single": {
      if (!primitives.includes(node.primitiveType._tag))
        unknown(`the type of ${node.name}`, node.primitiveType)
      return [
        {
          // Without the angle brackets that `@effect/cli` puts around it.
          name: node.name.slice(1, -1),
          repeated: repeatedIn(around),
          required: requiredIn(around),
          ...(around.alternative === undefined ? {} : { alternative: around.alternative }),
          ...(around.values === undefined ? {} : { values: around.values }),
          description: textOf(node.description),
        },
      ]
    }
    case "Variadic":
      return readArgs(node.args, { ...around, count: node })
    case "Map":
      return readArgs(node.args, {
        ...around,
        alternative: around.alternative ?? alternativeOf(node.f),
        values: around.values ?? dynamicValuesOf(node.f),
      })
    case "WithDefault":
    case "WithFallbackConfig":
      return readArgs(node.args, { ...around, optional: true })
    case "Both":
      return [...readArgs(node.left, around), ...readArgs(node.right, around)]
    default:
      return unknown("an argument", node)
  }
}

const standardOf = (node: CommandNode): Standard => {
  switch (node._tag) {
    case "Standard":
      return node
    case "Map":
      return standardOf(node.command)
    case "Subcommands":
      return standardOf(node.parent)
    default:
      return unknown("a command", node)
  }
}

const hasSubcommands = (node: CommandNode): boolean =>
  node._tag === "Subcommands" || (node._tag === "Map" && hasSubcommands(node.command))

/**
 * Reads the shape of a command and of everything below it, which is the only
 * way that this folder looks into `@effect/cli`'s values.
 *
 * @throws an `Error` if the command contains something that is not supported here
 */
export const read = (command: AnyCommand, parents: ReadonlyArray<string> = []): CommandShape => {
  // The one place where the public type, which is opaque, becomes the types above.
  const descriptor = command.descriptor as unknown as CommandNode
  const { args, description, name, options } = standardOf(descriptor)
  const words = [...parents, name]
  const children = childrenOf(command)
  const [shown, unseen] = Arr.partition(children ?? [], isHidden)
  const hints = hintsOf(command)
  const trailing = trailingOf(options)
  const asking = askingOf(command)
  if (children === undefined && hasSubcommands(descriptor)) {
    throw new Error(`The subcommands of ${words.join(" ")} can't be read: make them a \`group\`.`)
  }
  return {
    command: words.join(" "),
    path: words.slice(1),
    summary: textOf(description),
    options: readOptions(options, { optional: false }),
    args: readArgs(args, { optional: false }),
    ...(trailing === undefined ? {} : { trailing }),
    ...(asking === undefined ? {} : { asking }),
    subcommands: shown.map((child) => read(child, words)),
    ...(unseen.length === 0 ? {} : { hidden: unseen.map((child) => read(child, words)) }),
    examples: examplesOf(command),
    ...(hints === undefined ? {} : { hints }),
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
