import { fstatSync } from "node:fs"
import { isatty, ReadStream } from "node:tty"
import * as Effect from "effect/Effect"
import { InputUnreadable } from "../../domain/Errors.ts"
import { Stdin } from "../Stdin.ts"
import { openTerminal } from "./terminal.ts"

/** Some 25,000 key IDs. */
const maxBytes = 1 << 20

const readAll = Effect.async<string, InputUnreadable>((resume) => {
  if (fstatSync(0).isDirectory()) return resume(new InputUnreadable({ reason: "failed", code: "EISDIR" }))
  // At a terminal a stream of its own: `process.stdin` would be at its end, and is needed for a password.
  const stdin = isatty(0) ? new ReadStream(0) : process.stdin
  const chunks: Array<Buffer> = []
  let size = 0
  const onData = (chunk: Buffer) => {
    chunks.push(chunk)
    size += chunk.length
    if (size <= maxBytes) return
    stop()
    resume(new InputUnreadable({ reason: "too-large", code: undefined }))
  }
  const onEnd = () => {
    stop()
    resume(Effect.succeed(Buffer.concat(chunks).toString("utf8")))
  }
  const onError = ({ code, message }: NodeJS.ErrnoException) => {
    stop()
    resume(new InputUnreadable({ reason: "failed", code: code ?? message }))
  }
  const stop = () => {
    stdin.off("data", onData).off("end", onEnd).pause()
    if (stdin !== process.stdin) stdin.destroy()
  }
  stdin.on("data", onData).on("end", onEnd).on("error", onError)
  return Effect.sync(stop)
})

/** stdin of a real process. Nothing is opened before it is asked for. */
export const stdin = Stdin.of({ readAll, openTerminal })
