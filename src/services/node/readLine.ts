import { fstatSync, readSync } from "node:fs"
import { type ConnectOpts, Socket, type SocketConstructorOpts } from "node:net"
import * as Effect from "effect/Effect"

/** More than any answer: nobody is going to end this line. */
const maxBytes = 65_536

const lineFeed = 0x0a

const textOf = (bytes: ReadonlyArray<number>): string =>
  Buffer.from(bytes).toString("utf8").replace(/\r$/, "")

/** A file, or a device without a wait. */
const readFile = (): string => {
  const bytes: Array<number> = []
  const byte = Buffer.alloc(1)
  try {
    while (bytes.length < maxBytes && readSync(0, byte) === 1 && byte[0] !== lineFeed)
      bytes.push(byte[0] as number)
  } catch {
    // What can't be read, such as a folder, is at its end.
  }
  return textOf(bytes)
}

/** A pipe or a socket, which may take its time. */
const readPipe = Effect.async<string>((resume) => {
  const bytes: Array<number> = []
  const finish = () => resume(Effect.succeed(textOf(bytes)))
  const options: SocketConstructorOpts & ConnectOpts = {
    fd: 0,
    readable: true,
    writable: false,
    onread: {
      buffer: Buffer.alloc(1),
      callback: (_, buffer) => {
        const byte = buffer[0] as number
        if (byte !== lineFeed) bytes.push(byte)
        if (byte !== lineFeed && bytes.length < maxBytes) return true
        finish()
        return false
      },
    },
  }
  const socket = new Socket(options)
  socket.on("end", finish).on("error", finish)
  return Effect.sync(() => void socket.destroy())
})

/**
 * Reads stdin up to a line break, or to its end: an input that says nothing
 * gives an empty line. It takes not a byte more, since what follows belongs to
 * the next command, so it reads a byte at a time.
 */
export const readLine: Effect.Effect<string> = Effect.suspend(() => {
  const stat = fstatSync(0)
  return stat.isFIFO() || stat.isSocket() ? readPipe : Effect.sync(readFile)
})
