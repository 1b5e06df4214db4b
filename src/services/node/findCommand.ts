import { accessSync, closeSync, constants as modes, openSync, readSync, statSync } from "node:fs"
import { basename, delimiter, join } from "node:path"
import * as Effect from "effect/Effect"
import { CommandUnusable } from "../../domain/Errors.ts"
import { isWindows, systemError, unusable } from "./child.ts"

/** Why a file or a name can't be started. */
interface Obstacle {
  /** The system's code, such as `EACCES`. */
  readonly code: string
  /** The interpreter that it is about; the file itself otherwise. */
  readonly interpreter?: string
  /** Whether the system starts something all the same, which then fails. */
  readonly late?: boolean
}

/** How many scripts may be the interpreters of each other, as on Linux. */
const maxScripts = 4

/** The files that the system would look for, in its order. */
const candidates = (name: string): ReadonlyArray<string> => {
  if (name === "") return []
  const hasFolder = name.includes("/") || (isWindows && name.includes("\\"))
  const files = hasFolder
    ? [name]
    : (process.env.PATH ?? "/usr/bin:/bin").split(delimiter).map((folder) => join(folder || ".", name))
  return isWindows ? files.flatMap((file) => [file, `${file}.exe`, `${file}.com`]) : files
}

const isMissing = ({ code, interpreter }: Obstacle): boolean =>
  interpreter === undefined && (code === "ENOENT" || code === "ENOTDIR")

const ofInterpreter = (
  interpreter: string,
  obstacle: Obstacle | undefined,
  late = false,
): Obstacle | undefined => obstacle && { interpreter, ...obstacle, ...(late ? { late } : {}) }

const obstacleIn = (file: string, scripts: number): Obstacle | undefined => {
  try {
    if (!statSync(file).isFile()) return { code: "EISDIR" }
    accessSync(file, modes.X_OK)
  } catch (error) {
    return { code: (error as NodeJS.ErrnoException).code ?? "unknown" }
  }
  const interpreter = isWindows || scripts === 0 ? undefined : interpreterOf(file)
  if (interpreter === undefined) return undefined
  const { named, path } = interpreter
  return (
    ofInterpreter(path, obstacleIn(path, scripts - 1)) ??
    (named === undefined ? undefined : ofInterpreter(named, obstacleOf(named, scripts - 1), true))
  )
}

/** Why a name can't be started: no file that it may refer to can. */
const obstacleOf = (name: string, scripts: number): Obstacle | undefined => {
  let found: Obstacle | undefined
  for (const file of candidates(name)) {
    const obstacle = obstacleIn(file, scripts)
    if (obstacle === undefined || obstacle.late) return obstacle
    // A folder of that name on PATH is not a candidate.
    if (!isMissing(obstacle) && (obstacle.code !== "EISDIR" || obstacle.interpreter || file === name))
      found ??= obstacle
  }
  return found ?? { code: "ENOENT" }
}

/** Fails where a command of this name can't be started, or is a script whose interpreter can't. */
export const find = (name: string): Effect.Effect<void, CommandUnusable> =>
  Effect.suspend(() => {
    const obstacle = obstacleOf(name, maxScripts)
    if (obstacle === undefined) return Effect.void
    const { code, interpreter } = obstacle
    if (interpreter === undefined) return Effect.fail(unusable(name, systemError(code)))
    return Effect.fail(new CommandUnusable({ name, reason: "not-executable", code, interpreter }))
  })

/** What starts a script, by its first line. */
export interface Interpreter {
  /** A path, which is relative to the working folder. */
  readonly path: string
  /** If it is `env`: the program that `env` looks up on PATH, or undefined if that isn't certain. */
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
    // A file that can be executed but not read is started by the system all the same.
    return ""
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

/** The program that `env` starts; undefined if there are options or quotes. */
const namedBy = (argument: string): string | undefined => {
  const [, split] = /^(?:-v?S|--split-string[=\s])(.*)$/.exec(argument) ?? []
  // Linux passes everything behind the interpreter as one word, other systems split it.
  const words =
    split === undefined && process.platform === "linux" ? [argument] : (split ?? argument).trim().split(/\s+/)
  if (split !== undefined && /["'\\$#]/.test(split)) return undefined
  const name = words.find((word) => !/^\w+=/.test(word))
  return name?.startsWith("-") || words.some((word) => word.startsWith("PATH=")) ? undefined : name
}

/** The interpreter in the first line of a script; undefined for any other file. */
export const interpreterOf = (file: string): Interpreter | undefined => {
  const [, path, argument] = /^#![ \t]*([^ \t\n\0]+)[ \t]*([^\n\0]*)/.exec(beginningOf(file)) ?? []
  if (path === undefined) return undefined
  return {
    path,
    named: basename(path) === "env" && argument ? namedBy(argument.replace(/[ \t]+$/, "")) : undefined,
  }
}
