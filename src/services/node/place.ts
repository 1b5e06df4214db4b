import * as fs from "node:fs"
import { basename, dirname, join, sep } from "node:path"
import type { Obstacle, Rules } from "../files.ts"
import { isForeign } from "../settings/trust.ts"
import { makeFolders, nearestFolder } from "./wholeFile.ts"

/** Undefined on Windows. */
const { O_DIRECTORY = 0, O_NOFOLLOW = 0, O_RDONLY } = fs.constants

/** What keeps a file from being written, other than an error of the system. */
export class Refused extends Error {
  constructor(readonly obstacle: Exclude<Obstacle, "system">) {
    super(obstacle)
  }
}

/** A user, and a group of theirs. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** A file's identity: if any of this differs, it is another file, or somebody has written to it. */
export type Stamp = Readonly<Pick<fs.BigIntStats, "dev" | "ino" | "mode" | "uid" | "gid" | "size">>

export const isSame = (a: Stamp | undefined, b: Stamp | undefined): boolean =>
  (["dev", "ino", "mode", "uid", "gid", "size"] as const).every((key) => a?.[key] === b?.[key])

export const stampOf = (path: string): fs.BigIntStats | undefined =>
  fs.lstatSync(path, { bigint: true, throwIfNoEntry: false })

/**
 * Removes a file that is still the one that we made; where its folder no longer
 * allows that, empties it. A number that was freed is given to another file, so
 * a file that we left empty must still be an empty file.
 */
export const removeOwn = (path: string, own: Stamp, empty = false): void => {
  try {
    const now = stampOf(path)
    if (now?.ino !== own.ino || now.dev !== own.dev || !now.isFile() || (empty && now.size > 0n)) return
    try {
      fs.unlinkSync(path)
    } catch {
      fs.truncateSync(path)
    }
  } catch {
    // It is gone, or its folder is.
  }
}

/** Where a file is to be written, and as what. */
export interface Found {
  /** As it was named. */
  readonly path: string
  /** The file behind symbolic links. */
  readonly target: string
  readonly folder: string
  readonly name: string
  /** What is there. */
  readonly before: Stamp | undefined
  readonly mode: number
  /** The group to keep. */
  readonly gid: number | undefined
  /** The user who gets the files that root creates there. */
  readonly heir: Owner | undefined
}

/** Whether a file is a mount point, such as one mounted by Docker, which no rename can replace. Known only on Linux. */
const isMountPoint = (path: string): boolean => {
  let mounts: string
  try {
    mounts = fs.readFileSync("/proc/self/mountinfo", "latin1")
  } catch {
    return false
  }
  // White space and backslashes are written in octal, and what is not ASCII as its bytes.
  const escaped = Buffer.from(path)
    .toString("latin1")
    .replace(/[\t\n\\ ]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`)
  return mounts.split("\n").some((line) => line.split(" ")[4] === escaped)
}

/** The file behind symbolic links; the path itself where there is none yet. */
const behindLinks = (path: string): string => {
  try {
    return fs.realpathSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== "ENOENT") throw error
    if (stampOf(path)?.isSymbolicLink()) throw new Refused("dangling")
    return path
  }
}

/** Whether a new file in a folder would have a group, or could be given it. */
const canHaveGroup = (gid: number, folder: fs.Stats, me: number | undefined): boolean =>
  me === undefined ||
  me === 0 ||
  gid === ((folder.mode & 0o2000) !== 0 ? folder.gid : process.getegid?.()) ||
  process.getgroups?.().includes(gid) === true

const refuse = (stat: fs.BigIntStats, target: string, { replace }: Rules, me: number | undefined) => {
  const what = stat.isSymbolicLink() ? (fs.statSync(target, { throwIfNoEntry: false }) ?? stat) : stat
  if (!what.isFile() && !what.isDirectory() && !what.isSymbolicLink()) throw new Refused("stream")
  if (stat.isSymbolicLink()) throw new Refused("link")
  if (!stat.isFile()) throw new Refused("folder")
  if (isForeign(Number(stat.uid), me)) throw new Refused("foreign")
  if (isMountPoint(join(fs.realpathSync(dirname(target)), basename(target)))) throw new Refused("mount")
  try {
    fs.accessSync(target, fs.constants.W_OK)
  } catch (error) {
    // A file without permission to write can be replaced; one that is immutable can't.
    if ((error as NodeJS.ErrnoException).code === "EPERM") throw error
  }
  // Last, since the error suggests --replace, which must then work.
  if (!replace) throw new Refused("exists")
}

/** The owner of a home that belongs to another user than root, who runs this: they get what is created in it. */
const heirOf = (folder: string, home: string | undefined, me: number | undefined): Owner | undefined => {
  const found = me === 0 && home !== undefined ? fs.statSync(home, { throwIfNoEntry: false }) : undefined
  if (home === undefined || found === undefined || found.uid === 0) return undefined
  const inside = `${fs.realpathSync(folder)}/`.startsWith(`${fs.realpathSync(home)}/`)
  return inside ? { uid: found.uid, gid: found.gid } : undefined
}

/**
 * Looks at where a file is to be written; throws what is in the way.
 *
 * @param me - the numeric user that we are; undefined on Windows
 */
export const look = (path: string, rules: Rules, me: number | undefined): Found => {
  // `x/` and `x/.` name a folder, and the empty path nothing.
  if (["", ".", ".."].includes(path.split(sep).at(-1) ?? "") && stampOf(path) === undefined) {
    throw path === "" ? Object.assign(new Error("no name"), { code: "ENOENT" }) : new Refused("folder")
  }
  const target = rules.follow ? behindLinks(path) : path
  const before = stampOf(target)
  const link = target === path ? undefined : stampOf(path)
  // Somebody else's link must not lead root to a file that isn't theirs.
  if (me === 0 && link?.isSymbolicLink() && link.uid !== 0n && link.uid !== before?.uid)
    throw new Refused("foreign")
  if (before !== undefined) refuse(before, target, rules, me)
  const folder = dirname(target)
  const nearest = rules.makeFolders ? nearestFolder(folder) : { path: folder, stat: fs.statSync(folder) }
  if (!nearest.stat.isDirectory()) throw Object.assign(new Error("not a folder"), { code: "ENOTDIR" })
  fs.accessSync(nearest.path, fs.constants.W_OK | fs.constants.X_OK)
  const kept = rules.keepGroup ? before : undefined
  if (kept !== undefined && !canHaveGroup(Number(kept.gid), nearest.stat, me)) throw new Refused("group")
  return {
    path,
    target,
    folder,
    name: basename(target),
    before,
    mode: 0o600 | (Number(kept?.mode ?? 0) & 0o040),
    gid: kept === undefined ? undefined : Number(kept.gid),
    heir: heirOf(nearest.path, rules.home, me),
  }
}

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
      // Only the folder that we made is given away, not another one of root's that was moved here.
      if (fs.fstatSync(fd).uid !== 0 || fs.readdirSync(made).length > 0) throw new Refused("changed")
      give(fd, parent, heir)
    } finally {
      fs.closeSync(fd)
    }
  } finally {
    parent.close()
  }
}
