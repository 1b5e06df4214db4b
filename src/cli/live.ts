import { isatty } from "node:tty"
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Path from "@effect/platform/Path"
import * as Terminal from "@effect/platform/Terminal"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { OutputFailed } from "../domain/Errors.ts"
import { make as makeHttpClient } from "../services/node/http.ts"
import { makeTerminal } from "../services/node/terminal.ts"
import { colorAllowed, Streams } from "../services/Streams.ts"

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
const makeConsole = Effect.map(Effect.console, (defaults) => ({
  ...defaults,
  log: (text: unknown) => write(process.stdout, String(text)),
  error: (text: unknown) => write(process.stderr, String(text)),
  unsafe: {
    ...defaults.unsafe,
    error: (text: unknown) => void hear(process.stderr).write(`${text}\n`),
  },
}))

// Asked of the descriptors: opening a stream, stdin above all, takes longer than the answer is worth.
const makeStreams = () => {
  const stream = (descriptor: 1 | 2) => {
    const isTerminal = isatty(descriptor)
    return {
      isTerminal,
      color: colorAllowed(isTerminal, process.env),
      columns: (isTerminal && (descriptor === 1 ? process.stdout : process.stderr).columns) || 80,
    }
  }
  return { stdin: { isTerminal: isatty(0) }, stdout: stream(1), stderr: stream(2) }
}

/**
 * Everything that a command reaches the world through. It is one layer and not
 * several that are merged: each merge costs some 300 steps of the runtime, at
 * every start.
 */
export const Live = Layer.scopedContext(
  Effect.gen(function* () {
    yield* Effect.withConsoleScoped(yield* makeConsole)
    const streams = makeStreams()
    return Context.make(Streams, streams).pipe(
      Context.add(Terminal.Terminal, makeTerminal(streams.stderr)),
      Context.add(HttpClient.HttpClient, yield* makeHttpClient(process.env)),
      Context.add(FileSystem.FileSystem, yield* Effect.provide(FileSystem.FileSystem, NodeFileSystem.layer)),
      Context.add(Path.Path, yield* Effect.provide(Path.Path, NodePath.layer)),
    )
  }),
)
