/** Signals that come while the answer to a create is awaited, and signals of every kind. */
import type { ChildProcess } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { connect } from "node:net"
import { constants } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { startScripted } from "../support/http/scripted.ts"
import { ended, limited, startCli } from "../support/program/program.ts"
import { startSandbox } from "../support/sandbox.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const linux = process.platform === "linux"
/** The signals that end a process unless it handles them. */
const signals: ReadonlyArray<NodeJS.Signals> = [
  ...(["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2"] as const),
  ...(["SIGALRM", "SIGVTALRM", "SIGXCPU"] as const),
  ...(linux ? (["SIGIO", "SIGPWR", "SIGSTKFLT"] as const) : []),
]
/** One of each kind: from a terminal, to end, to reload, and one that is passed on as it is. */
const someSignals = ["SIGINT", "SIGTERM", "SIGUSR1", "SIGALRM"] as const
const exitCodeOf = (signal: NodeJS.Signals) => 128 + constants.signals[signal]

/** Runs a command whose create is answered after a second, and signals it after 0.2 s. */
const interrupted = async (
  args: ReadonlyArray<string>,
  options: {
    readonly signal?: NodeJS.Signals
    /** When more signals come, in milliseconds after the first. */
    readonly more?: ReadonlyArray<number>
    readonly answerAfter?: number
    readonly cwd?: string
    readonly old?: boolean
  } = {},
) => {
  const { answerAfter = 1000, cwd, more = [], old = false, signal = "SIGTERM" } = options
  const sandbox = await startSandbox()
  if (old) await sandbox.call("POST", "/pat", { label: "CI", scopes: ["job"] })
  let child: ChildProcess | undefined
  const env = await sandbox.behind({
    rewrite: async (at, body) => {
      if (at === "POST /pat") {
        for (const millis of [0, ...more]) setTimeout(() => child?.kill(signal), 200 + millis)
        await new Promise((later) => setTimeout(later, answerAfter))
      }
      return body
    },
  })
  child = startCli(args, { env, cwd })
  const began = Date.now()
  const ran = await ended(child)
  return { ...ran, millis: Date.now() - began, statuses: await sandbox.statuses() }
}

const waiting = "Waiting up to 5 s for the answer, to revoke the new PAT."
const create = ["pat", "create", "CI", "--scope", "job"]

describe.skipIf(process.platform === "win32")("a signal during a create", () => {
  it.each<[string, ReadonlyArray<string>]>([
    ["create", create],
    ["create --out", [...create, "--out", "token"]],
    ["create --save", [...create, "--save", "--rcfile", "rcfile"]],
    ["create -- COMMAND", [...create, "--", "sh", "-c", "cat > token"]],
    ["rotate", ["pat", "rotate", "--label", "CI", "--yes", "--", "sh", "-c", "cat > token"]],
    ["rotate --or-create", ["pat", "rotate", "--label", "CI", "--or-create", "--scope", "job", "--yes"]],
    ["run", ["pat", "run", "--scope", "job", "--", "touch", "token"]],
  ])("makes zpcli wait for the answer, revoke the PAT and name it: %s", async (name, args) => {
    const cwd = temporaryFolder()
    const ran = await interrupted(args, { cwd, old: name === "rotate" })
    expect(ran.code, ran.stderr).toBe(143)
    expect(ran.stderr.startsWith(`${waiting}\n`), ran.stderr).toBe(true)
    expect(ran.stderr).toMatch(/The new PAT \S+-\S+-\S+-\S+ was revoked/)
    expect(ran.statuses).toEqual(name === "rotate" ? ["active", "revoked"] : ["revoked"])
    expect(existsSync(join(cwd, "token"))).toBe(false)
    if (name === "create --save") expect(existsSync(join(cwd, "rcfile"))).toBe(false)
  })

  it("can be any signal, even one that a wrapper delivers twice", async () => {
    const found = await limited(signals, 3, async (signal) => {
      const ran = await interrupted(create, { signal, more: [50] })
      return [signal, ran.code, ran.signal, ran.statuses]
    })
    expect(found).toEqual(signals.map((signal) => [signal, exitCodeOf(signal), null, ["revoked"]]))
  })

  it("ends the wait if it is the second one, and the outcome is called unclear", async () => {
    const ran = await interrupted(create, { signal: "SIGINT", more: [500], answerAfter: 8_000 })
    expect(ran).toMatchObject({ code: 130, statuses: ["active"] })
    expect(ran.stderr.startsWith(`${waiting} Press Ctrl-C again to stop.\n`), ran.stderr).toBe(true)
    expect(ran.stderr).toContain('It is unclear whether the PAT "CI" was created')
    expect(ran.stderr).toContain("\nCheck with zpcli pat list before you create another.\n")
    expect(ran.millis).toBeLessThan(4_000)
  })

  it("makes zpcli wait for at most 5 s", async () => {
    const ran = await interrupted(create, { answerAfter: 15_000 })
    expect(ran).toMatchObject({ code: 143, statuses: ["active"] })
    expect(ran.stderr).toContain('It is unclear whether the PAT "CI" was created')
    expect(ran.millis).toBeLessThan(9_000)
  })

  it("doesn't interrupt a revoke that is under way, until 9 s have passed in all", async () => {
    const sandbox = await startSandbox()
    let child: ChildProcess | undefined
    const env = await sandbox.behind({
      stop: { at: "DELETE /pat", when: "after" },
      // The answer must not overtake the signal.
      rewrite: async (at, body) => {
        if (at === "POST /pat") await new Promise((later) => setTimeout(later, 300))
        return body
      },
      onRequest: (at) => {
        if (at === "POST /pat") child?.kill("SIGTERM")
        if (at.startsWith("DELETE"))
          for (const millis of [400, 800]) setTimeout(() => child?.kill("SIGTERM"), millis)
      },
    })
    child = startCli(create, { env })
    const began = Date.now()
    const ran = await ended(child)
    expect(ran.code, ran.stderr).toBe(143)
    expect(ran.stderr).toContain("exists, but its token is lost")
    expect(Date.now() - began).toBeGreaterThan(3_000)
    expect(Date.now() - began).toBeLessThan(10_500)
  })
})

describe.skipIf(process.platform === "win32")("every signal", () => {
  /** Signals zpcli once its command has printed a line. */
  const during = async (args: ReadonlyArray<string>, script: string, signal: NodeJS.Signals) => {
    const sandbox = await startSandbox()
    const cwd = temporaryFolder()
    const child = startCli([...args, "--", "sh", "-c", script], { env: sandbox.env, cwd })
    const out = args.includes("run") ? child.stdout : child.stderr
    out?.once("data", () => child.kill(signal))
    const ran = await ended(child)
    return { ...ran, cwd, statuses: await sandbox.statuses() }
  }

  it("is passed on by pat run, whose PAT is revoked when the command ends", async () => {
    const found = await limited(signals, 3, async (signal) => {
      const ran = await during(
        ["pat", "run", "--scope", "job"],
        "echo ready; while :; do sleep 0.05; done",
        signal,
      )
      return [signal, ran.code, ran.signal, ran.statuses]
    })
    expect(found).toEqual(signals.map((signal) => [signal, exitCodeOf(signal), null, ["revoked"]]))
  })

  it("leaves neither a PAT nor a debugger while a command gets a token", async () => {
    const found = await limited(someSignals, 3, async (signal) => {
      const ran = await during(create, "cat >/dev/null; echo ready; while :; do sleep 0.05; done", signal)
      const expected = signal === "SIGUSR1" ? 9 : exitCodeOf(signal)
      return [signal, ran.code === expected, ran.statuses, ran.stderr.includes("Debugger")]
    })
    expect(found).toEqual(someSignals.map((signal) => [signal, true, ["revoked"], false]))
  })

  it.each(["SIGUSR1", "SIGUSR2"] as const)(
    "%s reloads a command and does nothing to zpcli",
    async (signal) => {
      const script = `trap 'echo reloaded > reloaded' ${signal.slice(3)}; cat > token; echo ready; while [ ! -e reloaded ]; do sleep 0.05; done`
      for (const args of [create, ["pat", "run", "--scope", "job"]]) {
        const ran = await during(args, script, signal)
        expect(ran.code, ran.stderr).toBe(0)
        expect(readFileSync(join(ran.cwd, "reloaded"), "utf8")).toBe("reloaded\n")
      }
    },
  )

  it("opens no debugger while a list is awaited", async () => {
    let child: ChildProcess | undefined
    const { env } = await startScripted(() => void child?.kill("SIGUSR1"))
    child = startCli(["pat", "list"], { env })
    const ran = await ended(child)
    expect(ran).toMatchObject({ code: exitCodeOf("SIGUSR1"), stderr: "" })
    const refused = await new Promise((end) =>
      connect(9229, "127.0.0.1")
        .on("error", () => end(true))
        .on("connect", () => end(false)),
    )
    expect(refused).toBe(true)
  })
})
