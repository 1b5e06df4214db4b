/** The only way in which this program writes, renames or creates files and folders. */
import type { PlatformError } from "@effect/platform/Error"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { SettingsError } from "../domain/Errors.ts"
import { explained } from "../domain/errors/words.ts"

/** What keeps a file from being written. */
export type Obstacle =
  | "exists"
  | "link"
  | "dangling"
  /** A pipe, a device or a socket. */
  | "stream"
  | "folder"
  | "foreign"
  /** The folder that it would be made in belongs to another user. */
  | "foreign-folder"
  | "mount"
  | "group"
  | "changed"
  /** What is in the place of the lock file is not one of our own. */
  | "lock"
  /** Another program does not give the lock back. */
  | "locked"
  | "system"

/** A file can't be written. Nothing was changed, and the file that was there is still there. */
export class CannotWrite extends Data.TaggedError("CannotWrite")<{
  readonly obstacle: Obstacle
  /** The system's code, such as `ENOSPC`, for `system`. */
  readonly code?: string | undefined
}> {}

/** What may be done to a file, beside creating it. */
export interface Rules {
  /** Whether a regular file of our own may be replaced. */
  readonly replace: boolean
  /** Whether the file keeps its group, and whether the group may read it. */
  readonly keepGroup?: boolean
  /**
   * Whether other programs may write it too: a symbolic link is followed to a
   * regular file of our own, missing folders are made, and writers take turns
   * through a lock file beside the file.
   */
  readonly shared?: boolean
  /** The user's home. If root writes in it and it belongs to another user, that user gets what is created. */
  readonly home?: string | undefined
}

/**
 * Writes a file that was made ready. It fails if anybody has changed the file or
 * its folder since then, or if the name does not lead to the content afterwards.
 */
export type Write = (content: Uint8Array) => Effect.Effect<void, CannotWrite>

/** Writes files: whole, by rename, in the place of a regular file of our own or of none, private from the first moment. */
export class Files extends Context.Tag("zpcli/Files")<
  Files,
  {
    /** Fails if a file can't be written, as far as that is known without trying. Changes nothing. */
    readonly look: (path: string, rules: Rules) => Effect.Effect<void, CannotWrite>
    /**
     * Waits for our turn, if writers take turns, and prepares the file. The scope's
     * end undoes that, unless it was written.
     */
    readonly open: (path: string, rules: Rules) => Effect.Effect<Write, CannotWrite, Scope.Scope>
    /** Writes a file of a cache. The last writer wins, and the folder must be in a place of our own. */
    readonly cache: (path: string, content: Uint8Array) => Effect.Effect<void, CannotWrite>
  }
>() {}

/**
 * Whether a file belongs to somebody else.
 *
 * @param me - the numeric user that we are; undefined on Windows, where files have no such owner
 */
export const isForeign = (owner: number | undefined, me: number | undefined): boolean =>
  me !== undefined && owner !== undefined && owner !== me

/** The obstacles as the end of a sentence about the file. */
const words: Readonly<Record<Exclude<Obstacle, "system">, string>> = {
  exists: "already exists",
  link: "is a symbolic link",
  dangling: "is a symbolic link to a file that does not exist",
  stream: "is not a regular file",
  folder: "names a folder, not a file",
  foreign: "belongs to another user",
  "foreign-folder": "is in a folder that belongs to another user",
  mount: "is a mount point, which can't be replaced",
  group: "belongs to a group that you are not in, and a new file could not keep it",
  changed: "was changed, moved or removed while zpcli was working",
  lock: "has a .lock file next to it that is not a lock file of yours",
  locked: "is locked by another program through its .lock file",
}

/** What is in the way, as the end of a sentence about the file; undefined where only the system's code says it. */
export const wordsOf = ({ obstacle }: CannotWrite): string | undefined =>
  obstacle === "system" ? undefined : words[obstacle]

/** Why a file was not written: the system's code, or a clause about the file. */
export const whyNotWritten = (error: CannotWrite): string => error.code ?? `it ${wordsOf(error)}`

/** What the user is told of a file that can't be written, by the option that names another one. */
const purposes = {
  "--out": { failure: "can't be created", consequence: "no token can be written to it" },
  "--rcfile": { failure: "can't be written", consequence: "no PAT can be saved in it" },
}

/** How to get around an obstacle, other than by naming another file. */
const waysAround = (path: string, option: string): Partial<Record<Obstacle, string>> => ({
  exists: `Name another file with ${option}, or add --replace.`,
  mount: `Mount its folder instead of the file, or name another file with ${option}.`,
  group: `Join that group, change the group of the file with chgrp, or name another file with ${option}.`,
  lock: `Remove ${path}.lock, or name another file with ${option}.`,
  locked: `Run the command again; if no other program writes to it, remove ${path}.lock first.`,
})

/** The error about a file for a token that can't be written, with what to do about it. */
export const cannotWrite =
  (path: string, option: keyof typeof purposes) =>
  (error: CannotWrite): SettingsError => {
    const { consequence, failure } = purposes[option]
    const words = wordsOf(error)
    const reason =
      error.obstacle === "exists"
        ? `${words}; ${option} does not overwrite a file`
        : words === undefined
          ? `${failure} (${explained(error.code)})`
          : `${words}, so ${consequence}`
    const advice = waysAround(path, option)[error.obstacle] ?? `Name another file with ${option}.`
    return new SettingsError({ source: path, reason, advice })
  }

/** What a file system said: its code, such as `ENOENT`, or else the platform's own word. */
export const codeOf = (error: PlatformError): string => {
  if (error._tag !== "SystemError") return error._tag
  const { code } = (error.cause ?? {}) as NodeJS.ErrnoException
  return code ?? error.reason
}
