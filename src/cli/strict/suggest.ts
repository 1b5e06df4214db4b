import { distance } from "fastest-levenshtein"
import { helpWord, wordsAfter } from "./builtIns.ts"
import { allIn, type CommandShape, type Hints, nameOf } from "./shape.ts"

/**
 * The candidate that a word most likely means, if one is close: the only one that
 * begins with it, or else the nearest of those that do, or of all. Nearest is at
 * most two edits away, and no more than half of the word (rounded up), but never
 * all of it. Case is ignored.
 */
export const suggestions = (word: string, candidates: ReadonlyArray<string>): ReadonlyArray<string> => {
  const lower = word.toLowerCase()
  const longer = new Set(candidates.filter((candidate) => candidate.toLowerCase().startsWith(lower)))
  if (longer.size === 1) return [...longer]
  const { length } = word.replace(/^-+/, "")
  let least = 1 + Math.min(2, Math.ceil(length / 2), Math.max(0, length - 1))
  let found: ReadonlyArray<string> = []
  for (const candidate of longer.size > 1 ? longer : candidates) {
    const edits = distance(lower, candidate.toLowerCase())
    if (edits < least) {
      found = [candidate]
      least = edits
    }
  }
  return found
}

/** A command, its group, and so on up to the program. */
const upwards = (root: CommandShape, command: CommandShape): ReadonlyArray<CommandShape> => {
  const [name] = command.path.slice(root.path.length)
  const child = root.subcommands.find((each) => nameOf(each) === name)
  return child === undefined ? [root] : [...upwards(child, command), root]
}

const below = (shape: CommandShape): ReadonlyArray<CommandShape> => allIn(shape).slice(1)

/** The first hint of these commands about one of the words, in their order. */
const hintIn = <A>(
  commands: ReadonlyArray<CommandShape>,
  kind: (hints: Hints) => Readonly<Record<string, A>> | undefined,
  words: ReadonlyArray<string>,
): A | undefined => {
  for (const word of words) {
    for (const { hints = {} } of commands) {
      const found = Object.entries(kind(hints) ?? {}).find(([words]) => words.split(", ").includes(word))
      if (found !== undefined) return found[1]
    }
  }
  return undefined
}

/** A word with the next one, and the word alone. */
const longestFirst = ([word = "", next]: ReadonlyArray<string>): ReadonlyArray<string> =>
  next === undefined ? [word] : [`${word} ${next}`, word]

/** The program's note about words that a command does not know. */
export const noteOn = (
  root: CommandShape,
  command: CommandShape,
  ...words: ReadonlyArray<string>
): string | undefined => hintIn(upwards(root, command), ({ notes }) => notes, longestFirst(words))

/** The option of a command that an unknown option means, according to the program's hints. */
export const optionMeant = (
  root: CommandShape,
  command: CommandShape,
  typed: string,
  names: ReadonlyArray<string>,
): string | undefined =>
  [hintIn(upwards(root, command), ({ means }) => means, [typed]) ?? []]
    .flat()
    .find((meant) => names.includes(meant.split(" ", 1)[0] as string))

/**
 * The commands that an unknown word of a group may mean: according to the
 * program's hints, or a command of that name elsewhere, a topic, or the nearest.
 *
 * @param next - the next word
 * @param topics - topics that it may mean as well
 */
export const commandsMeant = (
  root: CommandShape,
  group: CommandShape,
  word: string,
  { next, topics = [] }: { readonly next?: string | undefined; readonly topics?: ReadonlyArray<string> } = {},
): ReadonlyArray<string> => {
  const words = longestFirst(next === undefined ? [word] : [word, next])
  const meant = hintIn([...upwards(root, group), ...below(group)], ({ means }) => means, words)
  if (typeof meant === "string") {
    const inner = below(root).find(({ command, subcommands }) => command === meant && subcommands.length > 0)
    if (inner === undefined || next === undefined) return [meant]
    const named = inner.subcommands.find((each) => nameOf(each) === next)
    const [only, ...more] = named === undefined ? commandsMeant(root, inner, next) : [named.command]
    return only === undefined || more.length > 0 ? [meant] : [only.includes(" ") ? only : `${meant} ${only}`]
  }
  const namesake = below(root).find((each) => nameOf(each) === word)
  if (namesake !== undefined) return [namesake.command]
  if (topics.length === 0 && root.topics?.some(([name]) => name === word))
    return [`${root.command} ${helpWord} ${word}`]
  const near = suggestions(word, [...wordsAfter(group).map(([name]) => name), ...topics])
  if (near.length > 0) return near
  const names = suggestions(word, below(group).map(nameOf))
  return below(group)
    .filter((each) => names.includes(nameOf(each)))
    .map(({ command }) => command)
    .slice(0, 1)
}
