import type { ChildProcess } from "node:child_process"
import { describe, expect, it } from "vitest"
import { startScripted } from "../support/http/scripted.ts"
import { runInterrupted } from "../support/program/interrupted.ts"
import { binary, program, startCli } from "../support/program/program.ts"
import { startSandbox, startWithPat } from "../support/sandbox.ts"
import { noTerminal, runCliOnTerminal, runOnTerminal } from "../support/terminal/pty.ts"

const list = ["pat", "list"]
const codes = { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 } as const
const signals = Object.keys(codes) as ReadonlyArray<keyof typeof codes>

/** Runs a list against an API that never answers, and signals it once the request is there. */
const signalled = async (signal: NodeJS.Signals) => {
  let cancelled = false
  let child: ChildProcess | undefined
  const { env } = await startScripted((request) => {
    request.socket.on("close", () => {
      cancelled = true
    })
    child?.kill(signal)
  })
  child = startCli(list, { env, stdio: "ignore" })
  const end = await new Promise((fulfil) => child?.on("close", (code, by) => fulfil([code, by])))
  return { signal, end, cancelled }
}

describe("a signal while the API is silent", () => {
  it("cancels the request, and sets the exit code", async () => {
    expect(await Promise.all(signals.map(signalled))).toEqual(
      signals.map((signal) => ({ signal, end: [codes[signal], null], cancelled: true })),
    )
  })
})

describe.skipIf(noTerminal)("a signal at a hidden prompt", () => {
  it("leaves the terminal as it was", async () => {
    const { url } = await startSandbox()
    const runs = signals.map(async (signal) => {
      const ran = await runCliOnTerminal(list, {
        env: { ZPOOL_API_URL: url, ZPOOL_USER: "demo" },
        script: [["Password .*: ", { signal }]],
      })
      return [signal, ran.code, ran.signal, ran.echo]
    })
    expect(await Promise.all(runs)).toEqual(signals.map((signal) => [signal, codes[signal], null, true]))
  })

  it("ends the process with that signal if the terminal has gone, because Node could only abort", async () => {
    const { url } = await startSandbox()
    const ran = await runCliOnTerminal(list, {
      env: { ZPOOL_API_URL: url, ZPOOL_USER: "demo" },
      script: [["Password .*: ", { hangup: true }]],
    })
    expect([ran.code, ran.signal]).toEqual([null, 1])
  })
})

describe.skipIf(noTerminal)("a hidden prompt that is suspended", () => {
  const password = "demo-Pa55word"

  it("stops at Ctrl-Z, and is asked again, hidden, after fg", async () => {
    const { requests, url } = await startSandbox()
    const line = `set -m; "$0" "$@"; stty sane; echo stopped; fg; echo ended $?`
    const ran = await runOnTerminal(["bash", "-c", line, binary, ...program, ...list], {
      env: { ZPOOL_API_URL: url, ZPOOL_USER: "demo" },
      script: [
        ["Password .*: ", "\u001a"],
        ["(?s)stopped.*Password .*: ", `${password}\r`],
      ],
    })
    expect(ran.output).toContain("ended 0")
    expect(ran.output).not.toContain(password)
    expect(ran).toMatchObject({ echoes: [false, false], echo: true, unused: [] })
    expect(requests).toEqual(["POST /login 200", "GET /pat 200"])
  })

  it("is hidden again after SIGSTOP and SIGCONT, and what was typed is kept", async () => {
    const { requests, url } = await startSandbox()
    const ran = await runCliOnTerminal(list, {
      env: { ZPOOL_API_URL: url, ZPOOL_USER: "demo" },
      script: [
        ["Password .*: ", "demo-"],
        ["", { pause: 0.3 }],
        ["", { signal: "SIGSTOP" }],
        // As shells do, which read their next command.
        ["", { echo: true }],
        ["", { signal: "SIGCONT" }],
        ["Password .*: ", "Pa55word\r"],
      ],
    })
    expect(ran.code).toBe(0)
    expect(ran.output).not.toMatch(/demo-|Pa55word/)
    expect(ran).toMatchObject({ echo: true, unused: [] })
    expect(ran.echoes.at(-1)).toBe(false)
    expect(requests).toEqual(["POST /login 200", "GET /pat 200"])
  })
})

const old = "law-hotel-shape-community"
const successor = "market-night-plain-object"
const create = ["pat", "create", "CI", "--scope", "job"]
const rotate = ["pat", "rotate", old, "--yes"]

/** Interrupts a command at a request, over a sandbox with one PAT. */
const interruptedWith = async (
  args: ReadonlyArray<string>,
  at: string,
  when: "before" | "after",
  signal: NodeJS.Signals,
) => {
  const { sandbox } = await startWithPat()
  const variables = { ZPOOL_TIMEOUT: "2", ZPOOL_MAX_RETRIES: "0" }
  return runInterrupted(args, sandbox, { at, when }, signal, variables)
}

describe.skipIf(process.platform === "win32")("an interrupted command with --json", () => {
  const both = { oldKeyId: old, keyId: successor }
  const cases = [
    ["SIGINT", 130, create, "POST /pat", "after", {}],
    ["SIGTERM", 143, rotate, "GET /pat", "before", { oldKeyId: old }],
    ["SIGHUP", 129, rotate, "POST /pat", "after", { oldKeyId: old }],
    ["SIGINT", 130, rotate, "GET /hello", "before", both],
    ["SIGTERM", 143, rotate, `DELETE /pat/${old}`, "before", both],
  ] as const

  it.each(cases)("prints one object with its exit code: %s (%d) %j at %s", async (...given) => {
    const [signal, code, args, at, when, fields] = given
    const ran = await interruptedWith([...args, "--json", "--log-level", "none"], at, when, signal)
    expect(ran.code).toBe(code)
    expect(ran.stderr.trimEnd().split("\n")).toHaveLength(1)
    expect(JSON.parse(ran.stderr).error).toMatchObject({ exitCode: code, retryable: false, ...fields })
  })
})

describe.skipIf(process.platform === "win32")("a message that the user must see", () => {
  it.each([
    ["create", create, "POST /pat", /^zpcli: The token of the PAT "CI" did not arrive/m],
    ["rotate", rotate, "POST /pat", new RegExp(`PAT ${old} (still works|is unchanged)`)],
  ] as const)("is printed by an interrupted %s even with --log-level none", async (_, args, at, words) => {
    const ran = await interruptedWith([...args, "--log-level", "none"], at, "after", "SIGINT")
    expect(ran.code).toBe(130)
    expect(ran.stderr).toMatch(words)
    expect(ran.stderr).toMatch(/^Waiting up to 5 s for the answer, to revoke the new PAT\./)
  })
})
