import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { OutputFailed } from "../domain/Errors.ts"
import { layer as HttpLive } from "../services/NodeHttp.ts"
import { colorAllowed, Streams } from "./output.ts"
import { TerminalLive } from "./terminal.ts"

const write = (stream: NodeJS.WriteStream, text: string) =>
  Effect.async<void>((resume) => {
    const failed = (error: NodeJS.ErrnoException) =>
      resume(Effect.die(new OutputFailed({ code: error.code ?? error.message })))
    try {
      stream.write(`${text}\n`, (error) => (error ? failed(error) : resume(Effect.void)))
    } catch (error) {
      // A file's stream throws where a pipe's calls back.
      failed(error as NodeJS.ErrnoException)
    }
  })

/** The `Console` of a real process: each write is waited for, and one that fails is an `OutputFailed` defect. */
const ConsoleLive = Layer.suspend(() => {
  for (const stream of [process.stdout, process.stderr]) {
    // Told through the callback of the write; unheard it would end the process.
    stream.on("error", () => {})
  }
  const defaults = Effect.runSync(Console.consoleWith(Effect.succeed))
  return Console.setConsole({
    ...defaults,
    log: (text: unknown) => write(process.stdout, String(text)),
    error: (text: unknown) => write(process.stderr, String(text)),
    unsafe: {
      ...defaults.unsafe,
      error: (text: unknown) => void process.stderr.write(`${text}\n`),
    },
  })
})

const StreamsLive = Layer.sync(Streams, () => {
  const stream = ({ columns, isTTY }: NodeJS.WriteStream) => ({
    isTerminal: isTTY === true,
    color: colorAllowed(isTTY === true, process.env),
    columns: columns || 80,
  })
  return {
    stdin: { isTerminal: process.stdin.isTTY === true },
    stdout: stream(process.stdout),
    stderr: stream(process.stderr),
  }
})

/** Everything that a command reaches the world through. */
export const Live = Layer.mergeAll(
  ConsoleLive,
  HttpLive,
  NodeFileSystem.layer,
  NodePath.layer,
  Layer.provideMerge(TerminalLive, StreamsLive),
)
