/** Scripts whose interpreter can't be started, as the COMMAND after `--`. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { runCli } from "../support/program/program.ts"
import { startSandbox, temporaryFolder } from "../support/sandbox.ts"

const create = ["pat", "create", "CI", "--scope", "job"]

/** A sandbox, and a working folder with a script `deploy` of a text; `other` has an interpreter that is missing. */
const world = async (text: string, ...folders: ReadonlyArray<string>) => {
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
    const { sandbox, zpcli } = await world(text)
    for (const name of ["./deploy", "deploy"]) {
      const ran = await zpcli(...create, "--", name)
      expect(ran).toMatchObject({ code: 126, stdout: "" })
      const [message, hint] = ran.stderr.split("\n")
      expect(message).toBe(`zpcli: ${name} can't be run: ${says}.`)
      expect(hint).toBe(
        text.includes("\r")
          ? `Save ${name} with Unix line endings (LF), for example with dos2unix.`
          : `Install it, or correct the first line of ${name}.`,
      )
    }
    expect(sandbox.requests).toEqual([])
  })

  it.each([
    ["pat", "run", "--scope", "job"],
    ["pat", "rotate", "--label", "CI", "--or-create", "--scope", "job"],
    ["sandbox"],
  ])("is refused by %s %s likewise", async (...args) => {
    const { sandbox, zpcli } = await world("#!/usr/bin/env -S no-such-shell -e\n")
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
    const { cwd, zpcli } = await world(`${text}cat > store\n`)
    // A script without its first line is run by the C library of Linux as shells do it.
    if (process.platform !== "linux" && !text.startsWith("#!/")) return
    expect(await zpcli(...create, "--", "./deploy")).toMatchObject({ code: 0, stderr: "" })
    expect(readFileSync(join(cwd, "store"), "utf8")).toMatch(/^zpat_/)
  })

  it("is passed over on PATH, as by the system, where another one of its name can be run", async () => {
    const later = temporaryFolder()
    writeFileSync(join(later, "deploy"), "#!/bin/sh\ncat > store\n", { mode: 0o755 })
    const { cwd, zpcli } = await world("#!/no/such/shell\n", later)
    expect(await zpcli(...create, "--", "deploy")).toMatchObject({ code: 0, stderr: "" })
    expect(readFileSync(join(cwd, "store"), "utf8")).toMatch(/^zpat_/)
  })
})
