import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { json, text } from "../support/http/answer.ts"
import { startScripted } from "../support/http/scripted.ts"
import { binary, ended, program, runCli, startCli } from "../support/program/program.ts"
import { startSandbox } from "../support/sandbox.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

/** A sandbox with a PAT, and a folder for files and programs of a test. */
const start = async () => {
  const sandbox = await startSandbox()
  const { token } = await sandbox.call("POST", "/pat", { label: "CI", scopes: ["pat"] })
  const folder = temporaryFolder()
  const place = (name: string, text: string, mode = 0o600) => {
    const path = join(folder, name)
    writeFileSync(path, text, { mode })
    return path
  }
  return { sandbox, token: String(token), folder, place, env: { ZPOOL_API_URL: sandbox.url } }
}

/** A command that prints a text and counts how often it runs. */
const counted = (folder: string, text: string) => ({
  command: `echo x >> '${folder}/runs'; echo '${text}'; echo unlocked >&2`,
  runs: () => (existsSync(join(folder, "runs")) ? readFileSync(join(folder, "runs"), "utf8").length / 2 : 0),
})

describe("a PAT", () => {
  it("from a file or a command signs in, and hello names the variable", async () => {
    const { env, folder, place, token } = await start()
    const { command, runs } = counted(folder, token)
    const file = place("pat", `${token}\n`)
    const byFile = await runCli(["hello"], { env: { ...env, ZPOOLPAT_FILE: file } })
    expect(byFile).toMatchObject({ code: 0, stderr: "" })
    expect(byFile.stdout).toContain("Signed in with: the PAT from ZPOOLPAT_FILE\n")
    const byCommand = await runCli(["hello", "--json"], { env: { ...env, ZPOOLPAT_COMMAND: command } })
    expect(byCommand).toMatchObject({ code: 0, stderr: "unlocked\n" })
    expect(JSON.parse(byCommand.stdout)).toMatchObject({ credential: "pat", source: "ZPOOLPAT_COMMAND" })
    expect(runs()).toBe(1)
  })

  it("from a command in the rcfile is fetched once in a run, and not for --help, another credential or a wrong command line", async () => {
    const { env, folder, place, sandbox, token } = await start()
    const { command, runs } = counted(folder, token)
    const rcfile = place("zpoolrc", `ZPOOLPAT_COMMAND="${command}"\n`)
    const run = (args: ReadonlyArray<string>, more = {}) =>
      runCli([...args, "--rcfile", rcfile], { env: { ...env, ...more } })
    await run(["pat", "list", "--help"])
    expect(await run(["pat", "create", "x", "--scope", "jobb"])).toMatchObject({ code: 2 })
    expect((await run(["hello", "--auth", "jwt"], sandbox.env)).code).toBe(0)
    expect(await run(["hello"], { ZPOOLPAT: token })).toMatchObject({ code: 0 })
    expect(runs()).toBe(0)
    const ids = await Promise.all(
      ["a", "b", "c"].map((label) => sandbox.call("POST", "/pat", { label, scopes: ["job"] })),
    )
    const revoked = await run(["pat", "revoke", ...ids.map(({ key_id }) => String(key_id)), "--yes"])
    expect(revoked).toMatchObject({ code: 0, stderr: "unlocked\n" })
    expect(runs()).toBe(1)
  })

  it("that is rejected is named by its variable, in the hint too", async () => {
    const { env, place } = await start()
    const file = place("pat", "zpat_0123456789abcdef")
    const byFile = await runCli(["pat", "list"], { env: { ...env, ZPOOLPAT_FILE: file } })
    expect(byFile).toMatchObject({ code: 4, stdout: "" })
    expect(byFile.stderr).toContain("The API rejected the PAT from ZPOOLPAT_FILE")
    expect(byFile.stderr).toContain("Put a valid PAT into the file that ZPOOLPAT_FILE names")
    const rcfile = place("zpoolrc", "ZPOOLPAT_COMMAND=echo zpat_0123456789abcdef\n")
    const byCommand = await runCli(["pat", "list", "--rcfile", rcfile], { env })
    expect(byCommand).toMatchObject({ code: 4, stdout: "" })
    expect(byCommand.stderr).toContain(`The API rejected the PAT from ZPOOLPAT_COMMAND in ${rcfile}`)
  })

  it("that isn't available causes exit code 4 and an error with the variable's name, without a request", async () => {
    const { env, sandbox } = await start()
    const fails = "echo locked >&2; echo zpat_0123456789abcdef; exit 3"
    const ran = await runCli(["pat", "list", "--json"], { env: { ...env, ZPOOLPAT_COMMAND: fails } })
    expect(ran).toMatchObject({ code: 4, stdout: "" })
    const [shown, json = ""] = ran.stderr.split("\n")
    expect(shown).toBe("locked")
    expect(JSON.parse(json).error).toMatchObject({
      type: "SecretUnavailable",
      message: "Not signed in: the command in ZPOOLPAT_COMMAND failed with exit code 3.",
      childExitCode: 3,
    })
    expect(ran.stderr).not.toContain("zpat_")
    const missing = await runCli(["pat", "list"], { env: { ...env, ZPOOLPAT_FILE: "/no/such/file" } })
    expect(missing.code).toBe(4)
    expect(missing.stderr).toContain("the file /no/such/file (ZPOOLPAT_FILE) does not exist")
    expect(sandbox.requests).toEqual([])
  })

  it("written to /dev/stdout, which can't be opened, causes an error that says what to do instead", async () => {
    const { env, token } = await start()
    const run = (command: string) => runCli(["hello"], { env: { ...env, ZPOOLPAT_COMMAND: command } })
    expect(await run(`echo ${token} | tee /dev/stderr 2>/dev/null`)).toMatchObject({ code: 0 })
    expect(await run(`(echo ${token} > /dev/stdout) | cat`)).toMatchObject({ code: 0 })
    if (process.platform !== "linux") return
    for (const command of [`echo ${token} > /dev/stdout`, `echo ${token} | dd of=/dev/fd/1; true`]) {
      const ran = await run(command)
      expect(ran).toMatchObject({ code: 4, stdout: "" })
      expect(ran.stderr).toContain("\nIt can't open /dev/stdout,")
      expect(ran.stderr).not.toContain(token)
    }
  })

  it("from the user's own shell isn't used in the sandbox", async () => {
    const { folder, token } = await start()
    const { command, runs } = counted(folder, token)
    const env = { ZPOOLPAT_COMMAND: command, ZPOOL_PASSWORD_FILE: "/no/such/file" }
    const ran = await runCli(["sandbox", "--", binary, ...program, "hello"], { env })
    expect(ran).toMatchObject({ code: 0 })
    expect(ran.stdout).toContain("username and password, as demo")
    expect(runs()).toBe(0)
  })
})

describe("a password", () => {
  it("from a command isn't fetched if a JWT is cached", async () => {
    const { folder, sandbox } = await start()
    const { command, runs } = counted(folder, sandbox.env.ZPOOL_PASSWORD as string)
    const cache = join(folder, "cache")
    mkdirSync(cache, { mode: 0o700 })
    const env = {
      ...sandbox.env,
      ZPOOL_PASSWORD: "",
      ZPOOL_PASSWORD_COMMAND: command,
      ZPOOL_TOKEN_CACHE_DIR: cache,
    }
    const first = await runCli(["hello"], { env })
    expect(first).toMatchObject({ code: 0, stderr: "unlocked\n" })
    expect(first.stdout).toContain("username and the password from ZPOOL_PASSWORD_COMMAND, as demo")
    expect(await runCli(["hello"], { env })).toMatchObject({ code: 0, stderr: "" })
    expect(runs()).toBe(1)
  })

  it("in a file is named by its variable if it is wrong", async () => {
    const { place, sandbox } = await start()
    const env = { ...sandbox.env, ZPOOL_PASSWORD: "", ZPOOL_PASSWORD_FILE: place("pw", "wrong\n") }
    const { code, stderr } = await runCli(["hello"], { env })
    expect(code).toBe(4)
    expect(stderr).toContain("Check ZPOOL_USER and ZPOOL_PASSWORD_FILE")
  })
})

describe.skipIf(process.platform === "win32")("SIGINT while a command fetches the PAT", () => {
  it.each([["hello"], ["pat create x --scope job --token-only"]])("ends it and %s with 130", async (line) => {
    const { env, folder, sandbox } = await start()
    const pid = join(folder, "pid")
    const command = `sh -c 'echo $$ > ${pid}.new; mv ${pid}.new ${pid}; exec sleep 30'; true`
    const child = startCli([...line.split(" ")], { env: { ...env, ZPOOLPAT_COMMAND: command } })
    const end = ended(child)
    while (!existsSync(pid)) await new Promise((resolve) => setTimeout(resolve, 20))
    child.kill("SIGINT")
    const { code, signal, stdout } = await end
    expect({ code: code ?? signal, stdout }).toEqual({ code: expect.toBeOneOf([130, "SIGINT"]), stdout: "" })
    // It may be a zombie where nobody waits for orphans, as in a container.
    const { stdout: state } = spawnSync("ps", ["-o", "stat=", "-p", readFileSync(pid, "utf8").trim()])
    expect(String(state)).toMatch(/^(Z.*\n)?$/)
    expect(sandbox.requests).toEqual([])
  })
})

/** An rcfile with a PAT. */
const rcfileWith = (pat: string) => {
  const path = join(temporaryFolder(), "zpoolrc")
  writeFileSync(path, `ZPOOLPAT=${pat}\n`, { mode: 0o600 })
  return path
}

describe("a PAT from the rcfile", () => {
  it.each([
    [401, "The API rejected the PAT"],
    [403, "needs the scope pat"],
  ])("that is answered with %d is named by its file", async (status, words) => {
    const rcfile = rcfileWith("zpat_0123456789abcdef")
    const { url } = await startScripted(json(status, { message: "no" }))
    const env = { ZPOOL_API_URL: url }
    const { code, stderr } = await runCli(["pat", "list", "--rcfile", rcfile], { env })
    expect(code).toBe(4)
    const [message, hint] = stderr.split("\n")
    expect(message).toContain(`the PAT in ${rcfile}`)
    expect(message).toContain(words)
    expect(message).not.toContain("ZPOOLPAT")
    expect(hint).not.toContain("Set ZPOOLPAT")
  })

  it("is named by its file in hello", async () => {
    const sandbox = await startSandbox()
    const { token } = await sandbox.call("POST", "/pat", { label: "CI", scopes: ["job"] })
    const rcfile = rcfileWith(String(token))
    const env = { ZPOOL_API_URL: sandbox.url }
    const { stdout } = await runCli(["hello", "--rcfile", rcfile], { env })
    expect(stdout).toContain(`Signed in with: the PAT in ${rcfile}\n`)
  })

  it("isn't named if the environment's PAT is used", async () => {
    const rcfile = rcfileWith("zpat_0123456789abcdef")
    const { env } = await startScripted(json(401, {}))
    const { stderr } = await runCli(["pat", "list", "--rcfile", rcfile], { env })
    expect(stderr).toContain("The API rejected the PAT in ZPOOLPAT")
    expect(stderr).not.toContain(rcfile)
  })
})

describe("a rotation signed in with a password", () => {
  it.each(["GET /hello 401", "GET /hello 403"])(
    "whose check fails with %s blames only the new PAT",
    async (fault) => {
      const sandbox = await startSandbox()
      const { key_id } = await sandbox.call("POST", "/pat", { label: "CI", scopes: ["job"] })
      const env = await sandbox.behind({ faults: [fault] })
      const { code, stderr } = await runCli(["pat", "rotate", String(key_id), "--yes"], { env })
      expect(code).toBe(9)
      expect(stderr).toContain("could not be checked")
      expect(stderr).not.toMatch(/ZPOOLPAT|scope|--auth/)
    },
    30_000,
  )
})

describe("a 403 that is a web page", () => {
  it("doesn't blame the account", async () => {
    const { url } = await startScripted({
      "POST /login": json(200, { message: "ok", detail: { access_token: "eyJ0.eyJ1.c2ln", expires_in: 60 } }),
      "GET /pat": text(403, "<html>Blocked</html>"),
    })
    const env = { ZPOOL_API_URL: url, ZPOOL_USER: "ada", ZPOOL_PASSWORD: "correct-horse" }
    const { code, stderr } = await runCli(["pat", "list"], { env })
    expect(code).toBe(4)
    expect(stderr).toContain("may not have come from the API")
    expect(stderr).not.toContain("account")
  })
})
