import * as fs from "node:fs"
import { basename } from "node:path"
import { isForeign } from "../settings/trust.ts"
import { type Found, give, makeFoldersFor, openFolder, Refused, removeOwn, stampOf } from "./place.ts"
import { createPrivate, temporaryName } from "./wholeFile.ts"

/**
 * A lock that is older was left behind by a program that was killed: a writer has it for milliseconds. So was one
 * that is dated further than this in the future: a clock was set back.
 */
export const staleMillis = 30_000

const lockOf = (target: string): string => `${target}.lock`

/** Throws if what is in the place of the lock file is not one of our own. Gives its time, if there is one. */
export const checkLock = (path: string, me: number | undefined): fs.BigIntStats | undefined => {
  const stat = stampOf(lockOf(path))
  if (stat === undefined) return undefined
  // Where somebody else's can't be removed, it would lock us out. Root can, and its owner gives way to root.
  const foreign = me !== 0 && isForeign(Number(stat.uid), me)
  if (!stat.isFile() || foreign) throw new Refused("lock")
  return stat
}

/** Removes a stale lock, but never one that another program has put in its place since it was seen. */
const removeStale = (path: string, seen: fs.BigIntStats, beside: string): void => {
  fs.renameSync(path, beside)
  const taken = stampOf(beside)
  if (taken?.ino !== seen.ino || taken.mtimeNs !== seen.mtimeNs) {
    try {
      fs.linkSync(beside, path)
    } catch {
      // Its owner notices when it finds another file in the place of the one that it checked.
    }
  }
  fs.unlinkSync(beside)
}

/** Takes the lock of a file, unless somebody has it. Gives what releases it. */
export const tryLock = (found: Found, now: number, me: number | undefined): (() => void) | undefined => {
  makeFoldersFor(found.folder, found.heir)
  const folder = openFolder(found.folder)
  const path = folder.at(basename(lockOf(found.target)))
  try {
    const seen = checkLock(found.target, me)
    if (seen !== undefined && Math.abs(now - Number(seen.mtimeMs)) > staleMillis) {
      removeStale(path, seen, folder.at(temporaryName()))
    }
    const fd = createPrivate(path)
    const own = fs.fstatSync(fd, { bigint: true })
    give(fd, folder, found.heir)
    fs.closeSync(fd)
    return () => {
      removeOwn(path, own)
      folder.close()
    }
  } catch (error) {
    folder.close()
    const { code } = error as NodeJS.ErrnoException
    // Somebody was faster, at creating it or at removing a stale one.
    if (code === "EEXIST" || code === "ENOENT") return undefined
    throw error
  }
}
