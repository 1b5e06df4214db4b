import { isatty } from "node:tty"
import { makeRunMain } from "@effect/platform/Runtime"
import { kill, listen, signalled, signalledCode } from "./signals.ts"

/** How long a task that can't be cancelled, such as the look-up of a name, may delay the end after a signal. */
const killAfterMillis = 500

/**
 * Runs the effect as the process. A signal interrupts it, so that requests are
 * cancelled and the terminal is put in order, and decides the exit code;
 * otherwise `process.exitCode` is set. The process ends by itself, since
 * `process.exit` would cut off what a pipe has not read yet.
 */
export const runMain = makeRunMain(({ fiber, teardown }) => {
  const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor))
  const keepAlive = setInterval(() => {}, 2 ** 31 - 1)
  const stopListening = listen(() => fiber.unsafeInterruptAsFork(fiber.id()))
  const hasHungUp = () => !terminals.every((descriptor) => isatty(descriptor))
  fiber.addObserver((exit) => {
    stopListening()
    clearInterval(keepAlive)
    teardown(exit, (code) => {
      process.exitCode = signalledCode() ?? code
      const signal = signalled()
      // When Node exits normally, it aborts if its terminal is gone, and it waits for its threads.
      if (hasHungUp()) kill("SIGHUP")
      else if (signal !== undefined) setTimeout(kill, killAfterMillis, signal).unref()
    })
  })
})
