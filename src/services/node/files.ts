import * as fs from "node:fs"
import { dirname } from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HashSet from "effect/HashSet"
import { CannotWrite, Files, type Rules, type Writer } from "../files.ts"
import { Process } from "../Process.ts"
import { checkLock, staleMillis, tryLock } from "./lockFile.ts"
import {
  type Found,
  give,
  isSame,
  look,
  makeFoldersFor,
  openFolder,
  Refused,
  removeOwn,
  stampOf,
} from "./place.ts"
import { createPrivate, isOthersPlace, makeFolders, putWhole, temporaryName } from "./wholeFile.ts"

/** Undefined on Windows. */
const { O_NONBLOCK = 0, O_RDONLY } = fs.constants

interface FileWriter {
  readonly write: (content: Uint8Array) => void
  /** Removes what was prepared and not written. */
  readonly close: () => void
}

/** Gives a new file the group and the group's permission of the file that it will replace. */
const setGroup = (fd: number, { gid, mode }: Found): void => {
  const own = fs.fstatSync(fd)
  try {
    if (gid !== undefined && gid !== own.gid) fs.fchownSync(fd, own.uid, gid)
    if ((own.mode & 0o777) !== mode) fs.fchmodSync(fd, mode)
  } catch {
    // Not every file system has modes. There a group has none to keep.
    if (gid !== undefined) throw new Refused("group")
  }
}

/** Fails unless a path leads to a regular file with this content: a token that was just made is nowhere else. */
const confirm = (path: string, content: Uint8Array): void => {
  let fd: number
  try {
    fd = fs.openSync(path, O_RDONLY | O_NONBLOCK)
  } catch {
    throw new Refused("changed")
  }
  try {
    if (!fs.fstatSync(fd).isFile() || !fs.readFileSync(fd).equals(content)) throw new Refused("changed")
  } finally {
    fs.closeSync(fd)
  }
}

/**
 * Makes a file ready to be written, so that whatever can fail fails here. The
 * name is reserved by an empty file where there is none, and the content goes
 * into a file beside it, which is then put in its place.
 */
const openWriter = (found: Found): FileWriter => {
  makeFoldersFor(found.folder, found.heir)
  const folder = openFolder(found.folder)
  const undo: Array<() => void> = [folder.close]
  const close = () => {
    for (const each of undo.splice(0).reverse()) each()
  }
  /** Creates a file that is gone at the end, unless another was put in its place or it was renamed. */
  const create = (path: string, empty = false): readonly [fd: number, closeFile: () => void] => {
    const fd = createPrivate(path)
    const own = fs.fstatSync(fd, { bigint: true })
    let open = true
    const closeFile = () => {
      if (open) fs.closeSync(fd)
      open = false
    }
    undo.push(() => {
      closeFile()
      removeOwn(path, own, empty)
    })
    give(fd, folder, found.heir)
    return [fd, closeFile]
  }

  try {
    const target = folder.at(found.name)
    if (found.before === undefined) create(target, true)[1]()
    const before = found.before ?? stampOf(target)
    const temporary = folder.at(temporaryName())
    const [fd, closeFile] = create(temporary)
    setGroup(fd, found)

    const checkUnchanged = () => {
      const now = fs.statSync(found.folder, { bigint: true, throwIfNoEntry: false })
      const sameFolder =
        folder.stat === undefined || (now?.ino === folder.stat.ino && now.dev === folder.stat.dev)
      if (!sameFolder || !isSame(before, stampOf(target))) throw new Refused("changed")
    }
    const write = (content: Uint8Array) => {
      // Once before the token is on the disk, and once more after the slow part.
      checkUnchanged()
      fs.writeFileSync(fd, content)
      fs.fsyncSync(fd)
      const own = fs.fstatSync(fd, { bigint: true })
      closeFile()
      checkUnchanged()
      fs.renameSync(temporary, target)
      undo.push(() => removeOwn(target, own))
      folder.sync()
      confirm(found.path, content)
      undo.pop()
    }
    return { write, close }
  } catch (error) {
    close()
    throw error
  }
}

/** Runs a synchronous step, so that no signal comes in between, and turns what it throws into a `CannotWrite`. */
const attempt = <A>(run: (me: number | undefined) => A): Effect.Effect<A, CannotWrite> =>
  Effect.flatMap(Process, ({ uid }) =>
    Effect.try({
      try: () => run(uid),
      catch: (error) => {
        if (error instanceof Refused) return new CannotWrite({ obstacle: error.obstacle })
        const { code } = error as NodeJS.ErrnoException
        if (code === undefined) throw error
        return new CannotWrite({ obstacle: "system", code })
      },
    }),
  )

/** How often a lock that somebody has is tried, in milliseconds. */
const pollMillis = 50

/** Takes the lock of a file once nobody else has it. */
const lock = (path: string, rules: Rules) =>
  Effect.acquireRelease(
    Effect.gen(function* () {
      const since = yield* Clock.currentTimeMillis
      while (true) {
        const now = yield* Clock.currentTimeMillis
        const release = yield* attempt((me) => tryLock(look(path, rules, me), now, me))
        if (release !== undefined) return release
        // Where this can't be interrupted, an interruption ends the wait all the same.
        const { interruptors } = yield* Effect.descriptor
        if (now - since > staleMillis || HashSet.size(interruptors) > 0) {
          return yield* new CannotWrite({ obstacle: "locked" })
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
      const { target } = look(path, rules, me)
      if (rules.takeTurns) checkLock(target, me)
    }),
  open: (path, rules) =>
    Effect.gen(function* () {
      if (rules.takeTurns) yield* lock(path, rules)
      const { write } = yield* Effect.acquireRelease(
        attempt((me) => openWriter(look(path, rules, me))),
        ({ close }) => Effect.sync(close),
      )
      return { write: (content) => attempt(() => write(content)) } satisfies Writer
    }),
  cache: (path, content) =>
    attempt((me) => {
      if (isOthersPlace(dirname(path), me)) throw new Refused("foreign-folder")
      makeFolders(dirname(path))
      look(path, { replace: true }, me)
      putWhole(path, content)
    }),
})
