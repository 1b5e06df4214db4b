/**
 * Writes a file whole, by rename. It is all that the code cache needs, which
 * runs before Effect is loaded; `writer.ts` has the rules for files with tokens.
 */
import * as fs from "node:fs"
import { dirname, join } from "node:path"

/** Undefined on Windows. */
const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_WRONLY } = fs.constants

/** An unused name for a file next to another one. It is short, however long the other's name is. */
export const temporaryName = (): string =>
  `.zpcli-${process.pid}-${process
    .hrtime()
    .map((part) => part.toString(36))
    .join("")}.tmp`

/** Creates a file that must not exist, not even as a symbolic link. It is private from the first moment. */
export const createPrivate = (path: string): number =>
  fs.openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)

/**
 * Makes a folder of mode 0700, and those above it. Not with Node's own
 * `recursive`, which tries for ever below /proc.
 */
export const makeFolders = (path: string): void => {
  try {
    fs.mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === "EEXIST") return
    if (code !== "ENOENT" || dirname(path) === path) throw error
    makeFolders(dirname(path))
    fs.mkdirSync(path, { mode: 0o700 })
  }
}

/** The nearest folder that exists: the path itself, or one above it. */
export const nearestFolder = (path: string): { readonly path: string; readonly stat: fs.Stats } => {
  const stat = fs.statSync(path, { throwIfNoEntry: false })
  if (stat !== undefined) return { path, stat }
  return dirname(path) === path ? { path, stat: fs.statSync(path) } : nearestFolder(dirname(path))
}

/**
 * Whether a folder is, or would be made, in a place of somebody who is neither
 * this user nor root. What root creates in another user's home locks them out.
 */
export const isOthersPlace = (folder: string, me: number | undefined): boolean => {
  const { uid } = nearestFolder(folder).stat
  return me !== undefined && uid !== me && uid !== 0
}

/** Puts a file in the place of any other: whoever reads it meanwhile sees the old one or the new one. */
export const putWhole = (path: string, content: Uint8Array): void => {
  const temporary = join(dirname(path), temporaryName())
  const fd = createPrivate(temporary)
  try {
    try {
      fs.writeFileSync(fd, content)
    } finally {
      fs.closeSync(fd)
    }
    fs.renameSync(temporary, path)
  } catch (error) {
    fs.rmSync(temporary, { force: true })
    throw error
  }
}
