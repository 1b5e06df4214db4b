import { spawnSync } from "node:child_process"
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { runInProcess } from "../support/program/inProcess.ts"
import { cleanEnv, ended, pathWithProgram, runCli, runShell, startCli } from "../support/program/program.ts"
import { exampleOf } from "../support/program/snippets.ts"
import { startSandbox } from "../support/sandbox.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"
import { noTerminal, runCliOnTerminal } from "../support/terminal/pty.ts"

const sandboxed = (line: string, env: Record<string, string> = {}, flags: ReadonlyArray<string> = []) =>
  runCli(["sandbox", ...flags, "--", "sh", "-c", line], { env })

describe("zpcli sandbox -- COMMAND", () => {
  it.each([0, 42])("exits with the command's code, %d", async (code) => {
    expect(await sandboxed(`exit ${code}`)).toMatchObject({ code, stdout: "", stderr: "" })
  })

  it("exits as a shell does when a signal ends the command", async () => {
    expect((await sandboxed("kill -TERM $$")).code).toBe(143)
  })

  it("exits 127 if the command doesn't exist, and 126 if it can't be run", async () => {
    const missing = await runCli(["sandbox", "--", "no-such-command-of-ours"])
    expect(missing).toMatchObject({
      code: 127,
      stdout: "",
      stderr:
        "zpcli: no-such-command-of-ours: command not found.\nCheck the spelling of the command after --, and your PATH.\n",
    })
    expect((await runCli(["sandbox", "--", "/"])).code).toBe(126)
  })

  it("sets the variables for the command", async () => {
    const { stdout } = await sandboxed('echo "$ZPOOL_API_URL|$ZPOOL_USER|$ZPOOL_PASSWORD|$ZPOOLPAT|"')
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1\|demo\|demo\|\|\n$/)
  })

  it("keeps a PAT of the rcfile from being used", async () => {
    const home = temporaryFolder()
    mkdirSync(join(home, ".config/zpools.io"), { recursive: true })
    writeFileSync(join(home, ".config/zpools.io/zpoolrc"), "ZPOOLPAT=zpat_of_the_real_account\n", {
      mode: 0o600,
    })
    const ran = await sandboxed("zpcli hello", { HOME: home, PATH: pathWithProgram() })
    expect(ran).toMatchObject({ code: 0, stderr: "" })
  })

  it.each([
    [{}, "127.0.0.1|127.0.0.1"],
    [{ NO_PROXY: "example.com" }, "example.com,127.0.0.1|example.com,127.0.0.1"],
    [{ NO_PROXY: "*" }, "*|*"],
  ])("adds itself to NO_PROXY: %j becomes %s", async (env, expected) => {
    expect((await sandboxed('echo "$NO_PROXY|$no_proxy"', env)).stdout).toBe(`${expected}\n`)
  })

  it.each(["SIGHUP", "SIGTERM"] as const)(
    "passes %s on to the command, and waits for its end",
    async (signal) => {
      const script = `process.on("${signal}", () => setTimeout(() => { console.log("ended"); process.exit(9) }, 200)); console.log("ready"); setInterval(() => {}, 1000)`
      const child = startCli(["sandbox", "--", process.execPath, "-e", script], {
        stdio: ["ignore", "pipe", "inherit"],
      })
      child.stdout?.on("data", (chunk) => {
        if (String(chunk).includes("ready")) child.kill(signal)
      })
      expect(await ended(child)).toMatchObject({ code: 9, stdout: "ready\nended\n" })
    },
  )

  it("passes stdin and both outputs through", async () => {
    const ran = await runCli(["sandbox", "--", "sh", "-c", "cat; echo told >&2"], { input: "given\n" })
    expect(ran).toEqual({ code: 0, signal: null, stdout: "given\n", stderr: "told\n" })
  })

  it("runs zpcli without the environment's own PAT, from create to revoke", async () => {
    const real = await startSandbox()
    const line =
      "zpcli pat create ci --scope job && zpcli pat list && zpcli pat revoke law-hotel-shape-community --json"
    const env = { ...real.env, ZPOOLPAT: "zpat_of_the_real_account", PATH: pathWithProgram() }
    const ran = await sandboxed(line, env)
    expect(ran).toMatchObject({ code: 0, stderr: "" })
    expect(ran.stdout).toMatch(/^PAT created successfully!\nID: law-hotel-shape-community\n/)
    expect(real.requests).toEqual([])
  })

  it("fails as --fail says", async () => {
    const ran = await sandboxed("zpcli pat list", { PATH: pathWithProgram() }, ["--fail", "GET /pat 418"])
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain("status 418")
  })

  it("keeps its PATs in memory: --state is refused, and the file that it names isn't touched", async () => {
    // Like /dev/null, a pipe is what a rename over it would destroy.
    const decoy = join(temporaryFolder(), "decoy")
    spawnSync("mkfifo", [decoy])
    const ran = await sandboxed("echo ran", {}, ["--state", decoy])
    expect(ran).toMatchObject({ code: 2, stdout: "" })
    expect(ran.stderr).toContain("--state")
    expect(lstatSync(decoy).isFIFO()).toBe(true)
    expect(readdirSync(dirname(decoy))).toEqual(["decoy"])
  })

  it.each([
    ["--port", "99999"],
    ["--port", "x"],
    ["--jwt-seconds", "-1"],
    ["--fail", "nonsense"],
  ])("refuses %s %s with 2 and runs nothing", async (option, value) => {
    const ran = await runInProcess(["sandbox", `${option}=${value}`, "--", "echo", "ran"], {})
    expect(ran).toMatchObject({ code: 2, stdout: "" })
    expect(ran.stderr).toMatch(/^zpcli: /)
  })
})

describe("the rcfile of a sandbox", () => {
  /** Runs a script in a sandbox, with a home and a folder for temporary files of its own; gives what is left in that. */
  const withRcfile = async (line: string) => {
    const [home, TMPDIR] = [temporaryFolder(), temporaryFolder()]
    mkdirSync(join(home, ".config/zpools.io"), { recursive: true })
    const own = join(home, ".config/zpools.io/zpoolrc")
    writeFileSync(own, "ZPOOLPAT=zpat_of_the_real_account\n", { mode: 0o600 })
    const ran = await sandboxed(line, { HOME: home, TMPDIR, PATH: pathWithProgram() })
    expect(readFileSync(own, "utf8")).toBe("ZPOOLPAT=zpat_of_the_real_account\n")
    return { ...ran, left: readdirSync(TMPDIR) }
  }

  it("keeps the PAT of --save and of login until the end", async () => {
    const ran = await withRcfile(`set -e
zpcli pat create mine --scope pat --save >/dev/null
zpcli hello --auth pat | sed -n 1p
zpcli pat create other --scope pat --token-only | zpcli login | sed 's/:.*//'
zpcli pat list -q`)
    expect(ran).toEqual({
      code: 0,
      signal: null,
      stderr: "",
      stdout:
        "Hello demo\nHello demo\nReplaced the PAT in\nAPI\nlaw-hotel-shape-community\nmarket-night-plain-object\n",
      left: [],
    })
  })

  it("is a private file in a private folder, and can be removed", async () => {
    const ran = await withRcfile(`ls -ld "$(dirname "$ZPOOL_RCFILE")" "$ZPOOL_RCFILE" | cut -c1-10
rm -r "$(dirname "$ZPOOL_RCFILE")"; exit 3`)
    expect(ran).toMatchObject({ code: 3, stderr: "", left: [] })
    expect(ran.stdout.split("\n").toSorted()).toEqual(["", "-rw-------", "drwx------"])
  })

  it("that can't be created is an error before the command starts", async () => {
    const ran = await sandboxed("echo ran", { TMPDIR: join(temporaryFolder(), "none") })
    expect(ran).toMatchObject({ code: 2, stdout: "" })
    expect(ran.stderr).toBe(
      "zpcli: The system's folder for temporary files can't be written to (ENOENT).\nSet TMPDIR to a folder of your own.\n",
    )
  })

  it.each(["SIGTERM", "SIGQUIT"] as const)(
    "is there as long as the sandbox serves, and gone after %s",
    async (signal) => {
      const { child, ended, printed } = await serving()
      const [, path = ""] = /ZPOOL_RCFILE='(.*)'/.exec(printed) ?? []
      expect(statSync(path).isFile()).toBe(true)
      child.kill(signal)
      await ended
      expect(existsSync(path)).toBe(false)
      expect(existsSync(dirname(path))).toBe(false)
    },
  )
})

/** Starts `zpcli sandbox`; gives the process, and what it prints once it serves. */
const serving = async (...flags: ReadonlyArray<string>) => {
  const child = startCli(["sandbox", ...flags], {
    // Killed at the end of a test, it removes nothing.
    env: cleanEnv({ TMPDIR: temporaryFolder() }),
    stdio: ["ignore", "pipe", "ignore"],
  })
  onTestFinished(() => void child.kill("SIGKILL"))
  let printed = ""
  await new Promise<void>((resolve) => {
    child.stdout?.setEncoding("utf8").on("data", (chunk) => {
      printed += chunk
      if (/ZPOOL_RCFILE=.*\n/.test(printed)) resolve()
    })
  })
  const ended = new Promise((resolve) => child.on("close", (code, signal) => resolve([code, signal])))
  return { child, printed, ended }
}

describe("zpcli sandbox without a command", () => {
  it("prints only the variables into a pipe, for a shell to source, and serves", async () => {
    const { printed } = await serving()
    expect(printed.split("\n").map((line) => line.replace(/='.*'$/, "=''"))).toEqual([
      "export ZPOOL_API_URL=''",
      "export ZPOOL_USER=''",
      "export ZPOOL_PASSWORD=''",
      "export ZPOOLPAT=''",
      "export ZPOOL_RCFILE=''",
      "",
    ])
    const script = `${printed}exec zpcli pat list`
    expect((await runShell(script)).stdout).toBe("No PATs found.\n")
  })

  it.skipIf(noTerminal)("says at a terminal where it serves, and how to use it", async () => {
    const ran = await runCliOnTerminal(["sandbox"], { script: [["zpcli pat list", "\u0003"]] })
    expect(ran.code).toBe(130)
    expect(ran.output).toMatch(
      /^The sandbox is running at http:\/\/127\.0\.0\.1:\d+\/v1\. Press Ctrl-C to stop it\. In another terminal, run:\n\n {2}export ZPOOL_API_URL='http/,
    )
  })

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("ends on %s with %d, even if a client is connected", async (signal, code) => {
    const { child, ended, printed } = await serving()
    const [url = ""] = /http:\/\/127\.0\.0\.1:\d+\/v1/.exec(printed) ?? []
    // Kept alive by fetch, and open when the signal comes.
    expect((await fetch(`${url}/hello`)).status).toBe(401)
    child.kill(signal)
    expect(await ended).toEqual([code, null])
    await expect(fetch(`${url}/hello`)).rejects.toThrow()
  })

  it("reports a port that is taken", async () => {
    const { printed } = await serving()
    const [, port = ""] = /127\.0\.0\.1:(\d+)/.exec(printed) ?? []
    const ran = await runCli(["sandbox", "--port", port])
    expect(ran).toMatchObject({ code: 2, stdout: "" })
    expect(ran.stderr).toBe(`zpcli: Port ${port} can't be used (EADDRINUSE).\nChoose another with --port.\n`)
  })
})

const example = exampleOf("docs/sandbox.md", "seed")
const unused = "yellow-grape-calm-season"

const seeded = (line: string, flags: ReadonlyArray<string>, cwd = temporaryFolder()) =>
  runCli(["sandbox", ...flags, "--", "bash", "-e", "-o", "pipefail", "-c", line], {
    env: { PATH: pathWithProgram() },
    cwd,
  })

const withSeed = (text: string) => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, "seed.json"), text)
  return folder
}

describe("zpcli sandbox --seed", () => {
  it("makes it possible to test a clean-up of unused PATs", async () => {
    const line = `ZPOOLPAT=zpat_of_the_seed
zpcli pat list -q --unused-for 90d
zpcli pat list -q --unused-for 90d | zpcli pat revoke - --yes
zpcli pat list -q --unused-for 90d | zpcli pat revoke - --yes`
    expect(await seeded(`export ${line}`, ["--seed", "seed.json"], withSeed(example))).toMatchObject({
      code: 0,
      stdout: `${unused}\nPAT ${unused} revoked successfully.\n`,
      stderr: "Nothing to revoke.\n",
    })
  })

  it.each([
    ["[{]", "--seed seed.json is not valid JSON."],
    [
      '{"detail":{"items":[{"label":"x","scopes":["Job"]}]}}',
      `--seed seed.json can't be used: PAT 1: "Job" is not a scope (there are *, zpool, job, sshkey, pat, billing).`,
    ],
  ])("refuses %s", async (text, message) => {
    const ran = await seeded("echo ran", ["--seed", "seed.json"], withSeed(text))
    expect(ran).toMatchObject({ code: 2, stdout: "" })
    expect(ran.stderr).toContain(`zpcli: ${message}\n`)
  })

  it("treats a PAT without created_at as 30 days old", async () => {
    const seed = '[{"label":"x","scopes":["job","*"]},{"label":"y","scopes":["pat"],"created_at":null}]'
    const list = (filter: string) =>
      seeded(`zpcli pat list -q ${filter} | wc -l`, ["--seed", "seed.json"], withSeed(seed))
    expect((await list("--older-than 29d")).stdout.trim()).toBe("2")
    expect((await list("--older-than 31d")).stdout.trim()).toBe("0")
  })

  it("warns of a field that may be misspelt", async () => {
    const seed = '[{"label":"x","scopes":["job"],"lastused":1},{"label":"y","scopes":["pat"]}]'
    expect(await seeded("zpcli pat list -q | wc -l", ["--seed", "seed.json"], withSeed(seed))).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^ *2\n$/),
      stderr: "zpcli: warning: The seed has unknown fields, which are ignored: lastused.\n",
    })
  })

  it("refuses a file that can't be read", async () => {
    const ran = await seeded("echo ran", ["--seed", "none.json"])
    expect(ran).toMatchObject({ code: 2, stdout: "" })
    expect(ran.stderr).toContain("--seed none.json can't be read (ENOENT).")
  })
})

describe("zpcli sandbox --fail", () => {
  it("refuses a fault that names no request of the API", async () => {
    for (const fault of ["GET /pats 503", "POST /hello 500", "DELETE /pat/a/b drop", "GET /v1/pat 503"]) {
      const ran = await runInProcess(["sandbox", "--fail", fault, "--", "true"], {})
      expect(ran).toMatchObject({ code: 2, stdout: "" })
      expect(ran.stderr).toContain(`--fail "${fault}" must name a request of the API: POST /login`)
    }
  })

  it("reports faults that were never triggered", async () => {
    const ran = await seeded("zpcli hello", [
      ...["--fail", "GET /hello 503 1"],
      ...["--fail", "DELETE /pat/law-hotel-shape-community drop"],
    ])
    expect(ran).toMatchObject({
      code: 0,
      stderr: '--fail "DELETE /pat/law-hotel-shape-community drop" was never triggered.\n',
    })
  })

  it("simulates an API without passwords, or without creating PATs", async () => {
    const line = "zpcli pat create x --scope job || echo $?"
    const login = await seeded(line, ["--fail", "POST /login 403"])
    expect(login).toMatchObject({ code: 0, stdout: "1\n" })
    expect(login.stderr).toContain("zpcli login")
    const create = await seeded(line, ["--fail", "POST /pat 403"])
    expect(create).toMatchObject({ code: 0, stdout: "1\n" })
    expect(create.stderr).toContain("dashboard")
  })
})

describe("zpcli sandbox --seed demo", () => {
  it("starts with PATs for trying filters, a rotation and a create", async () => {
    const line = `zpcli pat list -q | wc -l
zpcli pat list -q --expiring-within 14d
zpcli pat rotate --label 'my-project CI' --expiring-within 14d --yes --token-only
zpcli pat create mine --scope job | sed -n 's/^ID: //p'`
    const ran = await seeded(line, ["--seed", "demo"])
    expect(ran).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^ *7\nanchor-lemon-plain-season\nzpat_[\w-]+\nmarket-night-plain-object\n$/,
      ),
    })
  })

  it("is built in; a file with that name is ./demo", async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, "demo"), '[{"label":"mine","scopes":["job"]}]')
    const list = async (seed: string) =>
      (await seeded("zpcli pat list -q | wc -l", ["--seed", seed], folder)).stdout.trim()
    expect([await list("demo"), await list("./demo")]).toEqual(["7", "1"])
  })
})
