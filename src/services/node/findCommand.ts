import { accessSync, closeSync, constants as modes, openSync, readSync, statSync } from "node:fs"
import { basename, delimiter, join } from "node:path"
import * as Effect from "effect/Effect"
import { CommandUnusable } from "../../domain/Errors.ts"

export const isWindows = process.platform === "win32"

/** Whether a system error code means that there is no such file. */
export const isMissing = (code: string | undefined): boolean => code === "ENOENT" || code === "ENOTDIR"

/** Why a file or a name can't be started. */
interface Obstacle {
  /** The system's code, such as `EACCES`. */
  readonly code: string
  /** The interpreter that can't be started; undefined if it is the file itself. */
  readonly interpreter?: string | undefined
  /** Whether the system starts the file, which then fails: `env` doesn't find the interpreter. */
  readonly late?: boolean
}

/** How many scripts in a row may be each other's interpreters, as on Linux. */
const maxScripts = 4

/** How much of a file Linux reads for its first line. */
const maxLine = 256

const beginningOf = (file: string): string => {
  let descriptor: number | undefined
  try {
    descriptor = openSync(file, "r")
    const bytes = Buffer.alloc(maxLine)
    return bytes.toString("utf8", 0, readSync(descriptor, bytes, 0, maxLine, 0))
  } catch {
    // The system can start a file that we can't read.
    return ""
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

/** The program that `env` looks up on PATH and starts; undefined if its arguments are too complex to tell. */
const namedBy = (argument: string): string | undefined => {
  const [, split] = /^(?:-v?S|--split-string[=\s])(.*)$/.exec(argument) ?? []
  // Linux passes everything after the interpreter as one word. Other systems split it.
  const words =
    split === undefined && process.platform === "linux" ? [argument] : (split ?? argument).trim().split(/\s+/)
  if (split !== undefined && /["'\\$#]/.test(split)) return undefined
  const name = words.find((word) => !/^\w+=/.test(word))
  return name?.startsWith("-") || words.some((word) => word.startsWith("PATH=")) ? undefined : name
}

/** Why the interpreter in the first line of a script can't be started; undefined for any other file. */
const obstacleInScript = (file: string, scripts: number): Obstacle | undefined => {
  const [, path, argument = ""] = /^#![ \t]*([^ \t\n\0]+)[ \t]*([^\n\0]*)/.exec(beginningOf(file)) ?? []
  if (path === undefined) return undefined
  const obstacle = obstacleIn(path, scripts)
  if (obstacle !== undefined) return { interpreter: path, ...obstacle }
  if (basename(path) !== "env" || argument === "") return undefined
  const named = namedBy(argument.replace(/[ \t]+$/, ""))
  const later = named === undefined ? undefined : obstacleOf(named, scripts)
  return later && { interpreter: named, ...later, late: true }
}

/** Why the file at a path can't be started. */
const obstacleIn = (file: string, scripts: number): Obstacle | undefined => {
  try {
    if (!statSync(file).isFile()) return { code: "EISDIR" }
    accessSync(file, modes.X_OK)
  } catch (error) {
    return { code: (error as NodeJS.ErrnoException).code ?? "unknown" }
  }
  return isWindows || scripts === 0 ? undefined : obstacleInScript(file, scripts - 1)
}

/** The files that the system would look for, in order. */
const candidates = (name: string): ReadonlyArray<string> => {
  if (name === "") return []
  const hasFolder = name.includes("/") || (isWindows && name.includes("\\"))
  const files = hasFolder
    ? [name]
    : (process.env.PATH ?? "/usr/bin:/bin").split(delimiter).map((folder) => join(folder || ".", name))
  return isWindows ? files.flatMap((file) => [file, `${file}.exe`, `${file}.com`]) : files
}

/** Why none of the files that a name may refer to can be started. */
const obstacleOf = (name: string, scripts: number): Obstacle | undefined => {
  let found: Obstacle | undefined
  for (const file of candidates(name)) {
    const obstacle = obstacleIn(file, scripts)
    if (obstacle === undefined || obstacle.late) return obstacle
    // A folder with that name on PATH is skipped.
    const skipped = isMissing(obstacle.code) || (obstacle.code === "EISDIR" && file !== name)
    if (obstacle.interpreter !== undefined || !skipped) found ??= obstacle
  }
  return found ?? { code: "ENOENT" }
}

/** Fails if a command can't be started, or is a script whose interpreter can't. */
export const find = (name: string): Effect.Effect<void, CommandUnusable> =>
  Effect.suspend(() => {
    const obstacle = obstacleOf(name, maxScripts)
    if (obstacle === undefined) return Effect.void
    const { code, interpreter } = obstacle
    const missing = interpreter === undefined && isMissing(code)
    return new CommandUnusable({ name, reason: missing ? "not-found" : "not-executable", code, interpreter })
  })
