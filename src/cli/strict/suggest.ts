import { distance } from "fastest-levenshtein"
import { helpWord, wordsAfter } from "./builtIns.ts"
import { allIn, type CommandShape, nameOf, type OtherWords } from "./shape.ts"
import { topicsIn } from "./sort.ts"

/**
 * The candidate that a word most likely means, if any: the only one that begins with
 * it; else the nearest one that begins with it or, if there is none, of all. It must be
 * at most two edits away, and at most half the word's length (rounded up) but less
 * than the whole word. Case is ignored.
 */
export const suggestion = (word: string, candidates: ReadonlyArray<string>): string | undefined => {
  const lower = word.toLowerCase()
  const longer = new Set(candidates.filter((candidate) => candidate.toLowerCase().startsWith(lower)))
  if (longer.size === 1) return [...longer][0]
  const { length } = word.replace(/^-+/, "")
  let least = 1 + Math.min(2, Math.ceil(length / 2), Math.max(0, length - 1))
  let found: string | undefined
  for (const candidate of longer.size > 1 ? longer : candidates) {
    const edits = distance(lower, candidate.toLowerCase())
    if (edits < least) {
      found = candidate
      least = edits
    }
  }
  return found
}

/** A command, its group, and so on, up to the program. */
const upwards = (root: CommandShape, command: CommandShape): ReadonlyArray<CommandShape> =>
  allIn(root)
    .filter(({ path }) => path.every((word, index) => word === command.path[index]))
    .reverse()

const below = (shape: CommandShape): ReadonlyArray<CommandShape> => allIn(shape).slice(1)

/** The first entry about one of the words, in the order of the words and then of the commands. */
const entryIn = <A>(
  commands: ReadonlyArray<CommandShape>,
  kind: (words: OtherWords) => Readonly<Record<string, A>> | undefined,
  words: ReadonlyArray<string>,
): A | undefined => {
  for (const word of words) {
    for (const { otherWords = {} } of commands) {
      const found = Object.entries(kind(otherWords) ?? {}).find(([words]) => words.split(", ").includes(word))
      if (found !== undefined) return found[1]
    }
  }
  return undefined
}

/** A word together with the next one, then the word by itself. */
const longestFirst = (word: string, next: string | undefined): ReadonlyArray<string> =>
  next === undefined ? [word] : [`${word} ${next}`, word]

/** The program's note about an unknown word of a command, with or without the next word. */
export const noteOn = (
  root: CommandShape,
  command: CommandShape,
  word: string,
  next?: string,
): string | undefined => entryIn(upwards(root, command), ({ notes }) => notes, longestFirst(word, next))

/** The option of a command that an unknown option means, if the program says so. */
export const optionMeant = (
  root: CommandShape,
  command: CommandShape,
  typed: string,
  names: ReadonlyArray<string>,
): string | undefined =>
  [entryIn(upwards(root, command), ({ means }) => means, [typed]) ?? []]
    .flat()
    .find((meant) => names.includes(meant.split(" ", 1)[0] as string))

/**
 * The command that an unknown word of a group, and the next one, may mean: the
 * one that the program names, one of that name elsewhere, a topic, or the nearest.
 *
 * @param topics - the topics that the word may name as it is
 */
export const commandMeant = (
  root: CommandShape,
  group: CommandShape,
  word: string,
  next?: string,
  topics = group === root ? topicsIn(root) : [],
): string | undefined => {
  const around = [...upwards(root, group), ...below(group)]
  const meant = entryIn(around, ({ means }) => means, longestFirst(word, next))
  if (typeof meant === "string") {
    const inner = below(root).find(({ command, subcommands }) => command === meant && subcommands.length > 0)
    if (inner === undefined || next === undefined) return meant
    const named = inner.subcommands.find((each) => nameOf(each) === next)
    const inside = named?.command ?? commandMeant(root, inner, next, undefined, [])
    if (inside === undefined) return meant
    return inside.includes(" ") ? inside : `${meant} ${inside}`
  }
  const namesake = below(root).find((each) => nameOf(each) === word)
  if (namesake !== undefined) return namesake.command
  if (topics.length === 0 && root.topics?.some(([name]) => name === word))
    return `${root.command} ${helpWord} ${word}`
  const near = suggestion(word, [...wordsAfter(group).map(([name]) => name), ...topics])
  if (near !== undefined) return near
  const name = suggestion(word, below(group).map(nameOf))
  return below(group).find((each) => nameOf(each) === name)?.command
}
