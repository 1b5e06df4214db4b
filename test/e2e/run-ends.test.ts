/** `pat run` of the built program, with signals and kills at any moment: no PAT of it is left. */
import { type ChildProcess, spawn } from "node:child_process"
import { describe, expect, it } from "vitest"
import { startGate } from "../support/program/gate.ts"
import { binary, cleanEnv, ended, limited, program } from "../support/program/program.ts"
import { startSandbox } from "../support/sandbox.ts"
import { randomFrom } from "./faults/sequences.ts"

/** `npm run soak` runs many more. */
const sequences = Number(process.env.ZPCLI_SIGNALLED_RUNS ?? 12)
/** `ZPCLI_FAULT_SEED` repeats a run. */
const seed = Number(process.env.ZPCLI_FAULT_SEED ?? Date.now() % 2 ** 31)

const killsZpcli = "kill -9 $PPID"
const scripts = [
  ...["true", "exit 3", "kill -9 $$", "kill -TERM $$", killsZpcli],
  ...["TERM", "HUP", "INT"].map((signal) => `kill -${signal} $PPID; sleep 0.1`),
  "trap 'exit 4' TERM; kill -TERM $PPID; sleep 1",
]
const signals = ["SIGTERM", "SIGHUP", "SIGINT"] as const
const faults = [
  "",
  "",
  "POST /pat after-drop 1",
  "DELETE /pat 503 1",
  "DELETE /pat after-drop 1",
  "GET /pat drop 1",
]

const sequence = async (index: number): Promise<ReadonlyArray<string>> => {
  const random = randomFrom(seed + Math.imul(index, 0x9e3779b1))
  const below = (count: number) => Math.floor(random() * count)
  const pick = <A>(from: ReadonlyArray<A>): A => from[below(from.length)] as A
  const script = pick(scripts)
  const fault = pick(faults)
  // Requests are POST /login, POST /pat, maybe GET /pat, and DELETE /pat.
  const sent = random() < 0.6 ? { at: below(5), afterMillis: below(8), signal: pick(signals) } : undefined
  const sandbox = await startSandbox()
  let child: ChildProcess | undefined
  let seen = 0
  const url = await startGate(sandbox, {
    faults: fault === "" ? [] : [fault],
    onRequest: () => {
      if (sent !== undefined && seen++ === sent.at) {
        setTimeout(() => child?.kill(sent.signal), sent.afterMillis)
      }
    },
  })
  child = spawn(binary, [...program, "pat", "run", "--scope", "job", "--", "sh", "-c", script], {
    env: cleanEnv({ ...sandbox.env, ZPOOL_API_URL: url }),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    timeout: 20_000,
  })
  const { code, signal, stderr } = await ended(child)
  const { items } = (await sandbox.call("GET", "/pat")) as { items: ReadonlyArray<Record<string, unknown>> }
  const active = items.filter(({ status }) => status === "active")
  const inTwoDays = Date.now() + 2 * 86_400_000
  const fine =
    signal === "SIGKILL" && script === killsZpcli
      ? active.every(({ expiry_at }) => Date.parse(String(expiry_at)) <= inTwoDays)
      : active.length === 0 && code !== 7
  const found = { script, fault, sent, code, signal, stderr, active: active.length }
  return fine ? [] : [`sequence ${index}: ${JSON.stringify(found)}`]
}

describe.skipIf(process.platform === "win32")(
  `pat run that gets signals (repeat with ZPCLI_FAULT_SEED=${seed})`,
  () => {
    it(`leaves no PAT that works, unless it is killed: ${sequences} sequences`, {
      timeout: 20_000 + sequences * 4_000,
    }, async () => {
      const found = await limited(
        Array.from({ length: sequences }, (_, index) => index),
        3,
        sequence,
      )
      expect(found.flat()).toEqual([])
    })
  },
)
