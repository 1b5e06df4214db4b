import type { ChildProcess } from "node:child_process"
import type { Gate, Sandbox } from "../sandbox.ts"
import { ended, type Ran, startCli } from "./program.ts"

/** Runs the built program over a sandbox, and signals it once a request has come to a stop. */
export const runInterrupted = async (
  args: ReadonlyArray<string>,
  sandbox: Sandbox,
  stop: NonNullable<Gate["stop"]>,
  signal: NodeJS.Signals = "SIGINT",
  variables: Readonly<Record<string, string>> = {},
): Promise<Ran> => {
  let child: ChildProcess | undefined
  const env = await sandbox.behind({ stop, reached: () => void child?.kill(signal) })
  child = startCli(args, { env: { ...env, ...variables } })
  return ended(child)
}
