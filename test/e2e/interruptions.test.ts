import { type ChildProcess, spawn } from "node:child_process"
import { describe, expect, it } from "vitest"
import { startGate } from "../support/program/gate.ts"
import { binary, cleanEnv, ended, program } from "../support/program/program.ts"
import { startSandbox } from "../support/sandbox.ts"

const old = "law-hotel-shape-community"
const successor = "market-night-plain-object"
const create = ["pat", "create", "CI", "--scope", "job"]
const rotate = ["pat", "rotate", old, "--yes"]

/** Runs the program until a request has come to a stop, and sends it a signal then. */
const interrupted = async (
  args: ReadonlyArray<string>,
  at: string,
  when: "before" | "after",
  signal: NodeJS.Signals,
) => {
  const sandbox = await startSandbox()
  await sandbox.call("POST", "/pat", { label: "CI", scopes: ["job", "pat"] })
  let child: ChildProcess | undefined
  const url = await startGate(sandbox, { stop: { at, when }, reached: () => void child?.kill(signal) })
  child = spawn(binary, [...program, ...args], {
    env: cleanEnv({
      ...sandbox.env,
      ZPOOL_API_URL: url,
      ZPOOL_TIMEOUT: "2",
      ZPOOL_MAX_RETRIES: "0",
    }),
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 20_000,
  })
  return await ended(child)
}

const signals = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const

describe.skipIf(process.platform === "win32")("an interrupted command with --json", () => {
  const cases = signals.flatMap(([signal, code]) => [
    [signal, code, create, "POST /pat", "after", {}] as const,
    [signal, code, rotate, "GET /pat", "before", { oldKeyId: old }] as const,
    [signal, code, rotate, "POST /pat", "after", { oldKeyId: old }] as const,
    [signal, code, rotate, "GET /hello", "before", { oldKeyId: old, keyId: successor }] as const,
    [signal, code, rotate, `DELETE /pat/${old}`, "before", { oldKeyId: old, keyId: successor }] as const,
  ])

  it.each(cases)("prints one object with its exit code: %s (%d) %j at %s", async (...given) => {
    const [signal, code, args, at, when, fields] = given
    const ran = await interrupted([...args, "--json", "--log-level", "none"], at, when, signal)
    expect(ran.code).toBe(code)
    expect(ran.stderr.trimEnd().split("\n")).toHaveLength(1)
    expect(JSON.parse(ran.stderr).error).toMatchObject({ exitCode: code, retryable: false, ...fields })
  })
})

describe.skipIf(process.platform === "win32")("what is owed to the user", () => {
  it.each([
    ["create", create, "POST /pat", /^zpcli: The token of the PAT "CI" did not arrive/m],
    ["rotate", rotate, "POST /pat", new RegExp(`PAT ${old} (still works|is unchanged)`)],
  ] as const)("is said by an interrupted %s with --log-level none", async (_, args, at, words) => {
    const ran = await interrupted([...args, "--log-level", "none"], at, "after", "SIGINT")
    expect(ran.code).toBe(130)
    expect(ran.stderr).toMatch(words)
    expect(ran.stderr).toMatch(/^Waiting up to 5 s for the answer, to revoke the new PAT\./)
  })
})
