import * as Effect from "effect/Effect"

/** How long the process may stay, in milliseconds. */
const killAfterMillis = 300

/** Kills the process if it is still there. `process.exit` would wait for its threads. */
export const endSoon = {
  arm: Effect.sync(() => {
    setTimeout(() => process.kill(process.pid, "SIGKILL"), killAfterMillis).unref()
  }),
}
