import * as NodeFs from "node:fs"
import { SystemError, type SystemErrorReason } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/** Codes of the system by what they mean, as the platform's own file system has them. */
const reasons: Readonly<Record<string, SystemErrorReason>> = {
  ENOENT: "NotFound",
  EACCES: "PermissionDenied",
  EEXIST: "AlreadyExists",
  EISDIR: "BadResource",
  ENOTDIR: "BadResource",
  ELOOP: "BadResource",
  EBUSY: "Busy",
}

const attempt = <A>(method: string, path: string, run: () => A): Effect.Effect<A, SystemError> =>
  Effect.try({
    try: run,
    catch: (cause) => {
      const { code = "", message, syscall } = cause as NodeJS.ErrnoException
      return new SystemError({
        reason: reasons[code] ?? "Unknown",
        module: "FileSystem",
        method,
        pathOrDescriptor: path,
        syscall,
        description: message,
        cause,
      })
    },
  })

const typeOf = (stat: NodeFs.Stats): FileSystem.File.Type => {
  if (stat.isFile()) return "File"
  if (stat.isDirectory()) return "Directory"
  if (stat.isFIFO()) return "FIFO"
  if (stat.isCharacterDevice()) return "CharacterDevice"
  if (stat.isBlockDevice()) return "BlockDevice"
  return stat.isSocket() ? "Socket" : "Unknown"
}

const infoOf = (stat: NodeFs.Stats): FileSystem.File.Info => ({
  type: typeOf(stat),
  mtime: Option.some(stat.mtime),
  atime: Option.some(stat.atime),
  birthtime: Option.some(stat.birthtime),
  dev: stat.dev,
  rdev: Option.some(stat.rdev),
  ino: Option.some(stat.ino),
  mode: stat.mode,
  nlink: Option.some(stat.nlink),
  uid: Option.some(stat.uid),
  gid: Option.some(stat.gid),
  size: FileSystem.Size(stat.size),
  blksize: Option.some(FileSystem.Size(stat.blksize)),
  blocks: Option.some(stat.blocks),
})

const mayBlock = (path: string): boolean => {
  try {
    const stat = NodeFs.statSync(path, { throwIfNoEntry: false })
    return stat !== undefined && !stat.isFile() && !stat.isDirectory()
  } catch {
    // Reading it fails in the same way, and says so.
    return false
  }
}

/**
 * Makes the live file system: the platform's, with the reading of small files
 * at once. For those, starting Node's thread pool takes ten times as long as
 * the work; what may block, such as a named pipe, is left to it.
 */
export const make = Effect.gen(function* () {
  const files = yield* Effect.provide(FileSystem.FileSystem, NodeFileSystem.layer)
  return FileSystem.FileSystem.of({
    ...files,
    stat: (path) => attempt("stat", path, () => infoOf(NodeFs.statSync(path))),
    readLink: (path) => attempt("readLink", path, () => NodeFs.readlinkSync(path)),
    readFileString: (path, encoding) =>
      Effect.suspend(() =>
        mayBlock(path)
          ? files.readFileString(path, encoding)
          : attempt("readFile", path, () => new TextDecoder(encoding).decode(NodeFs.readFileSync(path))),
      ),
  })
})
