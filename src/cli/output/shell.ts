import * as Effect from "effect/Effect"
import { CommandRunner } from "../../services/CommandRunner.ts"
import { Process } from "../../services/Process.ts"
import type { Lines } from "./escape.ts"
import { printError } from "./print.ts"

/** A text in single quotes, as one word of a POSIX shell. */
export const quoteAlways = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`

/** A word of a command line as it is typed into a POSIX shell. */
export const quote = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : quoteAlways(word))

const shells = ["sh", "bash", "zsh", "fish", "dash", "ksh", "cmd", "powershell", "pwsh"]

/** Whether a command line starts a shell that a person types at: it has neither a script nor a `-c`. */
export const isShell = (name: string, args: ReadonlyArray<string>): boolean => {
  const base = name.replace(/^.*[/\\]/, "").replace(/\.exe$/i, "")
  return shells.includes(base) && args.every((arg) => /^(--\w[\w-]*|-[abd-z]+)$/.test(arg))
}

/**
 * Says at a terminal what the shell is that is about to start, and how to leave
 * it; of another command, nothing. Gives whether it said so.
 */
export const introduceShell = Effect.fnUntraced(function* (
  name: string,
  args: ReadonlyArray<string>,
  introduction: Lines,
) {
  const { stderr, stdin } = yield* Process
  if (!stdin.isTerminal || !stderr.isTerminal || !isShell(name, args)) return false
  // One that can't be started is an error, and not introduced.
  yield* (yield* CommandRunner).find(name)
  yield* printError(introduction)
  return true
})
