import { constants, createReadStream, openSync, statSync } from "node:fs"
import { Socket } from "node:net"
import type { Readable } from "node:stream"
import { isatty, ReadStream } from "node:tty"
import { SystemError, type SystemErrorReason } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Effect from "effect/Effect"

/** More than any file of settings or secrets, in bytes. */
const maxBytes = 1 << 20

/** Opens what may have nothing to read for long, or no end, such as a named pipe or a device; undefined for the rest. */
const openStream = (path: string): Readable | undefined => {
  const stat = statSync(path)
  if (stat.isFile() || stat.isDirectory()) return undefined
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  if (stat.isFIFO()) return new Socket({ fd, readable: true, writable: false })
  return isatty(fd) ? new ReadStream(fd) : createReadStream(path, { fd })
}

const unreadable = (path: string, reason: SystemErrorReason, cause: unknown) =>
  new SystemError({ reason, module: "FileSystem", method: "readFile", pathOrDescriptor: path, cause })

const readAll = (path: string, stream: Readable): Effect.Effect<Uint8Array, SystemError> =>
  Effect.async((resume) => {
    const chunks: Array<Buffer> = []
    let size = 0
    const fail = (cause: Error) => resume(unreadable(path, "BadResource", cause))
    stream
      .on("data", (chunk: Buffer) => {
        chunks.push(chunk)
        size += chunk.length
        if (size > maxBytes) stream.destroy(Object.assign(new Error("too long"), { code: "EFBIG" }))
      })
      .on("end", () => resume(Effect.succeed(Buffer.concat(chunks))))
      .on("error", fail)
    return Effect.sync(() => void stream.destroy())
  })

/**
 * Makes the live file system: the platform's, which reads in threads of Node.
 * A thread that waits for a named pipe can't be cancelled, and Node waits for
 * it at its end. So what is not a regular file is read as a stream, up to a limit.
 */
export const makeFileSystem = Effect.gen(function* () {
  const files = yield* Effect.provide(FileSystem.FileSystem, NodeFileSystem.layer)
  const readFile = (path: string) =>
    Effect.suspend(() => {
      try {
        const stream = openStream(path)
        return stream === undefined ? files.readFile(path) : readAll(path, stream)
      } catch (error) {
        // Asking the platform again would start the threads that read for it, in every CI job without an rcfile.
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return unreadable(path, "NotFound", error)
        return files.readFile(path)
      }
    })
  return FileSystem.FileSystem.of({
    ...files,
    readFile,
    readFileString: (path, encoding) =>
      Effect.map(readFile(path), (bytes) => new TextDecoder(encoding).decode(bytes)),
  })
})
