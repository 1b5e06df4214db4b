import { closeSync, openSync, readSync } from "node:fs"
import { basename } from "node:path"

/** What starts a script, by its first line. */
export interface Interpreter {
  /** A path, which is relative to the working folder. */
  readonly path: string
  /** The program that `env`, which it is then, looks up on PATH; undefined where that can't be told. */
  readonly named?: string | undefined
}

/** How much of a file Linux reads for its first line. */
const maxLine = 256

const beginningOf = (file: string): string => {
  let descriptor: number | undefined
  try {
    descriptor = openSync(file, "r")
    const bytes = Buffer.alloc(maxLine)
    return bytes.toString("utf8", 0, readSync(descriptor, bytes, 0, maxLine, 0))
  } catch {
    // What can be executed but not read is started by the system all the same.
    return ""
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

/** The program that `env` starts; undefined where options or quotes would have to be understood. */
const namedBy = (argument: string): string | undefined => {
  const [, split] = /^(?:-v?S|--split-string[=\s])(.*)$/.exec(argument) ?? []
  // Linux passes everything behind the interpreter as one word, other systems split it.
  const words =
    split === undefined && process.platform === "linux" ? [argument] : (split ?? argument).trim().split(/\s+/)
  if (split !== undefined && /["'\\$#]/.test(split)) return undefined
  const name = words.find((word) => !/^\w+=/.test(word))
  return name?.startsWith("-") || words.some((word) => word.startsWith("PATH=")) ? undefined : name
}

/** What the system starts a file with, where it is a script with a first line that says so. */
export const interpreterOf = (file: string): Interpreter | undefined => {
  const [, path, argument] = /^#![ \t]*([^ \t\n\0]+)[ \t]*([^\n\0]*)/.exec(beginningOf(file)) ?? []
  if (path === undefined) return undefined
  return {
    path,
    named: basename(path) === "env" && argument ? namedBy(argument.replace(/[ \t]+$/, "")) : undefined,
  }
}
