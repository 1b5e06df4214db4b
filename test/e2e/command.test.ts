import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { ended, runCli, startCli } from "../support/program/program.ts"
import { startSandbox } from "../support/sandbox.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const create = ["pat", "create", "CI", "--scope", "job"]

/** A sandbox, and a folder that is the working one. */
const start = async () => {
  const sandbox = await startSandbox()
  const cwd = temporaryFolder()
  const { env } = sandbox
  const zpcli = (...args: ReadonlyArray<string>) => runCli(args, { env, cwd })
  return { sandbox, cwd, env, zpcli, store: join(cwd, "store") }
}

describe.skipIf(process.platform === "win32")("a command after --", () => {
  it("gets the token from create, and stdout holds only the result", async () => {
    const { env, cwd, sandbox, store } = await start()
    const ran = await runCli(
      [...create, "--", "sh", "-c", "cat > store; echo said; echo warned >&2; env > env"],
      { env: { ...env, ZPOOL_PASSWORD_FILE: "" }, cwd },
    )
    expect(ran).toMatchObject({
      code: 0,
      stdout: "PAT created successfully!\nID: law-hotel-shape-community\nToken: passed to sh\n",
      stderr: "said\nwarned\n",
    })
    expect(await sandbox.accepts(readFileSync(store, "utf8"))).toBe(true)
    expect(readFileSync(join(cwd, "env"), "utf8")).not.toMatch(/^ZPOOL(PAT|_PASSWORD)/m)
  })

  it("gets the token from rotate, and then the old PAT is revoked", async () => {
    const { sandbox, store, zpcli } = await start()
    const { key_id } = await sandbox.call("POST", "/pat", { label: "CI", scopes: ["job"] })
    const ran = await zpcli("pat", "rotate", key_id as string, "--yes", "--json", "--", "tee", "store")
    const token = readFileSync(store, "utf8")
    expect(ran).toMatchObject({ code: 0, stderr: token })
    expect(JSON.parse(ran.stdout)).toEqual({
      message: "PAT rotated",
      rotated: true,
      detail: {
        key_id: "market-night-plain-object",
        expiry_at: null,
        replaced: ["law-hotel-shape-community"],
      },
    })
    expect(await sandbox.accepts(token)).toBe(true)
    expect(await sandbox.statuses()).toEqual(["revoked", "active"])
  })

  it("that fails costs only the new PAT", async () => {
    const { sandbox, zpcli } = await start()
    const { key_id } = await sandbox.call("POST", "/pat", { label: "CI", scopes: ["job"] })
    const ran = await zpcli(
      ...["pat", "rotate", key_id as string, "--yes", "--json", "--", "sh", "-c", "cat >/dev/null; exit 3"],
    )
    expect(ran).toMatchObject({ code: 9, stdout: "" })
    expect(JSON.parse(ran.stderr).error).toMatchObject({
      type: "RotationStopped",
      keyId: "market-night-plain-object",
      oldKeyId: key_id,
      delivered: false,
      childExitCode: 3,
      exitCode: 9,
    })
    expect(await sandbox.statuses()).toEqual(["active", "revoked"])
  })

  it("that can't be started is refused before anything is sent", async () => {
    const { cwd, sandbox, zpcli } = await start()
    writeFileSync(join(cwd, "script"), "#!/bin/sh\n", { mode: 0o600 })
    expect(await zpcli(...create, "--", "zpcli-no-such-command")).toMatchObject({ code: 127, stdout: "" })
    expect(await zpcli(...create, "--", "./script")).toMatchObject({ code: 126, stdout: "" })
    expect(sandbox.requests).toEqual([])
  })

  it("that opens /dev/stdin works through cat, as the hint says", async () => {
    const { sandbox, store, zpcli } = await start()
    const hint = "-- sh -c 'cat | COMMAND'"
    if (process.platform === "linux") {
      for (const command of [
        ["cp", "/dev/stdin", "store"],
        ["sh", "-c", "cat /dev/stdin > store; true"],
      ]) {
        const ran = await zpcli(...create, "--", ...command)
        expect(ran).toMatchObject({ code: 9, stdout: "" })
        expect(ran.stderr.trimEnd().endsWith(hint), ran.stderr).toBe(true)
      }
      expect(await sandbox.statuses()).toEqual(["revoked", "revoked"])
    }
    expect(await zpcli(...create, "--", "sh", "-c", "cat | cp /dev/stdin store")).toMatchObject({ code: 0 })
    expect(await sandbox.accepts(readFileSync(store, "utf8"))).toBe(true)
    // One that has read the token has no such trouble.
    const ran = await zpcli(...create, "--", "sh", "-c", "cat >/dev/null; exit 3")
    expect(ran.code).toBe(9)
    expect(ran.stderr).not.toContain("/dev/stdin")
  })

  it.each([
    ["", "denied"],
    ["", ""],
    ["--json", "denied\n"],
  ])("doesn't share its last line with the error: %s after %j", async (json, said) => {
    const { zpcli } = await start()
    const args = json === "" ? [] : [json]
    const first = json === "" ? "zpcli: " : '{"error":{"type":'
    const fails = ["--", "sh", "-c", `cat >/dev/null; printf '${said}' >&2; exit 3`]
    const delivered = await zpcli(...create, ...args, ...fails)
    expect(delivered.code).toBe(9)
    expect(delivered.stderr.startsWith(said)).toBe(true)
    const lines = delivered.stderr.split("\n")
    expect(lines.filter((line) => line.includes(first))).toEqual([
      expect.stringMatching(/^(zpcli: |\{"error")/),
    ])
    if (said !== "") expect(lines[0]).toBe("denied")
  })

  it("is refused without a label, or together with another delivery", async () => {
    const { sandbox, zpcli } = await start()
    for (const args of [
      ["pat", "create", "--scope", "job", "--", "tee", "store"],
      [...create, "--token-only", "--", "tee"],
      [...create, "--out", "file", "--", "tee"],
      [...create, "--"],
    ]) {
      expect(await zpcli(...args), args.join(" ")).toMatchObject({ code: 2, stdout: "" })
    }
    expect(sandbox.requests).toEqual([])
  })

  /** Sends a signal to zpcli once its command has read the token and writes a line, with no terminal around. */
  const signalled = async (signal: NodeJS.Signals, script: string) => {
    const { cwd, env, sandbox } = await start()
    const child = startCli([...create, "--json", "--", "sh", "-c", `cat > store; ${script}`], {
      cwd,
      env,
      detached: true,
    })
    child.stderr?.once("data", () => child.kill(signal))
    return { ran: await ended(child), sandbox, cwd }
  }

  it.for([
    ["SIGTERM", 143],
    ["SIGHUP", 129],
    ["SIGINT", 130],
  ] as const)("gets %s, and its PAT is revoked once it has ended", async ([signal, code]) => {
    const script = `trap 'echo gone > gone; exit 4' TERM HUP INT; echo; while :; do sleep 0.05; done`
    const { cwd, ran, sandbox } = await signalled(signal, script)
    expect(ran).toMatchObject({ code, stdout: "" })
    expect(JSON.parse(ran.stderr.trim()).error).toMatchObject({
      type: "TokenUndelivered",
      childExitCode: 4,
      exitCode: code,
    })
    expect(existsSync(join(cwd, "gone"))).toBe(true)
    expect(await sandbox.statuses()).toEqual(["revoked"])
  })

  it("that stores the token despite a signal keeps its PAT", async () => {
    const script = "trap 'exit 0' TERM; echo; while :; do sleep 0.05; done"
    const { cwd, ran, sandbox } = await signalled("SIGTERM", script)
    expect(ran.code).toBe(143)
    expect(JSON.parse(ran.stdout)).toEqual({
      message: "PAT created",
      detail: { key_id: "law-hotel-shape-community" },
    })
    expect(await sandbox.accepts(readFileSync(join(cwd, "store"), "utf8"))).toBe(true)
  })
})

// Scripts whose interpreter can't be started, as the COMMAND after `--`.

/** A sandbox, and a working folder with a script `deploy` of a text; `other` has an interpreter that is missing. */
const withScript = async (text: string, ...folders: ReadonlyArray<string>) => {
  const sandbox = await startSandbox()
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, "deploy"), text, { mode: 0o755 })
  writeFileSync(join(cwd, "other"), "#!/no/such/shell\n", { mode: 0o755 })
  const PATH = [cwd, ...folders, process.env.PATH].join(":")
  return {
    cwd,
    sandbox,
    zpcli: (...args: ReadonlyArray<string>) => runCli(args, { env: { ...sandbox.env, PATH }, cwd }),
  }
}

describe.skipIf(process.platform === "win32")("a script after --", () => {
  it.each<[text: string, says: string]>([
    ["#!/bin/sh\r\ncat\r\n", "its interpreter /bin/sh\\r was not found"],
    ["#!/no/such/shell -e\n", "its interpreter /no/such/shell was not found"],
    ["#! \t/no/such/shell", "its interpreter /no/such/shell was not found"],
    ["#!no-such-shell\n", "its interpreter no-such-shell was not found"],
    ["#!/bin/sh/x\n", "its interpreter /bin/sh/x was not found"],
    ["#!/etc/passwd\n", "its interpreter /etc/passwd can't be executed (EACCES)"],
    ["#!/\n", "its interpreter / can't be executed (EISDIR)"],
    ["#!/usr/bin/env no-such-shell\n", "its interpreter no-such-shell was not found"],
    ["#!/usr/bin/env bash\r\n", "its interpreter bash\\r was not found"],
    ["#!/usr/bin/env -S A=b no-such-shell -e\n", "its interpreter no-such-shell was not found"],
    ["#!/usr/bin/env -Sno-such-shell\n", "its interpreter no-such-shell was not found"],
    ["#!./other\n", "its interpreter /no/such/shell was not found"],
    ["#!/usr/bin/env other\n", "its interpreter /no/such/shell was not found"],
    ["#!/no/such/\u001b[31m\n", "its interpreter /no/such/\\x1b[31m was not found"],
  ])("that begins with %j is refused before anything is sent", async (text, says) => {
    const { sandbox, zpcli } = await withScript(text)
    // By its path or on the PATH: which of them does not depend on the text.
    const name = text.length % 2 === 0 ? "./deploy" : "deploy"
    const ran = await zpcli(...create, "--", name)
    expect(ran).toMatchObject({ code: 126, stdout: "" })
    const [message, hint] = ran.stderr.split("\n")
    expect(message).toBe(`zpcli: ${name} can't be run: ${says}.`)
    expect(hint).toBe(
      text.includes("\r")
        ? `Save ${name} with Unix line endings (LF), for example with dos2unix.`
        : `Install it, or correct the first line of ${name}.`,
    )
    expect(sandbox.requests).toEqual([])
  })

  it.each([
    ["pat", "run", "--scope", "job"],
    ["pat", "rotate", "--label", "CI", "--or-create", "--scope", "job"],
    ["sandbox"],
  ])("is refused by %s %s too", async (...args) => {
    const { sandbox, zpcli } = await withScript("#!/usr/bin/env -S no-such-shell -e\n")
    const ran = await zpcli(...args.filter(Boolean), "--", "./deploy")
    expect(ran).toMatchObject({ code: 126, stdout: "" })
    expect(ran.stderr).toContain("its interpreter no-such-shell was not found")
    expect(sandbox.requests).toEqual([])
  })

  it.each([
    "#!/bin/sh\n",
    "#! /bin/sh -e\n",
    "#!/usr/bin/env sh\n",
    "#!/usr/bin/env -S A=b sh -e\n",
    "#!/usr/bin/env -S -u A sh\n",
    "",
    "#!\n",
  ])("that begins with %j gets the token", async (text) => {
    const { cwd, zpcli } = await withScript(`${text}cat > store\n`)
    // A script without its first line is run by the C library of Linux as shells do it.
    if (process.platform !== "linux" && !text.startsWith("#!/")) return
    expect(await zpcli(...create, "--", "./deploy")).toMatchObject({ code: 0, stderr: "" })
    expect(readFileSync(join(cwd, "store"), "utf8")).toMatch(/^zpat_/)
  })

  it("is skipped on the PATH if another one with that name can be run", async () => {
    const later = temporaryFolder()
    writeFileSync(join(later, "deploy"), "#!/bin/sh\ncat > store\n", { mode: 0o755 })
    const { cwd, zpcli } = await withScript("#!/no/such/shell\n", later)
    expect(await zpcli(...create, "--", "deploy")).toMatchObject({ code: 0, stderr: "" })
    expect(readFileSync(join(cwd, "store"), "utf8")).toMatch(/^zpat_/)
  })
})
