import type { Shell } from "./builtIns.ts"
import { bash } from "./completions/bash.ts"
import { fish } from "./completions/fish.ts"
import { zsh } from "./completions/zsh.ts"
import type { CommandShape } from "./shape.ts"

const scripts = { bash, fish, zsh }

/** The completion script of a shell, made from the command tree: commands, options, and values that are known. */
export const completionsFor = (shell: Shell, root: CommandShape): string => scripts[shell](root)
