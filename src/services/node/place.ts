import * as fs from "node:fs"
import { basename, dirname, join, sep } from "node:path"
import { CannotWrite, isForeign, type Obstacle, type Rules } from "../Files.ts"
import { nearestFolder } from "./wholeFile.ts"

/** The error about an obstacle other than a system error. */
export const refused = (obstacle: Exclude<Obstacle, "system">) => new CannotWrite({ obstacle })

/** Whether both are the same file, which has not been written to in between. */
export const isSame = (a: fs.BigIntStats | undefined, b: fs.BigIntStats | undefined): boolean =>
  (["dev", "ino", "mode", "uid", "gid", "size"] as const).every((key) => a?.[key] === b?.[key])

export const stampOf = (path: string): fs.BigIntStats | undefined =>
  fs.lstatSync(path, { bigint: true, throwIfNoEntry: false })

/** Where a file is to be written, and as what. */
export interface Target {
  /** The path that was given. */
  readonly path: string
  /** The path of the file behind symbolic links. */
  readonly file: string
  readonly folder: string
  readonly name: string
  /** The file that is there, if any. */
  readonly before: fs.BigIntStats | undefined
  readonly mode: number
  /** The group to keep. */
  readonly gid: number | undefined
  /** The owner for files that root creates there. */
  readonly heir: fs.Stats | undefined
}

/** Whether a file is a mount point, as Docker makes them, which can't be replaced by a rename. Known only on Linux. */
const isMountPoint = (path: string): boolean => {
  let mounts: string
  try {
    mounts = fs.readFileSync("/proc/self/mountinfo", "latin1")
  } catch {
    return false
  }
  // White space and backslashes are escaped in octal, and other characters are their bytes.
  const escaped = Buffer.from(path)
    .toString("latin1")
    .replace(/[\t\n\\ ]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`)
  return mounts.split("\n").some((line) => line.split(" ")[4] === escaped)
}

/** The file behind symbolic links; the path itself if there is none yet. */
const behindLinks = (path: string): string => {
  try {
    return fs.realpathSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== "ENOENT") throw error
    if (stampOf(path)?.isSymbolicLink()) throw refused("dangling")
    return path
  }
}

/** Whether a new file in a folder has this group, or can be given it. */
const canHaveGroup = (gid: number, folder: fs.Stats, me: number | undefined): boolean =>
  me === undefined ||
  me === 0 ||
  gid === ((folder.mode & 0o2000) !== 0 ? folder.gid : process.getegid?.()) ||
  process.getgroups?.().includes(gid) === true

const refuse = (stat: fs.BigIntStats, file: string, { replace }: Rules, me: number | undefined) => {
  const what = stat.isSymbolicLink() ? (fs.statSync(file, { throwIfNoEntry: false }) ?? stat) : stat
  if (!what.isFile() && !what.isDirectory() && !what.isSymbolicLink()) throw refused("stream")
  if (stat.isSymbolicLink()) throw refused("link")
  if (!stat.isFile()) throw refused("folder")
  if (isForeign(Number(stat.uid), me)) throw refused("foreign")
  if (isMountPoint(join(fs.realpathSync(dirname(file)), basename(file)))) throw refused("mount")
  try {
    fs.accessSync(file, fs.constants.W_OK)
  } catch (error) {
    // A read-only file can be replaced; an immutable one (EPERM) can't.
    if ((error as NodeJS.ErrnoException).code === "EPERM") throw error
  }
  // Last, since the error suggests --replace, which must then work.
  if (!replace) throw refused("exists")
}

/** If root works in the home of another user, the status of that home: its owner gets the files that root creates. */
const heirOf = (folder: string, home: string | undefined, me: number | undefined): fs.Stats | undefined => {
  const found = me === 0 && home !== undefined ? fs.statSync(home, { throwIfNoEntry: false }) : undefined
  if (home === undefined || found === undefined || found.uid === 0) return undefined
  const inside = `${fs.realpathSync(folder)}/`.startsWith(`${fs.realpathSync(home)}/`)
  return inside ? found : undefined
}

/**
 * Finds out where a file would be written. Throws `CannotWrite`, or the system's error, if it can't be.
 *
 * @param me - the numeric user that we are; undefined on Windows
 */
export const look = (path: string, rules: Rules, me: number | undefined): Target => {
  // `x/` and `x/.` name a folder.
  if (["", ".", ".."].includes(path.split(sep).at(-1) ?? "") && stampOf(path) === undefined) {
    throw path === "" ? new CannotWrite({ obstacle: "system", code: "ENOENT" }) : refused("folder")
  }
  const file = rules.shared ? behindLinks(path) : path
  const before = stampOf(file)
  const link = file === path ? undefined : stampOf(path)
  // Somebody else's link must not lead root to a file that isn't theirs.
  if (me === 0 && link?.isSymbolicLink() && link.uid !== 0n && link.uid !== before?.uid)
    throw refused("foreign")
  if (before !== undefined) refuse(before, file, rules, me)
  const folder = dirname(file)
  const nearest = rules.shared ? nearestFolder(folder) : { path: folder, stat: fs.statSync(folder) }
  if (!nearest.stat.isDirectory()) throw new CannotWrite({ obstacle: "system", code: "ENOTDIR" })
  fs.accessSync(nearest.path, fs.constants.W_OK | fs.constants.X_OK)
  const kept = rules.keepGroup ? before : undefined
  if (kept !== undefined && !canHaveGroup(Number(kept.gid), nearest.stat, me)) throw refused("group")
  return {
    path,
    file,
    folder,
    name: basename(file),
    before,
    mode: 0o600 | (Number(kept?.mode ?? 0) & 0o040),
    gid: kept === undefined ? undefined : Number(kept.gid),
    heir: heirOf(nearest.path, rules.home, me),
  }
}
