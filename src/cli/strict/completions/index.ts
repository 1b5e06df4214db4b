import type { Shell } from "../builtIns.ts"
import type { CommandShape } from "../shape.ts"
import { bash } from "./bash.ts"
import { fish } from "./fish.ts"
import { zsh } from "./zsh.ts"

/** A completion script for a shell, made from the command tree: commands, options, and values that are known. */
export const completionsFor = (shell: Shell, root: CommandShape): string => ({ bash, zsh, fish })[shell](root)
