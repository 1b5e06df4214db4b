import { accessSync, constants as modes, statSync } from "node:fs"
import { delimiter, join } from "node:path"
import * as Effect from "effect/Effect"
import { CommandUnusable } from "../../domain/Errors.ts"
import { codeOf, isWindows, systemError, unusable } from "./child.ts"
import { interpreterOf } from "./interpreter.ts"

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
    return { code: codeOf(error) ?? "unknown" }
  }
  const interpreter = isWindows || scripts === 0 ? undefined : interpreterOf(file)
  if (interpreter === undefined) return undefined
  const { named, path } = interpreter
  return (
    ofInterpreter(path, obstacleIn(path, scripts - 1)) ??
    (named === undefined ? undefined : ofInterpreter(named, obstacleOf(named, scripts - 1), true))
  )
}

/** Why none of the files that a name may stand for can be started. */
const obstacleOf = (name: string, scripts: number): Obstacle | undefined => {
  let found: Obstacle | undefined
  for (const file of candidates(name)) {
    const obstacle = obstacleIn(file, scripts)
    if (obstacle === undefined || obstacle.late) return obstacle
    // A folder on PATH of that name is none of its files.
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
