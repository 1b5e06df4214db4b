import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs"
import { type ConnectOpts, Socket, type SocketConstructorOpts } from "node:net"
import type { Key } from "node:readline"
import { ReadStream, WriteStream } from "node:tty"
import * as Terminal from "@effect/platform/Terminal"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Mailbox from "effect/Mailbox"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { Surroundings } from "../Process.ts"
import { ignoreErrors } from "./console.ts"

const control = (name: string): Terminal.UserInput => ({
  input: Option.none(),
  key: { name, ctrl: true, meta: false, shift: false },
})

/** The end of input is reported as Ctrl-D, as if somebody had typed it. */
const endOfInput = control("d")

/** Ctrl-L: a prompt draws itself again. */
const redraw = control("l")

/** Turns raw mode on again, after a shell has reset the terminal. Node believes that it is still on. */
const restoreRawMode = (stdin: NodeJS.ReadStream) => stdin.setRawMode(false).setRawMode(true)

/**
 * Stops the process group, as Ctrl-Z does outside of raw mode. The system ignores
 * this if nobody could resume the group.
 */
const suspend = (stdin: NodeJS.ReadStream) => {
  stdin.setRawMode(false)
  process.kill(0, "SIGTSTP")
  // Runs at once if nothing stopped, otherwise after SIGCONT.
  setImmediate(restoreRawMode, stdin)
}

/**
 * Reads keys as they are typed, without echo, until the scope closes. Unlike the
 * platform's own reader, it reports the end of input, and keeps keys that were typed
 * ahead for the next prompt.
 */
const makeReadInput = (openStdin: () => NodeJS.ReadStream) => {
  let typedAhead: ReadonlyArray<Terminal.UserInput> = []
  return Effect.gen(function* () {
    const stdin = openStdin()
    // Loaded here, since only prompts need it.
    const { emitKeypressEvents } = yield* Effect.promise(() => import("node:readline"))
    const keys = yield* Mailbox.make<Terminal.UserInput>()
    const onKey = (text: string | undefined, key: Key) => {
      if (key.ctrl === true && key.name === "z" && stdin.isTTY && process.platform !== "win32") {
        return suspend(stdin)
      }
      // In raw mode, Ctrl-\ doesn't send a signal.
      if (key.sequence === "\u001c") return void process.kill(process.pid, "SIGQUIT")
      keys.unsafeOffer({
        input: Option.fromNullable(text),
        key: {
          name: key.name ?? "",
          ctrl: key.ctrl === true,
          meta: key.meta === true,
          shift: key.shift === true,
        },
      })
    }
    const onEnd = () => void keys.unsafeOffer(endOfInput)
    const onContinue = () => {
      restoreRawMode(stdin)
      keys.unsafeOffer(redraw)
    }
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        keys.unsafeOfferAll(typedAhead)
        typedAhead = []
        if (stdin.readableEnded) return onEnd()
        emitKeypressEvents(stdin)
        if (stdin.isTTY) {
          stdin.setRawMode(true)
          process.on("SIGCONT", onContinue)
        }
        stdin.on("keypress", onKey).on("end", onEnd).on("error", onEnd).resume()
      }),
      () =>
        Effect.gen(function* () {
          process.off("SIGCONT", onContinue)
          stdin.off("keypress", onKey).off("end", onEnd).pause()
          // If the terminal is gone, this emits an error event, which `onEnd` still handles.
          if (stdin.isTTY) stdin.setRawMode(false)
          const left = Option.getOrElse(keys.unsafeSize(), () => 0)
          if (left > 0) typedAhead = Chunk.toReadonlyArray((yield* keys.takeN(left))[0])
        }),
    )
    return keys as Mailbox.ReadonlyMailbox<Terminal.UserInput>
  })
}

/** Opens the controlling terminal of the process, if it has one. */
const openDevice = (flags: "r" | "w"): number | undefined => {
  try {
    return openSync("/dev/tty", flags)
  } catch {
    return undefined
  }
}

/** The current width of that terminal. */
const deviceColumns = Effect.sync(() => {
  const descriptor = openDevice("w")
  if (descriptor === undefined) return 80
  try {
    return new WriteStream(descriptor).destroy().columns || 80
  } catch {
    // The terminal is gone.
    return 80
  }
})

// A failed write is ignored: nobody can answer a question that isn't visible.
const write = (descriptor: number, text: string) =>
  Effect.ignore(Effect.try(() => writeSync(descriptor, text)))

/** The controlling terminal, independent of stdin and stderr, until the scope closes; undefined if there is none. */
export const openTerminal: Effect.Effect<Terminal.Terminal | undefined, never, Scope.Scope> = Effect.gen(
  function* () {
    const descriptor = openDevice("w")
    const typing = openDevice("r")
    if (descriptor === undefined || typing === undefined) return undefined
    let opened: ReadStream | undefined
    const open = () => {
      opened ??= new ReadStream(typing)
      return opened
    }
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        opened?.destroy()
        closeSync(descriptor)
      }),
    )
    return Terminal.Terminal.of({
      columns: deviceColumns,
      rows: Effect.succeed(24),
      isTTY: Effect.succeed(true),
      readInput: makeReadInput(open),
      readLine,
      display: (text) => write(descriptor, text),
    })
  },
)

/**
 * The terminal of a real process. Prompts are drawn on stderr, since stdout is for
 * the result. If only stdin is a terminal, they are drawn on the controlling
 * terminal. `isTTY` says whether a question can be seen. Nothing is opened before the
 * first question: opening stdin costs start-up time and keeps the process alive.
 */
export const makeTerminal = ({ stderr, stdin }: Surroundings): Terminal.Terminal => {
  let opened: number | undefined
  const terminal = () => {
    opened ??= openDevice("w")
    return opened
  }
  const elsewhere = stdin.isTerminal && !stderr.isTerminal
  return Terminal.Terminal.of({
    columns: elsewhere ? deviceColumns : Effect.sync(stderr.columns),
    rows: Effect.sync(() => process.stderr.rows ?? 24),
    isTTY: Effect.sync(() => stdin.isTerminal && (stderr.isTerminal || terminal() !== undefined)),
    readInput: makeReadInput(() => process.stdin),
    readLine,
    display: (text) => {
      const descriptor = elsewhere ? terminal() : undefined
      return descriptor === undefined
        ? Effect.async<void>((resume) => {
            ignoreErrors(process.stderr).write(text, () => resume(Effect.void))
          })
        : write(descriptor, text)
    },
  })
}

/** The longest line, in bytes: longer than any answer. */
const maxBytes = 65_536

const lineFeed = 0x0a

const textOf = (bytes: ReadonlyArray<number>): string =>
  Buffer.from(bytes).toString("utf8").replace(/\r$/, "")

/** Reads a line from a file, or from a device that doesn't block. */
const readFile = (): string => {
  const bytes: Array<number> = []
  const byte = Buffer.alloc(1)
  try {
    while (bytes.length < maxBytes && readSync(0, byte) === 1 && byte[0] !== lineFeed)
      bytes.push(byte[0] as number)
  } catch {
    // A folder, or anything else that can't be read, counts as empty.
  }
  return textOf(bytes)
}

/** Reads a line from a pipe or a socket, whose writer may be slow. */
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
 * Reads one line of stdin; an empty input gives an empty line. It reads one byte at a
 * time, since the bytes after the line belong to the next command.
 */
export const readLine: Effect.Effect<string> = Effect.suspend(() => {
  const stat = fstatSync(0)
  return stat.isFIFO() || stat.isSocket() ? readPipe : Effect.sync(readFile)
})
