import * as fs from "node:fs"
import { basename, dirname, join } from "node:path"
import { type Owner, Refused } from "./place.ts"
import { makeFolders } from "./wholeFile.ts"

/** Undefined on Windows. */
const { O_DIRECTORY = 0, O_NOFOLLOW = 0, O_RDONLY } = fs.constants

/** A folder that stays the same one, whatever its path leads to later. */
export interface Folder {
  /** The path of something in it. */
  readonly at: (name: string) => string
  readonly stat: fs.BigIntStats | undefined
  /** Puts it on the disk that something in it was renamed. */
  readonly sync: () => void
  readonly close: () => void
}

/** Whether paths can start at a descriptor: Linux can. */
const canPin = (fd: number): boolean => fs.existsSync(`/proc/self/fd/${fd}/.`)

/** Opens a folder. One that may be written to but not read, or that can't be opened on Windows, is known by its path. */
export const openFolder = (path: string, noFollow = false): Folder => {
  let fd: number
  try {
    fd = fs.openSync(path, O_RDONLY | O_DIRECTORY | (noFollow ? O_NOFOLLOW : 0))
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException
    if (noFollow || !["EACCES", "EPERM", "EISDIR"].includes(code)) throw error
    return { at: (name) => join(path, name), stat: undefined, sync: () => {}, close: () => {} }
  }
  const base = canPin(fd) ? `/proc/self/fd/${fd}` : path
  return {
    at: (name) => join(base, name),
    stat: fs.fstatSync(fd, { bigint: true }),
    sync: () => {
      try {
        fs.fsyncSync(fd)
      } catch {
        // Not every file system can.
      }
    },
    close: () => fs.closeSync(fd),
  }
}

/**
 * Gives what root has just created to the owner of the home that it is in, but
 * only in a folder that belongs to that owner already: a link put in the way
 * leads to nothing that they could not have made themselves.
 */
export const give = (fd: number, inside: Folder, heir: Owner | undefined): void => {
  if (heir !== undefined && Number(inside.stat?.uid) === heir.uid) fs.fchownSync(fd, heir.uid, heir.gid)
}

/** Makes a folder and those above it, each of which `heir` gets. */
export const makeFoldersFor = (path: string, heir: Owner | undefined): void => {
  if (heir === undefined) makeFolders(path)
  if (fs.existsSync(path)) return
  makeFoldersFor(dirname(path), heir)
  const parent = openFolder(dirname(path), true)
  try {
    const made = parent.at(basename(path))
    try {
      fs.mkdirSync(made, { mode: 0o700 })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return
      throw error
    }
    const fd = fs.openSync(made, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    try {
      // Another folder of root's that was moved here is not given away with what is in it.
      if (fs.fstatSync(fd).uid !== 0 || fs.readdirSync(made).length > 0) throw new Refused("changed")
      give(fd, parent, heir)
    } finally {
      fs.closeSync(fd)
    }
  } finally {
    parent.close()
  }
}
