import * as fs from "node:fs"
import { basename, dirname } from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HashSet from "effect/HashSet"
import { CannotWrite, Files, isForeign, type Rules, type Write } from "../Files.ts"
import { Process } from "../Process.ts"
import { isSame, look, refused, stampOf, type Target } from "./place.ts"
import {
  createOwn,
  isOthersPlace,
  isSameFile,
  makeFolders,
  openFolder,
  putWhole,
  removeOwn,
  temporaryName,
} from "./wholeFile.ts"

/** Gives a new file the group, and the group permission, of the file that it will replace. */
const setGroup = (fd: number, { gid, mode }: Target): void => {
  const own = fs.fstatSync(fd)
  try {
    if (gid !== undefined && gid !== own.gid) fs.fchownSync(fd, own.uid, gid)
    if ((own.mode & 0o777) !== mode) fs.fchmodSync(fd, mode)
  } catch {
    // Some file systems have no modes, which is fine if there is no group to keep.
    if (gid !== undefined) throw refused("group")
  }
}

/** Whether a path leads to a regular file with this content: no other file contains a token that was just created. */
const leadsTo = (path: string, content: Uint8Array): boolean => {
  try {
    return fs.statSync(path).isFile() && fs.readFileSync(path).equals(content)
  } catch {
    return false
  }
}

/**
 * Prepares to write a file, so that most failures happen here. If there is no file
 * yet, an empty one reserves the name. The content goes into a temporary file next
 * to it, which is then renamed. `close` removes whatever was prepared and not written.
 */
const openWriter = (target: Target) => {
  makeFolders(target.folder, target.heir)
  const folder = openFolder(target.folder)
  const undo: Array<() => void> = [folder.close]
  const close = () => {
    for (const each of undo.splice(0).reverse()) each()
  }
  const create = (name: string, empty = false) => {
    const made = createOwn(folder, name, target.heir, empty)
    undo.push(made.remove)
    return made
  }
  try {
    const path = folder.at(target.name)
    if (target.before === undefined) create(target.name, true).close()
    const before = target.before ?? stampOf(path)
    const temporary = create(temporaryName())
    setGroup(temporary.fd, target)

    const checkUnchanged = () => {
      const now = fs.statSync(target.folder, { bigint: true, throwIfNoEntry: false })
      const sameFolder = folder.stat === undefined || isSameFile(now, folder.stat)
      if (!sameFolder || !isSame(before, stampOf(path))) throw refused("changed")
    }
    const write = (content: Uint8Array) => {
      // Checked before the token is on the disk, and again after the slow part.
      checkUnchanged()
      fs.writeFileSync(temporary.fd, content)
      fs.fsyncSync(temporary.fd)
      temporary.close()
      checkUnchanged()
      fs.renameSync(temporary.path, path)
      undo.push(() => removeOwn(path, temporary.own))
      folder.sync()
      if (!leadsTo(target.path, content)) throw refused("changed")
      undo.pop()
    }
    return { write, close }
  } catch (error) {
    close()
    throw error
  }
}

/**
 * An older lock was left behind by a program that was killed, since a writer holds it for milliseconds. So was a lock
 * that is further in the future, where a clock was set back.
 */
const staleMillis = 30_000

const lockOf = ({ file }: Target): string => `${file}.lock`

/** The status of the lock file, if there is one. Throws if it isn't a regular file of our own. */
const checkLock = (target: Target, me: number | undefined): fs.BigIntStats | undefined => {
  const stat = stampOf(lockOf(target))
  if (stat === undefined) return undefined
  // We can't remove another user's lock. Root can.
  const foreign = me !== 0 && isForeign(Number(stat.uid), me)
  if (!stat.isFile() || foreign) throw refused("lock")
  return stat
}

/** Takes the lock of a file. Returns the function that releases it, or undefined if another program has the lock. */
const tryLock = (target: Target, now: number, me: number | undefined): (() => void) | undefined => {
  makeFolders(target.folder, target.heir)
  const folder = openFolder(target.folder)
  try {
    const name = basename(lockOf(target))
    const seen = checkLock(target, me)
    if (seen !== undefined && Math.abs(now - Number(seen.mtimeMs)) > staleMillis) {
      fs.unlinkSync(folder.at(name))
    }
    const made = createOwn(folder, name, target.heir)
    made.close()
    return () => {
      made.remove()
      folder.close()
    }
  } catch (error) {
    folder.close()
    const { code } = error as NodeJS.ErrnoException
    // Another program was faster to create it or to remove a stale one.
    if (code === "EEXIST" || code === "ENOENT") return undefined
    throw error
  }
}

/** Runs a step, and turns the error that it throws into `CannotWrite`. Steps are synchronous, so that no signal comes in between. */
const attempt = <A>(run: (me: number | undefined) => A): Effect.Effect<A, CannotWrite> =>
  Effect.flatMap(Process, ({ uid }) =>
    Effect.try({
      try: () => run(uid),
      catch: (error) => {
        if (error instanceof CannotWrite) return error
        const { code } = error as NodeJS.ErrnoException
        if (code === undefined) throw error
        return new CannotWrite({ obstacle: "system", code })
      },
    }),
  )

/** How often to try a lock that another program has, in milliseconds. */
const pollMillis = 50

/** Waits for the lock of a file, and takes it until the scope closes. */
const lock = (path: string, rules: Rules) =>
  Effect.acquireRelease(
    Effect.gen(function* () {
      const since = yield* Clock.currentTimeMillis
      while (true) {
        const now = yield* Clock.currentTimeMillis
        const release = yield* attempt((me) => tryLock(look(path, rules, me), now, me))
        if (release !== undefined) return release
        // An interruption ends the wait even if the caller is uninterruptible.
        const { interruptors } = yield* Effect.descriptor
        if (now - since > staleMillis || HashSet.size(interruptors) > 0) {
          return yield* refused("locked")
        }
        yield* Effect.sleep(pollMillis)
      }
    }),
    (release) => Effect.sync(release),
  )

/** The `Files` of a real process. */
export const files = Files.of({
  look: (path, rules) =>
    attempt((me) => {
      const target = look(path, rules, me)
      if (rules.shared) checkLock(target, me)
    }),
  open: (path, rules) =>
    Effect.gen(function* () {
      if (rules.shared) yield* lock(path, rules)
      const { write } = yield* Effect.acquireRelease(
        attempt((me) => openWriter(look(path, rules, me))),
        ({ close }) => Effect.sync(close),
      )
      return ((content) => attempt(() => write(content))) satisfies Write
    }),
  cache: (path, content) =>
    attempt((me) => {
      if (isOthersPlace(dirname(path), me)) throw refused("foreign-folder")
      makeFolders(dirname(path))
      look(path, { replace: true }, me)
      putWhole(path, content)
    }),
})
