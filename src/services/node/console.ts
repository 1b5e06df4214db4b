import * as Effect from "effect/Effect"
import { OutputFailed } from "../../domain/Errors.ts"

const ignored = new WeakSet<NodeJS.WriteStream>()

/** Keeps an error of the stream from ending the process. Each write reports its own error. */
export const ignoreErrors = (stream: NodeJS.WriteStream): NodeJS.WriteStream => {
  if (!ignored.has(stream)) {
    ignored.add(stream)
    stream.on("error", () => {})
  }
  return stream
}

/** How many characters a stream gets at once, so that a long list is never copied as a whole. */
const maxWrite = 1 << 20

/** Writes a text, once. The effect releases it: V8 keeps the effects, and would keep all of a long list with them. */
const writePart = (stream: NodeJS.WriteStream, text: string) => {
  let unwritten = text
  return Effect.async<void>((resume) => {
    const failed = (error: NodeJS.ErrnoException) =>
      resume(Effect.die(new OutputFailed({ code: error.code ?? error.message })))
    try {
      ignoreErrors(stream).write(unwritten, (error) => (error ? failed(error) : resume(Effect.void)))
    } catch (error) {
      // A stream to a file throws; a stream to a pipe calls back.
      failed(error as NodeJS.ErrnoException)
    }
    unwritten = ""
  })
}

const write = (stream: NodeJS.WriteStream, text: string): Effect.Effect<void> => {
  if (text.length <= maxWrite) return writePart(stream, `${text}\n`)
  // Don't cut a surrogate pair in half.
  const split = /[\uD800-\uDBFF]/.test(text[maxWrite - 1] as string) ? maxWrite - 1 : maxWrite
  return Effect.zipRight(
    writePart(stream, text.slice(0, split)),
    Effect.suspend(() => write(stream, text.slice(split))),
  )
}

/**
 * The `Console` of a real process. It waits for each write, and a write that fails
 * dies with `OutputFailed`.
 */
export const makeConsole = Effect.map(Effect.console, (defaults) => ({
  ...defaults,
  log: (text: unknown) => write(process.stdout, String(text)),
  error: (text: unknown) => write(process.stderr, String(text)),
  unsafe: {
    ...defaults.unsafe,
    error: (text: unknown) => void ignoreErrors(process.stderr).write(`${text}\n`),
  },
}))
