import * as Effect from "effect/Effect"
import { CommandRunner } from "../../services/CommandRunner.ts"
import { Process } from "../../services/Process.ts"
import type { Lines } from "./escape.ts"
import { printError } from "./print.ts"

/** A text as one word of a POSIX shell, in single quotes. */
export const quoteAlways = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`

/** A word as it is typed into a POSIX shell, quoted only if it must be. */
export const quote = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : quoteAlways(word))

const shells = ["sh", "bash", "zsh", "fish", "dash", "ksh", "cmd", "powershell", "pwsh"]

/** Whether a command line starts an interactive shell: one without a script or `-c`. */
export const isShell = (name: string, args: ReadonlyArray<string>): boolean => {
  const base = name.replace(/^.*[/\\]/, "").replace(/\.exe$/i, "")
  return shells.includes(base) && args.every((arg) => /^(--\w[\w-]*|-[abd-z]+)$/.test(arg))
}

/**
 * Prints an introduction if a command is an interactive shell at a terminal. Returns
 * whether it did.
 */
export const introduceShell = Effect.fnUntraced(function* (
  name: string,
  args: ReadonlyArray<string>,
  introduction: Lines,
) {
  const { stderr, stdin } = yield* Process
  if (!stdin.isTerminal || !stderr.isTerminal || !isShell(name, args)) return false
  // A shell that can't be started is an error, without an introduction.
  yield* (yield* CommandRunner).find(name)
  yield* printError(introduction)
  return true
})
