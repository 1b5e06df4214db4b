import { isatty } from "node:tty"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { OutputFailed } from "../domain/Errors.ts"
import { layer as HttpLive } from "../services/NodeHttp.ts"
import { colorAllowed, Streams } from "./output.ts"
import { TerminalLive } from "./terminal.ts"

/** Streams whose errors are heard, so that one does not end the process: a write tells of them by itself. */
const heard = new WeakSet<NodeJS.WriteStream>()

const hear = (stream: NodeJS.WriteStream): NodeJS.WriteStream => {
  if (!heard.has(stream)) {
    heard.add(stream)
    stream.on("error", () => {})
  }
  return stream
}

/** The most that is handed to a stream at once, in characters: a long list is never copied as a whole. */
const writeAtATime = 1 << 20

const writePart = (stream: NodeJS.WriteStream, text: string) =>
  Effect.async<void>((resume) => {
    const failed = (error: NodeJS.ErrnoException) =>
      resume(Effect.die(new OutputFailed({ code: error.code ?? error.message })))
    try {
      hear(stream).write(text, (error) => (error ? failed(error) : resume(Effect.void)))
    } catch (error) {
      // A file's stream throws where a pipe's calls back.
      failed(error as NodeJS.ErrnoException)
    }
  })

const write = (stream: NodeJS.WriteStream, text: string): Effect.Effect<void> => {
  if (text.length <= writeAtATime) return writePart(stream, `${text}\n`)
  // Not between the halves of a character beyond the first 65,536.
  const split = /[\uD800-\uDBFF]/.test(text[writeAtATime - 1] as string) ? writeAtATime - 1 : writeAtATime
  return Effect.zipRight(
    writePart(stream, text.slice(0, split)),
    Effect.suspend(() => write(stream, text.slice(split))),
  )
}

/** The `Console` of a real process: each write is waited for, and one that fails is an `OutputFailed` defect. */
const ConsoleLive = Layer.suspend(() => {
  const defaults = Effect.runSync(Console.consoleWith(Effect.succeed))
  return Console.setConsole({
    ...defaults,
    log: (text: unknown) => write(process.stdout, String(text)),
    error: (text: unknown) => write(process.stderr, String(text)),
    unsafe: {
      ...defaults.unsafe,
      error: (text: unknown) => void hear(process.stderr).write(`${text}\n`),
    },
  })
})

// Asked of the descriptors: opening a stream, stdin above all, takes longer than the answer is worth.
const StreamsLive = Layer.sync(Streams, () => {
  const stream = (descriptor: 1 | 2) => {
    const isTerminal = isatty(descriptor)
    return {
      isTerminal,
      color: colorAllowed(isTerminal, process.env),
      columns: (isTerminal && (descriptor === 1 ? process.stdout : process.stderr).columns) || 80,
    }
  }
  return { stdin: { isTerminal: isatty(0) }, stdout: stream(1), stderr: stream(2) }
})

/** Everything that a command reaches the world through. */
export const Live = Layer.mergeAll(
  ConsoleLive,
  HttpLive,
  NodeFileSystem.layer,
  NodePath.layer,
  Layer.provideMerge(TerminalLive, StreamsLive),
)
