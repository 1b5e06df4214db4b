import type { Shell } from "../builtIns.ts"
import type { CommandShape } from "../shape.ts"
import { bash } from "./bash.ts"
import { fish } from "./fish.ts"
import { zsh } from "./zsh.ts"

const scripts = { bash, fish, zsh }

/** A completion script for a shell, made from the command tree. It offers commands, options and known values. */
export const completionsFor = (shell: Shell, root: CommandShape): string => scripts[shell](root)
