import { isatty } from "node:tty"
import { makeRunMain } from "@effect/platform/Runtime"

const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 } as const
type Signal = keyof typeof exitCodes

/** The exit code of an interruption that no signal is known for. */
export const interrupted = exitCodes.SIGINT

/** The signal that has come, if any: there is one process, and it ends once. */
let signalled: Signal | undefined

/** The exit code for the signal that has come, if any. */
export const signalledCode = (): number | undefined =>
  signalled === undefined ? undefined : exitCodes[signalled]

/** How long what can't be cancelled, such as the look-up of a name, may hold the process after a signal. */
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
  const listeners = (Object.keys(exitCodes) as ReadonlyArray<Signal>).map((signal) => {
    const listener = () => {
      signalled ??= signal
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
  const hasHungUp = () => !terminals.every((descriptor) => isatty(descriptor))
  const kill = (signal: Signal) => process.kill(process.pid, signal)
  fiber.addObserver((exit) => {
    stopListening()
    clearInterval(keepAlive)
    teardown(exit, (code) => {
      process.exitCode = signalled === undefined ? code : exitCodes[signalled]
      // At its own end Node aborts where a terminal of its start has gone, and waits for its threads.
      if (hasHungUp()) kill("SIGHUP")
      else if (signalled !== undefined) setTimeout(kill, killAfterMillis, signalled).unref()
    })
  })
})
