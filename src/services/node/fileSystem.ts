import * as fs from "node:fs"
import { readFile as readFilePromise } from "node:fs/promises"
import { Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { SystemError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/** More than any file of settings or secrets, in bytes. */
const maxBytes = 1 << 20

const failed =
  (method: string, path: string) =>
  (cause: unknown): SystemError =>
    new SystemError({ reason: "Unknown", module: "FileSystem", method, pathOrDescriptor: path, cause })

/** One step, done at once: handing a small file to a thread takes longer than reading it. */
const step = <A>(method: string, path: string, work: () => A) =>
  Effect.try({ try: work, catch: failed(method, path) })

/** Reads a named pipe to its end, up to a limit. Its writer may be slow. */
const readPipe = (path: string) =>
  Effect.tryPromise({
    try: async (signal) => {
      const fd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK)
      const chunks: Array<Uint8Array> = []
      let size = 0
      for await (const chunk of new Socket({ fd, readable: true, writable: false, signal })) {
        size += chunk.length
        if (size > maxBytes) throw Object.assign(new Error("too long"), { code: "EFBIG" })
        chunks.push(chunk)
      }
      return Buffer.concat(chunks)
    },
    catch: failed("readFile", path),
  })

const typeOf = (stats: fs.Stats): FileSystem.File.Type => {
  if (stats.isFile()) return "File"
  if (stats.isDirectory()) return "Directory"
  return stats.isFIFO() ? "FIFO" : "Unknown"
}

const infoOf = (stats: fs.Stats): FileSystem.File.Info => ({
  type: typeOf(stats),
  mtime: Option.some(stats.mtime),
  atime: Option.some(stats.atime),
  birthtime: Option.some(stats.birthtime),
  dev: stats.dev,
  rdev: Option.some(stats.rdev),
  ino: Option.some(stats.ino),
  mode: stats.mode,
  nlink: Option.some(stats.nlink),
  uid: Option.some(stats.uid),
  gid: Option.some(stats.gid),
  size: FileSystem.Size(stats.size),
  blksize: Option.some(FileSystem.Size(stats.blksize)),
  blocks: Option.some(stats.blocks),
})

const readFile = (path: string) =>
  Effect.flatMap(
    step("readFile", path, () => fs.statSync(path)),
    (stats) => {
      if (stats.isFile()) return step("readFile", path, () => fs.readFileSync(path))
      if (stats.isFIFO()) return readPipe(path)
      // A terminal must not keep Ctrl-C from being noticed.
      return Effect.tryPromise({
        try: (signal) => readFilePromise(path, { signal }),
        catch: failed("readFile", path),
      })
    },
  )

/**
 * The parts of a file system that this program uses. The platform's own one
 * works in threads of Node, which take 5 ms to start and can't be cancelled
 * while they wait for the writer of a named pipe.
 */
export const fileSystem = FileSystem.makeNoop({
  stat: (path) => step("stat", path, () => infoOf(fs.statSync(path))),
  readLink: (path) => step("readLink", path, () => fs.readlinkSync(path)),
  readFile,
  readFileString: (path) => Effect.map(readFile(path), (bytes) => new TextDecoder().decode(bytes)),
  makeTempDirectory: ({ prefix = "" } = {}) =>
    step("makeTempDirectory", tmpdir(), () => fs.mkdtempSync(join(tmpdir(), prefix))),
  remove: (path, options) =>
    step("remove", path, () => fs.rmSync(path, { recursive: options?.recursive === true })),
})
