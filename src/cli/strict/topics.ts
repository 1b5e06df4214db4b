import { helpWord } from "./builtIns.ts"
import type { CommandShape } from "./shape.ts"

/** The names of the topics of a program. */
export const topicsOf = ({ topics = [] }: CommandShape): ReadonlyArray<string> => topics.map(([name]) => name)

/** The program with its topics as commands, which nothing else tells of. */
export const withTopics = (root: CommandShape): CommandShape => ({
  ...root,
  hidden: [
    ...(root.hidden ?? []),
    ...topicsOf(root).map((name) => ({
      command: `${root.command} ${helpWord} ${name}`,
      path: [name],
      summary: "",
      options: [],
      args: [],
      subcommands: [],
      examples: [],
    })),
  ],
})
