import { makeRunMain } from "@effect/platform/Runtime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Interruption } from "./cli/errors/exitCodes.ts"
import { Live } from "./cli/live.ts"
import { run } from "./cli/run.ts"
import type { Request } from "./cli/strict/parse.ts"
import type { CommandShape } from "./cli/strict/shape.ts"

const signals = { SIGINT: 130, SIGTERM: 143 } as const

/** The exit code for the signal that has come, if any. */
let signalled: number | undefined

/**
 * Runs the effect as the process. A signal interrupts it, so that requests are
 * cancelled and the terminal is put in order, and decides the exit code;
 * otherwise `process.exitCode` is set and the process ends by itself, since
 * `process.exit` would cut off what a pipe has not read yet.
 */
const runMain = makeRunMain(({ fiber, teardown }) => {
  const keepAlive = setInterval(() => {}, 2 ** 31 - 1)
  const listeners = Object.entries(signals).map(([signal, code]) => {
    const listener = () => {
      signalled ??= code
      // A second signal is the system's to handle: it ends the process at once.
      stopListening()
      fiber.unsafeInterruptAsFork(fiber.id())
    }
    process.on(signal, listener)
    return [signal, listener] as const
  })
  const stopListening = () => {
    for (const [signal, listener] of listeners) process.off(signal, listener)
  }
  fiber.addObserver((exit) => {
    stopListening()
    clearInterval(keepAlive)
    teardown(exit, (code) => {
      process.exitCode = signalled ?? code
    })
  })
})

/** The program: a command line (without the program's name), the command tree of the build, and what the line asks for. */
export const main = (argv: ReadonlyArray<string>, tree: CommandShape, request: Request): void => {
  const program = run(argv, tree, request).pipe(
    Effect.provideService(Interruption, { exitCode: () => signalled }),
    Effect.provide(Live),
  )
  runMain(program, {
    disableErrorReporting: true,
    disablePrettyLogger: true,
    // `run` ends with an exit code; what is left to fail is an interruption.
    teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) ? (exit.value as number) : signals.SIGINT),
  })
}
