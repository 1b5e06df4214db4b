import { constants, openSync, statSync } from "node:fs"
import { Socket } from "node:net"
import { SystemError, type SystemErrorReason } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Effect from "effect/Effect"

/** The most that is read from a pipe, in bytes: more than any settings or secret. */
const maxBytes = 1 << 20

const unreadable = (path: string, reason: SystemErrorReason, cause: unknown) =>
  new SystemError({ reason, module: "FileSystem", method: "readFile", pathOrDescriptor: path, cause })

/** Reads a named pipe to its end, up to a limit. */
const readPipe = (path: string): Effect.Effect<Uint8Array, SystemError> =>
  Effect.tryPromise({
    try: async (signal) => {
      const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
      const chunks: Array<Uint8Array> = []
      let size = 0
      for await (const chunk of new Socket({ fd, readable: true, writable: false, signal })) {
        size += chunk.length
        if (size > maxBytes) throw Object.assign(new Error("too long"), { code: "EFBIG" })
        chunks.push(chunk)
      }
      return Buffer.concat(chunks)
    },
    catch: (cause) => unreadable(path, "BadResource", cause),
  })

/**
 * The platform's file system, except for named pipes and missing files. It reads in
 * Node's threads: one that waits for the writer of a pipe can't be cancelled, and
 * keeps Node from ending. A missing file needs no thread, so a CI job without an
 * rcfile never starts one.
 */
export const makeFileSystem = Effect.gen(function* () {
  const files = yield* Effect.provide(FileSystem.FileSystem, NodeFileSystem.layer)
  const readFile = (path: string) =>
    Effect.flatMap(Effect.either(Effect.try(() => statSync(path, { throwIfNoEntry: false }))), (found) => {
      if (found._tag === "Left") return files.readFile(path)
      if (found.right === undefined) return unreadable(path, "NotFound", { code: "ENOENT" })
      return found.right.isFIFO() ? readPipe(path) : files.readFile(path)
    })
  return FileSystem.FileSystem.of({
    ...files,
    readFile,
    readFileString: (path, encoding) =>
      Effect.map(readFile(path), (bytes) => new TextDecoder(encoding).decode(bytes)),
  })
})
