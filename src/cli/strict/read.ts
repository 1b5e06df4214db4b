import * as CliConfig from "@effect/cli/CliConfig"
import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Span from "@effect/cli/HelpDoc/Span"
import type * as Usage from "@effect/cli/Usage"
import * as Option from "effect/Option"
import { scopes } from "../../domain/Scope.ts"

/** An option, as plain data. */
export interface OptionShape {
  /** With its dashes. */
  readonly name: string
  readonly alias?: string
  /** What its value is called in help; undefined where it takes none. */
  readonly value: string | undefined
  readonly choices?: ReadonlyArray<string>
  /** Values for completions to offer; others are left to the command to refuse. */
  readonly suggestions?: ReadonlyArray<string>
  readonly repeated: boolean
  readonly required: boolean
  readonly description: string
}

/** An argument, as plain data. */
export interface ArgumentShape {
  readonly name: string
  readonly repeated: boolean
  readonly required: boolean
  readonly description: string
}

/** A command line worth showing, and what it does. */
export interface Example {
  readonly line: string
  readonly says: string
}

/**
 * A command as plain data: what the command line is checked against, and what
 * help and completions are made from. It is read from the `@effect/cli`
 * command, so that nothing is said twice, and can be kept as JSON.
 */
export interface CommandShape {
  /** From the program's name on, such as `["pat", "list"]`; empty for the program itself. */
  readonly path: ReadonlyArray<string>
  readonly summary: string
  readonly options: ReadonlyArray<OptionShape>
  readonly args: ReadonlyArray<ArgumentShape>
  readonly subcommands: ReadonlyArray<CommandShape>
  readonly examples: ReadonlyArray<Example>
}

/** What `shapeOf` needs to know beside the command itself. */
export interface Node {
  readonly command: Command.Command<string, never, never, never> | AnyCommand
  readonly examples: ReadonlyArray<Example>
  readonly children?: ReadonlyArray<Node>
}

// biome-ignore lint/suspicious/noExplicitAny: a command's type parameters are invariant, and only its description is read
type AnyCommand = Command.Command<any, any, any, any>

interface Leaf {
  readonly names: ReadonlyArray<string>
  readonly value: string | undefined
  readonly optional: boolean
  readonly repeated: boolean
}

const leaves = (usage: Usage.Usage, optional = false, repeated = false): ReadonlyArray<Leaf> => {
  switch (usage._tag) {
    case "Empty":
    case "Mixed":
      return []
    case "Named":
      return [{ names: usage.names, value: Option.getOrUndefined(usage.acceptedValues), optional, repeated }]
    case "Optional":
      return leaves(usage.usage, true, repeated)
    case "Repeated":
      return leaves(usage.usage, optional, true)
    case "Alternation":
    case "Concat":
      return [...leaves(usage.left, optional, repeated), ...leaves(usage.right, optional, repeated)]
  }
}

/** The text of each paragraph of a `HelpDoc`, without styles. */
export const paragraphs = (doc: HelpDoc.HelpDoc): ReadonlyArray<string> => {
  if (HelpDoc.isSequence(doc)) return [...paragraphs(doc.left), ...paragraphs(doc.right)]
  return HelpDoc.isParagraph(doc) ? [spanText(doc.value)] : []
}

const spanText = (span: Span.Span): string => {
  if (Span.isSequence(span)) return spanText(span.left) + spanText(span.right)
  return Span.isText(span) || Span.isUri(span) ? String(span.value) : spanText(span.value)
}

const definitions = (
  doc: HelpDoc.HelpDoc,
): ReadonlyArray<{ readonly title: string; readonly paragraphs: ReadonlyArray<string> }> => {
  if (HelpDoc.isSequence(doc)) return [...definitions(doc.left), ...definitions(doc.right)]
  if (!HelpDoc.isDescriptionList(doc)) return []
  return doc.definitions.map(([title, body]) => ({ title: spanText(title), paragraphs: paragraphs(body) }))
}

/** The description of a `HelpDoc`: the paragraph behind DESCRIPTION. */
const summaryOf = (doc: HelpDoc.HelpDoc): string => paragraphs(doc)[0] ?? ""

/** Reads the shape of a command and of everything below it. */
export const shapeOf = (node: Node, path: ReadonlyArray<string> = []): CommandShape => {
  const children = node.children ?? []
  const command = node.command as AnyCommand
  const config = CliConfig.make({ showBuiltIns: false })
  const help = Command.getHelp(command, config)
  const described = children.length > 0 ? [] : definitions(help)
  // The first paragraph of a definition is what the type says of itself, the second is ours.
  const describe = (name: string) => described.find(({ title }) => title.replace(/[ ,.].*/, "") === name)
  const [, ...parts] = children.length > 0 ? [] : leaves(Command.getUsage(command))
  return {
    path,
    summary: summaryOf(help),
    options: parts
      .filter(({ names }) => names[0]?.startsWith("-"))
      .map(({ names, optional, repeated, value }) => {
        const name = names.find((candidate) => candidate.startsWith("--")) as string
        const definition = describe(name)
        const choices = value?.includes(" | ") ? value.split(" | ") : undefined
        return {
          name,
          value: choices === undefined ? value : name.slice(2),
          ...(choices === undefined ? {} : { choices }),
          ...(name === "--scope" ? { suggestions: scopes } : {}),
          repeated,
          required: !optional && value !== undefined && !(repeated && !definition?.title.endsWith("1+")),
          description: definition?.paragraphs[1] ?? "",
        }
      }),
    args: parts
      .filter(({ names }) => names[0]?.startsWith("<"))
      .map(({ names, optional, repeated }) => {
        const definition = describe(names[0] as string)
        return {
          name: (names[0] as string).slice(1, -1),
          repeated,
          required: !optional && !(repeated && !definition?.title.endsWith("1+")),
          description: definition?.paragraphs[1] ?? "",
        }
      }),
    subcommands: children.map((child) => {
      const name = [...Command.getNames(child.command as AnyCommand)][0] as string
      return shapeOf(child, [...path, name])
    }),
    examples: node.examples,
  }
}
