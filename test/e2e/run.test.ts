import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { ended, pathWithProgram, runCli, shellCommand, startCli } from "../support/program/program.ts"
import { startSandbox, startSandboxOn } from "../support/sandbox.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"
import { noTerminal, runCliOnTerminal } from "../support/terminal/pty.ts"

const run = ["pat", "run", "--scope", "job"]
const inShell = (script: string) => [...run, "--", "sh", "-c", script]

describe.skipIf(process.platform === "win32")("pat run", () => {
  it("gives its command a PAT that works until the command ends, and no other credential", async () => {
    const sandbox = await startSandbox()
    const cwd = temporaryFolder()
    writeFileSync(join(cwd, "rcfile"), "ZPOOLPAT=zpat_OfTheRcfile\n", { mode: 0o600 })
    const script = `env > env; ${shellCommand} hello --json; cat; echo warned >&2`
    const ran = await runCli([...run, "--auth", "jwt", "--", "sh", "-c", script], {
      env: { ...sandbox.env, ZPOOL_RCFILE: join(cwd, "rcfile") },
      input: "from stdin\n",
      cwd,
    })
    expect(ran).toMatchObject({ code: 0, stderr: "warned\n" })
    expect(ran.stdout).toMatch(/"credential": "pat",[\s\S]*\nfrom stdin\n$/)
    const environment = readFileSync(join(cwd, "env"), "utf8")
    const token = /^ZPOOLPAT=(zpat_.+)$/m.exec(environment)?.[1]
    expect(environment).toContain(`\nZPOOL_API_URL=${sandbox.url}\n`)
    expect(environment).not.toContain("PASSWORD")
    const [pat] = await sandbox.pats()
    expect(pat).toMatchObject({ status: "revoked", scopes: ["job"], usage_count: 1 })
    expect(pat?.label).toMatch(/^zpcli run [\w.-]+ [0-9a-f]{8}$/)
    expect(await sandbox.accepts(String(token))).toBe(false)
  })

  it("exits with its command's code, or with 125 to 127 if the command was not started", async () => {
    const sandbox = await startSandbox()
    const cwd = temporaryFolder()
    writeFileSync(join(cwd, "script"), "#!/bin/sh\n", { mode: 0o600 })
    const cases: ReadonlyArray<readonly [number, ReadonlyArray<string>, Record<string, string>?]> = [
      [3, inShell("exit 3")],
      [143, inShell("kill -TERM $$")],
      [137, inShell("kill -KILL $$")],
      [127, [...run, "--", "zpcli-no-such-command"]],
      [126, [...run, "--", "./script"]],
      [125, run],
      [125, ["pat", "run", "--", "true"]],
      [125, [...run, "--expires-in", "999999y", "--", "true"]],
      [125, [...run, "--", "true"], { ZPOOL_PASSWORD: "wrong" }],
    ]
    const codes = await Promise.all(
      cases.map(async ([, args, env]) => (await runCli(args, { env: { ...sandbox.env, ...env }, cwd })).code),
    )
    expect(codes).toEqual(cases.map(([code]) => code))
    expect(await sandbox.active()).toEqual([])
    expect(await sandbox.pats()).toHaveLength(3)
  })

  it("exits with 7 if its command succeeded and the PAT may still work", async () => {
    const sandbox = await startSandbox()
    const env = { ...(await sandbox.behind({ faults: ["DELETE /pat 503"] })), ZPOOL_MAX_RETRIES: "0" }
    const [good, bad] = await Promise.all([
      runCli([...run, "--json", "--", "true"], { env }),
      runCli([...run, "--json", "--", "false"], { env }),
    ])
    const active = await sandbox.active()
    expect(active).toHaveLength(2)
    for (const [{ code, stderr, stdout }, expected] of [
      [good, 7],
      [bad, 1],
    ] as const) {
      expect({ code, stdout }).toEqual({ code: expected, stdout: "" })
      const { error } = JSON.parse(stderr)
      expect(error).toMatchObject({ type: "PatLeft", exitCode: expected, childExitCode: code === 7 ? 0 : 1 })
      expect(active).toContain(error.keyId)
    }
  })

  it("creates another PAT if the answer to the first create was lost, and revokes both", async () => {
    const sandbox = await startSandbox()
    const env = await sandbox.behind({ faults: ["POST /pat after-drop 1"] })
    const ran = await runCli(inShell("echo done"), { env })
    expect(ran).toMatchObject({ code: 0, stdout: "done\n", stderr: "" })
    expect((await sandbox.pats()).map(({ status }) => status)).toEqual(["revoked", "revoked"])
  })

  it("revokes the PAT of a command that ran longer than the sign-in lasts", async () => {
    const sandbox = await startSandboxOn(undefined, [], 1)
    const ran = await runCli(inShell("sleep 2"), { env: sandbox.env })
    expect(ran).toMatchObject({ code: 0, stderr: "" })
    expect(await sandbox.active()).toEqual([])
  })

  /** Sends signals to zpcli once its command runs, with no terminal around. */
  const signalled = async (signals: ReadonlyArray<NodeJS.Signals>, script: string, prepare = ":") => {
    const sandbox = await startSandbox()
    const cwd = temporaryFolder()
    const child = startCli([...inShell(`${prepare}; echo started; ${script}`)], {
      cwd,
      env: sandbox.env,
      detached: true,
    })
    child.stdout?.once("data", () => signals.map((signal) => child.kill(signal)))
    const ran = await ended(child)
    return { ran, cwd, active: await sandbox.active() }
  }

  it("passes signals on, waits for its command, and exits with its code", async () => {
    const loop = "while :; do sleep 0.05; done"
    const died = async (signal: NodeJS.Signals, code: number) => {
      const { active, ran } = await signalled([signal], loop)
      expect({ signal, code: ran.code, active }).toEqual({ signal, code, active: [] })
    }
    const handled = async () => {
      const trap = "trap 'sleep 0.2; echo gone > gone; exit 4' TERM"
      const { active, cwd, ran } = await signalled(["SIGTERM", "SIGTERM"], loop, trap)
      expect(ran).toMatchObject({ code: 4, stderr: "" })
      expect(existsSync(join(cwd, "gone"))).toBe(true)
      expect(active).toEqual([])
    }
    await Promise.all([died("SIGTERM", 143), died("SIGHUP", 129), died("SIGINT", 130), handled()])
  })

  const signalledAtCreate = async (when: "before" | "after") => {
    const sandbox = await startSandbox()
    let stop = () => {}
    const env = await sandbox.behind({ stop: { at: "POST /pat", when }, reached: () => stop() })
    const child = startCli([...run, "--", "true"], { env })
    // The second one must not end it before the first one's work is done.
    stop = () => {
      child.kill("SIGTERM")
      setTimeout(() => child.kill("SIGTERM"), 300)
    }
    const { code, signal, stderr } = await ended(child)
    return { ended: code ?? signal, stderr, active: await sandbox.active() }
  }

  it("leaves no PAT if signals come while it is created", async () => {
    const [before, after] = await Promise.all([signalledAtCreate("before"), signalledAtCreate("after")])
    expect(after).toMatchObject({ ended: 143, active: [] })
    expect(after.stderr).toMatch(
      /^Waiting up to 5 s for the answer.*\nzpcli: Interrupted\. The new PAT \S+ was revoked\./,
    )
    expect(before).toMatchObject({ ended: 143, active: [] })
    expect(before.stderr).toContain("It is unclear whether the PAT")
  })
})

describe.skipIf(noTerminal)("pat run at a terminal", () => {
  it("lets Ctrl-C reach its command, once, and revokes the PAT then", async () => {
    const sandbox = await startSandbox()
    const cwd = temporaryFolder()
    const script = `trap 'echo x >> caught; echo caught; exit 5' INT; echo started; while :; do sleep 0.05; done`
    const ran = await runCliOnTerminal(inShell(script), {
      env: sandbox.env,
      cwd,
      script: [["started", "\u0003"]],
    })
    expect(ran).toMatchObject({ code: 5, echo: true, unused: [] })
    expect(readFileSync(join(cwd, "caught"), "utf8")).toBe("x\n")
    expect(await sandbox.active()).toEqual([])
    // A shell may lose a Ctrl-C that comes while it starts a child, so there is none.
    const died = await runCliOnTerminal(inShell("echo started; exec sleep 20"), {
      env: sandbox.env,
      script: [["started", "\u0003"]],
    })
    expect(died.code).toBe(130)
    expect(await sandbox.active()).toEqual([])
  })

  it("introduces a shell, and no other command", async () => {
    const sandbox = await startSandbox()
    const env = { ...sandbox.env, PATH: pathWithProgram(), PS1: "> ", HOME: temporaryFolder() }
    const shell = await runCliOnTerminal(["pat", "run", "--scope", "job", "--label", "mine", "--", "sh"], {
      env,
      script: [
        ["> ", "zpcli pat list --quiet --label mine --status active | wc -l\r"],
        ["> ", "exit 3\r"],
      ],
    })
    expect(shell).toMatchObject({ code: 3, unused: [] })
    expect(shell.output).toContain(
      'In this shell, zpcli is signed in with the new PAT "mine".\nTo leave and revoke the PAT, type exit.\n',
    )
    expect(shell.output).toMatch(/\nThe PAT "mine" was revoked\.\n$/)
    expect(shell.output).not.toContain("zpat_")
    expect(await sandbox.active()).toEqual([])
    const command = await runCliOnTerminal(inShell("echo done"), { env })
    expect(command).toMatchObject({ code: 0, output: "done\n" })
  })

  it("leaves what is typed after the password to its command", async () => {
    const sandbox = await startSandbox()
    const { ZPOOL_PASSWORD = "", ...env } = sandbox.env
    const ran = await runCliOnTerminal(inShell('echo name?; read name; echo "hello $name"'), {
      env,
      script: [
        ["[Pp]assword.*: ", `${ZPOOL_PASSWORD}\r`],
        ["name\\?", "Ada\r"],
      ],
    })
    expect(ran).toMatchObject({ code: 0, echo: true, unused: [] })
    expect(ran.output).toContain("hello Ada\n")
  })
})

it("pat run --for is refused with its new name", async () => {
  const ran = await runCli([...run, "--for", "8h", "--", "true"])
  expect(ran).toMatchObject({ code: 125, stderr: expect.stringContaining("Did you mean --expires-in?") })
})
