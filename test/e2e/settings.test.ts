import { execFileSync, spawn } from "node:child_process"
import { chmodSync, closeSync, constants, mkdirSync, openSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { json } from "../support/http/answer.ts"
import { startScripted } from "../support/http/scripted.ts"
import { runInProcess } from "../support/program/inProcess.ts"
import { runCli, startCli } from "../support/program/program.ts"
import { noOtherUser, runAsStranger } from "../support/program/stranger.ts"
import { startSandbox } from "../support/sandbox.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"
import { noTerminal, runCliOnTerminal } from "../support/terminal/pty.ts"

const password = "demo-Pa55word"

/** A home with this zpoolrc. */
const homeWith = (rcfile: string | Buffer): string => {
  const home = temporaryFolder()
  mkdirSync(join(home, ".config/zpools.io"), { recursive: true })
  writeFileSync(join(home, ".config/zpools.io/zpoolrc"), rcfile, { mode: 0o600 })
  return home
}

const hello = (env: Readonly<Record<string, string>>, cwd?: string, ...args: ReadonlyArray<string>) =>
  cwd === undefined ? runInProcess(["hello", ...args], env) : runCli(["hello", ...args], { env, cwd })

describe("a variable that is set to nothing", () => {
  it("doesn't make zpcli send the rcfile's PAT to an API other than the rcfile's", async ({ expect }) => {
    const { seen, url } = await startScripted(json(200, { message: "Hello staging" }))
    const HOME = homeWith(`ZPOOL_API_URL=${url}\nZPOOLPAT=zpat_staging\n`)
    for (const empty of ["", " ", "\t"]) {
      const ran = await hello({ HOME, ZPOOL_API_URL: empty })
      expect(ran).toMatchObject({ code: 0, stderr: "" })
      expect(ran.stdout).toContain(`API: ${url}\n`)
    }
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(Array(3).fill("Bearer zpat_staging"))
  })

  it("doesn't hide other settings of the rcfile either", async ({ expect }) => {
    const { env, requests, url } = await startSandbox("GET /hello 503")
    const HOME = homeWith(
      `ZPOOL_API_URL=${url}\nZPOOL_USER=demo\nZPOOL_MAX_RETRIES=0\nZPOOL_TIMEOUT=9\nZPOOL_TOKEN_CACHE_DIR=~/cache\n`,
    )
    const ran = await hello({
      HOME,
      ZPOOL_PASSWORD: env.ZPOOL_PASSWORD as string,
      ZPOOL_RCFILE: "",
      ZPOOL_API_URL: "",
      ZPOOL_USER: "",
      ZPOOL_MAX_RETRIES: "",
      ZPOOL_TOKEN_CACHE_DIR: "",
      ZPOOLPAT: "",
    })
    expect(ran.code).toBe(6)
    expect(requests).toEqual(["POST /login 200", "GET /hello 503"])
    expect(readdirSync(join(HOME, "cache"))).toHaveLength(1)
  })
})

describe("an rcfile that other tools share", () => {
  it.for([
    ["a multi-line value", 'PRIVATE_KEY="-----BEGIN KEY-----\nMIIB\'x\nOTHER_USER=eve\n-----END KEY-----"\n'],
    ["shell quoting", "PS1='it'\\''s '\"$USER\"\nOTHER=\"a\"'b'\n"],
    ["exports without a value", "export EDITOR\nexport ZPOOLPAT ZPOOL_USER\n"],
    ["commands", 'source ~/.profile\n[ -n "$X" ] && echo \'x\n'],
    ["a section", "[default]\nregion: eu\n"],
  ] as const)("is read around %s", async ([, lines], { expect }) => {
    const { url } = await startSandbox()
    const HOME = homeWith(`${lines}ZPOOL_USER=demo\n${lines}`)
    const ran = await hello({ HOME, ZPOOL_API_URL: url, ZPOOL_PASSWORD: password })
    expect(ran).toMatchObject({ code: 0, stderr: "" })
    expect(ran.stdout).toContain("as demo")
  })

  it("is refused because of a broken line with a setting of zpcli, which is named and not shown", async ({
    expect,
  }) => {
    const { requests, url } = await startSandbox()
    for (const line of ["ZPOOLPAT='zpat_secret", "ZPOOLPAT zpat_secret", "ZPOOLPAT: zpat_secret"]) {
      const HOME = homeWith(`OTHER='x'\n\n${line}\n`)
      const ran = await hello({ HOME, ZPOOL_API_URL: url })
      expect(ran).toMatchObject({ code: 2, stdout: "" })
      expect(ran.stderr).toContain("zpoolrc, line 3, ")
      expect(ran.stderr).not.toContain("zpat_secret")
    }
    expect(requests).toEqual([])
  })

  it("is refused in UTF-16, but can have a byte order mark in UTF-8", async ({ expect }) => {
    const { url } = await startSandbox()
    const env = { ZPOOL_API_URL: url, ZPOOL_PASSWORD: password }
    const utf16 = Buffer.from("\uFEFFZPOOL_USER=demo\r\n", "utf16le")
    for (const bytes of [utf16, Buffer.from(utf16).swap16()]) {
      const ran = await hello({ HOME: homeWith(bytes), ...env })
      expect(ran).toMatchObject({ code: 2, stdout: "" })
      expect(ran.stderr).toContain("is encoded in UTF-16; save it as UTF-8")
    }
    expect((await hello({ HOME: homeWith("\uFEFFZPOOL_USER=demo\r\n"), ...env })).code).toBe(0)
  })
})

describe.skipIf(noOtherUser)(`a home that can't be entered`, () => {
  it("causes a warning with the reason, and the command goes on", async ({ expect }) => {
    const { env } = await startSandbox()
    const home = homeWith("ZPOOL_USER=somebody\n")
    chmodSync(home, 0o000)
    const ran = await runAsStranger(["hello"], { ...env, HOME: home })
    expect(ran).toMatchObject({ code: 0 })
    expect(ran.stderr).toMatch(
      /^zpcli: warning: Settings in \S+zpoolrc are ignored: the file can't be read \(EACCES\)\.\n$/,
    )
  })

  it("is an error if --rcfile or ZPOOL_RCFILE names a file in it", async ({ expect }) => {
    const { env, requests } = await startSandbox()
    const home = homeWith("ZPOOL_USER=somebody\n")
    const file = join(home, ".config/zpools.io/zpoolrc")
    chmodSync(home, 0o000)
    for (const [args, more] of [
      [["hello", "--rcfile", file], {}],
      [["hello"], { ZPOOL_RCFILE: file }],
    ] as const) {
      const ran = await runAsStranger(args, { ...env, HOME: home, ...more })
      expect(ran).toMatchObject({
        code: 2,
        stdout: "",
        stderr: expect.stringContaining("can't be read (EACCES)"),
      })
    }
    expect(requests).toEqual([])
  })
})

describe("a path in the settings", () => {
  it.for(["$HOME/cache", "$" + "{HOME}/cache", "~/cache"])(
    "%s of ZPOOL_TOKEN_CACHE_DIR is in the home",
    async (path, { expect }) => {
      const { env } = await startSandbox()
      const cwd = temporaryFolder()
      const HOME = homeWith(`ZPOOL_TOKEN_CACHE_DIR='${path}'\n`)
      const ran = await hello({ ...env, HOME }, cwd)
      expect(ran).toMatchObject({ code: 0, stderr: "" })
      expect(readdirSync(join(HOME, "cache"))).toHaveLength(1)
      expect(readdirSync(cwd)).toEqual([])
    },
  )

  it.for(["./cache", "$XDG_CACHE_HOME/zpools"])(
    "%s of ZPOOL_TOKEN_CACHE_DIR is refused, since it is relative",
    async (path, { expect }) => {
      const { env, requests } = await startSandbox()
      const cwd = temporaryFolder()
      for (const given of [
        { ZPOOL_TOKEN_CACHE_DIR: path },
        { HOME: homeWith(`ZPOOL_TOKEN_CACHE_DIR='${path}'\n`) },
      ]) {
        const ran = await hello({ ...env, ...given }, cwd)
        expect(ran).toMatchObject({ code: 2, stdout: "" })
        expect(ran.stderr).toContain("must be an absolute path")
      }
      expect(readdirSync(cwd)).toEqual([])
      expect(requests).toEqual([])
    },
  )

  it("a relative XDG_CONFIG_HOME, XDG_CACHE_HOME or HOME touches nothing in the working folder", async ({
    expect,
  }) => {
    const { env } = await startSandbox()
    const cwd = temporaryFolder()
    mkdirSync(join(cwd, "cfg/zpools.io"), { recursive: true })
    writeFileSync(join(cwd, "cfg/zpools.io/zpoolrc"), "ZPOOL_USER=eve\n")
    mkdirSync(join(cwd, ".config/zpools.io"), { recursive: true })
    writeFileSync(join(cwd, ".config/zpools.io/zpoolrc"), "ZPOOL_USER=eve\n")
    const { ZPOOL_USER: _, ...rest } = env
    for (const home of ["/nonexistent", "."]) {
      const ran = await runCli(["pat", "list", "--json"], {
        cwd,
        env: { ...rest, HOME: home, XDG_CONFIG_HOME: "cfg", XDG_CACHE_HOME: "cache" },
      })
      expect(ran.code).toBe(4)
      expect(JSON.parse(ran.stderr).error).toMatchObject({ type: "CredentialMissing" })
    }
    expect(readdirSync(cwd).sort()).toEqual([".config", "cfg"])
  })

  it("ZPOOL_RCFILE names the rcfile, and --rcfile beats it", async ({ expect }) => {
    const { url } = await startSandbox()
    const folder = temporaryFolder()
    writeFileSync(join(folder, "one"), `ZPOOL_API_URL=${url}\nZPOOL_USER=demo\n`)
    writeFileSync(join(folder, "two"), `ZPOOL_API_URL=${url}\nZPOOL_USER=wrong\n`)
    const env = { HOME: folder, ZPOOL_RCFILE: "~/one", ZPOOL_PASSWORD: password }
    expect((await hello(env)).stdout).toContain("as demo")
    expect((await hello(env, folder, "--rcfile", "two")).code).toBe(4)
    expect(await hello({ ...env, ZPOOL_RCFILE: "~/three" })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("three does not exist"),
    })
  })

  it("an --rcfile named like a variable is called a file in hints", async ({ expect }) => {
    const cwd = temporaryFolder()
    const hintOf = async (name: string, content?: string) => {
      if (content !== undefined) writeFileSync(join(cwd, name), content, { mode: 0o600 })
      return (await runCli(["hello", "--rcfile", name], { cwd })).stderr.split("\n")[1]
    }
    const check = "Check that file, or name another one with --rcfile."
    expect(await hintOf("MISSING_FILE")).toBe(check)
    expect(await hintOf("MY FILE", "\u0000Z")).toBe(check)
    expect(await hintOf("BROKEN", "ZPOOL_USER")).toBe(
      "Correct that line, or name another file with --rcfile.",
    )
    const { url } = await startSandbox()
    expect(await hintOf("REFUSED", `ZPOOL_API_URL=${url}\nZPOOLPAT=zpat_of_this_test\n`)).toMatch(
      /^Replace it with zpcli login/,
    )
  })
})

describe("a token cache that can't be used", () => {
  const proc = process.platform === "linux"
  it.skipIf(!proc).for(["/proc/nope/x", "/proc/nope", "/dev/null/x", "/dev/null"])(
    "at %s ends with one warning and the answer",
    async (path, { expect }) => {
      const { env } = await startSandbox()
      const ran = await runCli(["hello"], {
        env: { ...env, ZPOOL_TOKEN_CACHE_DIR: path },
        timeout: 10_000,
      })
      expect(ran.code).toBe(0)
      expect(ran.stderr).toMatch(/^zpcli: warning: The token cache \S+ is not used: .+\n$/)
      expect(ran.stderr).not.toMatch(/BadResource|FileSystem|NotFound/)
    },
  )

  it("that others can write to causes one warning in a run", async ({ expect }) => {
    const { env } = await startSandbox()
    const folder = temporaryFolder()
    chmodSync(folder, 0o777)
    const ran = await hello({ ...env, ZPOOL_TOKEN_CACHE_DIR: folder })
    expect(ran).toMatchObject({
      code: 0,
      stderr: `zpcli: warning: The token cache ${folder} is not used: other users can write to it.\n`,
    })
    expect(readdirSync(folder)).toEqual([])
  })
})

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
      expect(stderr).toMatch(/^zpcli: warning: Other users can read .*\/zpoolrc, which contains a PAT/)
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

  it("with too much content is refused", async () => {
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
  ] as const)("whose writer is silent doesn't keep %s from ending the program", async (signal, code) => {
    const pipe = withPipe()
    const child = startCli(["pat", "list", "--rcfile", pipe], { stdio: "ignore" })
    const end = new Promise((fulfil) => child.on("close", (exit, by) => fulfil([exit, by])))
    const writer = await openForWriting(pipe)
    child.kill(signal)
    expect(await end).toEqual([code, null])
    closeSync(writer)
  })
})
