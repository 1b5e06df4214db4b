import * as Effect from "effect/Effect"
import { OutputFailed } from "../../domain/Errors.ts"

const ignored = new WeakSet<NodeJS.WriteStream>()

/** Keeps an error of the stream from ending the process: each write reports its own. */
export const ignoreErrors = (stream: NodeJS.WriteStream): NodeJS.WriteStream => {
  if (!ignored.has(stream)) {
    ignored.add(stream)
    stream.on("error", () => {})
  }
  return stream
}

/** The most that is handed to a stream at once, in characters: a long list is never copied as a whole. */
const maxWrite = 1 << 20

/** Writes a text, once: the effect lets go of it, since V8 would keep one effect after another, and all of a long list. */
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
  // Not between the halves of a character beyond the first 65,536.
  const split = /[\uD800-\uDBFF]/.test(text[maxWrite - 1] as string) ? maxWrite - 1 : maxWrite
  return Effect.zipRight(
    writePart(stream, text.slice(0, split)),
    Effect.suspend(() => write(stream, text.slice(split))),
  )
}

/**
 * The `Console` of a real process: each write is waited for, and one that fails
 * is an `OutputFailed` defect. `Console.log` asks it for an effect at each run.
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
