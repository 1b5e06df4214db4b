import { execFileSync, spawn } from "node:child_process"
import { chmodSync, closeSync, constants, openSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { binary, cleanEnv, program, runCli } from "../support/program/program.ts"
import { startSandbox, temporaryFolder } from "../support/sandbox.ts"
import { noTerminal, runCliOnTerminal } from "../support/terminal/pty.ts"

const onUnix = describe.runIf(process.platform !== "win32")
const whereUnix = " (not on Windows, which has neither such modes nor named pipes)"

onUnix(`an rcfile that holds a PAT${whereUnix}`, () => {
  it.each([
    ["600", false],
    ["640", true],
    ["604", true],
  ])("of mode %s gives a warning: %s", async (mode, warned) => {
    const { call, url } = await startSandbox()
    const { token } = await call("POST", "/pat", { label: "ci", scopes: ["pat"] })
    const rcfile = join(temporaryFolder(), "zpoolrc")
    writeFileSync(rcfile, `ZPOOL_API_URL=${url}\nZPOOLPAT=${token}\n`)
    chmodSync(rcfile, Number.parseInt(mode, 8))
    const { code, stderr, stdout } = await runCli(["pat", "list", "--rcfile", rcfile])
    expect({ code, listed: stdout.includes("law-hotel-shape-community") }).toEqual({ code: 0, listed: true })
    if (warned)
      expect(stderr).toMatch(/^zpcli: warning: .*\/zpoolrc contains a PAT and is readable by other users/)
    else expect(stderr).toBe("")
    expect(stderr).not.toContain(String(token))
  })
})

onUnix(`an rcfile that is a named pipe${whereUnix}`, () => {
  const withPipe = () => {
    const pipe = join(temporaryFolder(), "zpoolrc")
    execFileSync("mkfifo", [pipe])
    return pipe
  }

  it("is waited for, and read to its end", async () => {
    const { env, url } = await startSandbox()
    const pipe = withPipe()
    const running = runCli(["pat", "list", "--rcfile", pipe], {
      env: { ZPOOL_PASSWORD: env.ZPOOL_PASSWORD as string },
    })
    const script = `sleep 0.3; printf 'ZPOOL_API_URL=${url}\\n'; sleep 0.3; printf 'ZPOOL_USER=demo\\n'`
    execFileSync("sh", ["-c", `(${script}) >'${pipe}'`])
    expect(await running).toMatchObject({ code: 0, stdout: "No PATs found.\n", stderr: "" })
  })

  it("and holds more than settings do is refused", async () => {
    const pipe = withPipe()
    const running = runCli(["pat", "list", "--rcfile", pipe])
    // A little more than the bound, and no more: a program without one must not take the machine's memory.
    const writer = spawn("sh", ["-c", `head -c 1200000 /dev/zero >'${pipe}'`], { stdio: "ignore" })
    onTestFinished(() => void writer.kill())
    const { code, stderr } = await running
    expect(code).toBe(2)
    expect(stderr).toContain(`${pipe} can't be read (EFBIG)`)
  })

  it.skipIf(noTerminal)("without a writer is named on a terminal, until Ctrl-C", async () => {
    const pipe = withPipe()
    const ran = await runCliOnTerminal(["pat", "list", "--rcfile", pipe], {
      columns: 200,
      script: [[`Waiting for ${pipe}: 1 s`, "\u0003"]],
    })
    expect(ran).toMatchObject({ code: 130, signal: null, unused: [] })
  })

  /** Opens a pipe for writing once somebody reads it. */
  const openForWriting = async (pipe: string): Promise<number> => {
    for (;;) {
      try {
        return openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK)
      } catch {
        await new Promise((fulfil) => setTimeout(fulfil, 20))
      }
    }
  }

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("whose writer is silent does not hold the program at %s", async (signal, code) => {
    const pipe = withPipe()
    const child = spawn(binary, [...program, "pat", "list", "--rcfile", pipe], {
      env: cleanEnv(),
      stdio: "ignore",
    })
    const end = new Promise((fulfil) => child.on("close", (exit, by) => fulfil([exit, by])))
    const writer = await openForWriting(pipe)
    child.kill(signal)
    expect(await end).toEqual([code, null])
    closeSync(writer)
  })
})
