/**
 * Creates files and folders. It doesn't load Effect, since the code cache needs it
 * first; `files.ts` has the rules for files with tokens.
 */
import * as fs from "node:fs"
import { basename, dirname, join } from "node:path"

/** Undefined on Windows. */
const { O_DIRECTORY = 0, O_NOFOLLOW = 0, O_RDONLY } = fs.constants

/** An unused file name. It is short, however long the name of the final file is. */
export const temporaryName = (): string => `.zpcli-${process.pid}-${process.hrtime.bigint().toString(36)}.tmp`

/** The path itself or, if it doesn't exist, the nearest folder above it that does. */
export const nearestFolder = (path: string): { readonly path: string; readonly stat: fs.Stats } => {
  const stat = fs.statSync(path, { throwIfNoEntry: false })
  if (stat !== undefined) return { path, stat }
  return dirname(path) === path ? { path, stat: fs.statSync(path) } : nearestFolder(dirname(path))
}

/**
 * Whether a folder belongs to another user than this one and root, or would be created
 * in such a folder. A folder that root creates in a user's home locks that user out.
 */
export const isOthersPlace = (folder: string, me: number | undefined): boolean => {
  const { uid } = nearestFolder(folder).stat
  return me !== undefined && uid !== me && uid !== 0
}

/** Writes or replaces a file. A program that reads it in the meantime sees either the old content or the new one. */
export const putWhole = (path: string, content: Uint8Array): void => {
  const temporary = join(dirname(path), temporaryName())
  try {
    fs.writeFileSync(temporary, content, { flag: "wx", mode: 0o600 })
    fs.renameSync(temporary, path)
  } catch (error) {
    fs.rmSync(temporary, { force: true })
    throw error
  }
}

/** An open folder. It stays the same even if its path leads elsewhere later. */
export interface Folder {
  /** The path of an entry in it. */
  readonly at: (name: string) => string
  readonly stat: fs.BigIntStats | undefined
  /** Flushes it to the disk, with the renames in it. */
  readonly sync: () => void
  readonly close: () => void
}

/** Opens a folder. On Windows, or if it can be written to but not read, only its path is used. */
export const openFolder = (path: string, noFollow = false): Folder => {
  let fd: number
  try {
    fd = fs.openSync(path, O_RDONLY | O_DIRECTORY | (noFollow ? O_NOFOLLOW : 0))
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException
    if (noFollow || !["EACCES", "EPERM", "EISDIR"].includes(code)) throw error
    return { at: (name) => join(path, name), stat: undefined, sync: () => {}, close: () => {} }
  }
  // On Linux, paths can start at a descriptor.
  const base = fs.existsSync(`/proc/self/fd/${fd}/.`) ? `/proc/self/fd/${fd}` : path
  return {
    at: (name) => join(base, name),
    stat: fs.fstatSync(fd, { bigint: true }),
    sync: () => {
      try {
        fs.fsyncSync(fd)
      } catch {
        // Not every file system supports it.
      }
    },
    close: () => fs.closeSync(fd),
  }
}

/**
 * Gives what root has just created in a home to the owner of that home. Only if the
 * folder already belongs to the owner, who could then have created it too: a link that
 * was put in the way gains them nothing.
 */
const give = (fd: number, inside: Folder, heir: fs.Stats | undefined): void => {
  if (heir !== undefined && Number(inside.stat?.uid) === heir.uid) fs.fchownSync(fd, heir.uid, heir.gid)
}

/**
 * Creates a folder of mode 0700, and the folders above it. Node's own `recursive`
 * never returns below /proc.
 *
 * @param heir - who gets the folders that root creates
 */
export const makeFolders = (path: string, heir?: fs.Stats): void => {
  if (fs.existsSync(path) || dirname(path) === path) return
  makeFolders(dirname(path), heir)
  const parent = openFolder(dirname(path), heir !== undefined)
  try {
    const made = parent.at(basename(path))
    fs.mkdirSync(made, { mode: 0o700 })
    if (heir === undefined) return
    const fd = fs.openSync(made, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    try {
      // An empty folder is the one that we made, and not another folder of root's that was moved here.
      if (fs.readdirSync(made).length === 0) give(fd, parent, heir)
    } finally {
      fs.closeSync(fd)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
  } finally {
    parent.close()
  }
}

/** Whether both are the same file. */
export const isSameFile = (
  a: Pick<fs.BigIntStats, "dev" | "ino"> | undefined,
  b: Pick<fs.BigIntStats, "dev" | "ino"> | undefined,
): boolean => a?.ino === b?.ino && a?.dev === b?.dev

/**
 * Removes a file if it is still the one that we created, or empties it if its folder
 * no longer allows that. Since inodes are reused, a file that we left empty must
 * still be empty.
 */
export const removeOwn = (path: string, own: fs.BigIntStats, empty = false): void => {
  try {
    const now = fs.lstatSync(path, { bigint: true })
    if (!isSameFile(now, own) || !now.isFile() || (empty && now.size > 0n)) return
    try {
      fs.unlinkSync(path)
    } catch {
      fs.truncateSync(path)
    }
  } catch {
    // The file or its folder is gone.
  }
}

/**
 * Creates a file, private from the first moment. Fails if the name exists, even as a symbolic link.
 *
 * @param heir - who gets it if root creates it
 * @param empty - whether nothing will be written to it
 */
export const createOwn = (folder: Folder, name: string, heir: fs.Stats | undefined, empty = false) => {
  const path = folder.at(name)
  const fd = fs.openSync(path, "wx", 0o600)
  const own = fs.fstatSync(fd, { bigint: true })
  give(fd, folder, heir)
  let open = true
  const close = () => {
    if (open) fs.closeSync(fd)
    open = false
  }
  /** Removes it, unless it was renamed or replaced. */
  const remove = () => {
    close()
    removeOwn(path, own, empty)
  }
  return { path, fd, own, close, remove }
}
