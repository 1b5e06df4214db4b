import { type ChildProcess, spawn } from "node:child_process"
import type { Gate, Sandbox } from "../sandbox.ts"
import { binary, cleanEnv, ended, program, type Ran } from "./program.ts"

/** Serves a sandbox behind a gate until the test is over; gives the base URL. */
export const startGate = (sandbox: Sandbox, gate: Gate): Promise<string> => sandbox.behind(gate)

/** Runs the built program, and interrupts it once a request has come to a stop. */
export const runInterrupted = async (
  args: ReadonlyArray<string>,
  sandbox: Sandbox,
  stop: NonNullable<Gate["stop"]>,
): Promise<Ran> => {
  let child: ChildProcess | undefined
  const url = await startGate(sandbox, { stop, reached: () => void child?.kill("SIGINT") })
  child = spawn(binary, [...program, ...args], {
    env: cleanEnv({ ...sandbox.env, ZPOOL_API_URL: url }),
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 20_000,
  })
  return ended(child)
}
