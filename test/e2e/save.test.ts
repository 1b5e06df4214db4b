import { spawnSync } from "node:child_process"
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { ended, runCli, startCli } from "../support/program/program.ts"
import { runAsStranger } from "../support/program/stranger.ts"
import { startSandbox } from "../support/sandbox.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const root = process.getuid?.() === 0
const posix = process.platform !== "win32"
const tokenIn = (rcfile: string) => /^ZPOOLPAT=(.*)$/m.exec(readFileSync(rcfile, "utf8"))?.[1]

/** A sandbox. What happens `meanwhile` does so while the answer to a create is awaited. */
const start = async (meanwhile: () => void = () => {}) => {
  const sandbox = await startSandbox()
  const env = await sandbox.behind({
    onRequest: (at) => {
      if (at === "POST /pat") meanwhile()
    },
  })
  const works = async (token: string | undefined) =>
    (await runCli(["hello", "--auth", "pat"], { env: { ...sandbox.env, ZPOOLPAT: token ?? "" } })).code === 0
  const folder = temporaryFolder()
  return {
    sandbox,
    env,
    active: sandbox.active,
    works,
    folder,
    rcfile: join(folder, "rc"),
  }
}

const save = (rcfile: string, ...more: ReadonlyArray<string>) => [
  ...["pat", "create", "CI", "--scope", "job", "--save", "--rcfile", rcfile],
  ...more,
]

describe("writers of one rcfile", () => {
  it.each([[[]], [["--replace"]]])("take turns: one of five at once saves its token (%j)", async (flags) => {
    const { active, env, folder, rcfile, works } = await start()
    const runs = await Promise.all(
      [1, 2, 3, 4, 5].map(() => runCli(save(rcfile, "--auth", "jwt", ...flags), { env })),
    )
    const saved = runs.filter(({ code }) => code === 0)
    // One that starts late sees the PAT, and replaces it if it is told to.
    if (flags.length === 0) expect(saved).toHaveLength(1)
    expect(runs.filter(({ code }) => ![0, 2, 9].includes(code as number))).toEqual([])
    expect(await works(tokenIn(rcfile))).toBe(true)
    expect(await active()).toHaveLength(saved.length)
    expect(readdirSync(folder)).toEqual(["rc"])
  })

  it.each([
    ["a PAT", "ZPOOLPAT=zpat_of_another_program\n"],
    ["a command that prints a PAT", "ZPOOLPAT_COMMAND='cat pat'\n"],
    ["a file with a PAT", "ZPOOLPAT_FILE=/run/pat\n"],
    ["another API", "ZPOOL_API_URL=https://other.example/v1\n"],
  ])("keep %s that another program writes in the meantime, even with --replace", async (_, line) => {
    for (const flags of [[], ["--replace"]]) {
      let change = () => {}
      const { active, env, folder, rcfile } = await start(() => change())
      writeFileSync(rcfile, "# mine\n", { mode: 0o600 })
      change = () => appendFileSync(rcfile, line)
      const ran = await runCli(save(rcfile, ...flags), { env })
      expect(ran).toMatchObject({ code: 9, stdout: "" })
      expect(ran.stderr).toMatch(/\(it had its ZPOOL\w+ changed while zpcli was working\)/)
      expect(readFileSync(rcfile, "utf8")).toBe(`# mine\n${line}`)
      expect(await active()).toEqual([])
      expect(readdirSync(folder)).toEqual(["rc"])
    }
  })

  it.each([
    ["encoded in UTF-16", Buffer.from("\ufeff# mine\r\n", "utf16le"), "is encoded in UTF-16"],
    [
      "given a timeout that is none",
      Buffer.from("ZPOOL_TIMEOUT=soon\n"),
      "it had its ZPOOL_TIMEOUT changed while zpcli was working",
    ],
    ["given a line that can't be read", Buffer.from("ZPOOL_USER='x\n"), "has a quote that is not closed"],
  ])("write no token to a file that is %s in the meantime", async (_, content, words) => {
    for (const before of ["# mine\n", undefined]) {
      let change = () => {}
      const { active, env, folder, rcfile } = await start(() => change())
      if (before !== undefined) writeFileSync(rcfile, before, { mode: 0o600 })
      change = () => writeFileSync(rcfile, content)
      const ran = await runCli(save(rcfile), { env })
      expect(ran).toMatchObject({ code: 9, stdout: "" })
      expect(ran.stderr).toContain(words)
      expect(readFileSync(rcfile)).toEqual(content)
      expect(await active()).toEqual([])
      expect(readdirSync(folder)).toEqual(["rc"])
    }
  })

  it("keep other settings that another program adds", async () => {
    let change = () => {}
    const { env, rcfile, works } = await start(() => change())
    writeFileSync(rcfile, "A=1\n", { mode: 0o600 })
    change = () => appendFileSync(rcfile, "B=2\n")
    expect((await runCli(save(rcfile), { env })).code).toBe(0)
    expect(readFileSync(rcfile, "utf8")).toMatch(/^A=1\nB=2\nZPOOLPAT=.*\n$/)
    expect(await works(tokenIn(rcfile))).toBe(true)
  })

  it("wait until a lock is released", async () => {
    const { env, rcfile } = await start()
    writeFileSync(`${rcfile}.lock`, "")
    setTimeout(() => spawnSync("rm", [`${rcfile}.lock`]), 2000)
    expect((await runCli(save(rcfile), { env })).code).toBe(0)
    expect(existsSync(`${rcfile}.lock`)).toBe(false)
  })

  it.each([
    ["is older than 30 seconds", -31],
    ["is dated in the future, as after a clock was set back", 3600],
  ])("take over a lock that %s", async (_, seconds) => {
    const { env, folder, rcfile } = await start()
    writeFileSync(`${rcfile}.lock`, "")
    const then = Date.now() / 1000 + seconds
    utimesSync(`${rcfile}.lock`, then, then)
    expect((await runCli(save(rcfile), { env })).code).toBe(0)
    expect(readdirSync(folder)).toEqual(["rc"])
  })

  it.skipIf(!posix).each(["link", "folder"])(
    "refuse a %s in the place of the lock, before anything is sent",
    async (kind) => {
      const { env, folder, rcfile, sandbox } = await start()
      const victim = join(folder, "victim")
      if (kind === "link") symlinkSync(victim, `${rcfile}.lock`)
      else mkdirSync(`${rcfile}.lock`)
      const ran = await runCli(save(rcfile), { env })
      expect(ran).toMatchObject({ code: 2, stdout: "" })
      expect(ran.stderr).toContain(`Remove ${rcfile}.lock`)
      expect(sandbox.requests).toEqual([])
      expect(existsSync(victim)).toBe(false)
    },
  )

  it.skipIf(!root)("refuse the lock of another user, before anything is sent", async () => {
    const { env, folder, rcfile, sandbox } = await start()
    chmodSync(folder, 0o1777)
    writeFileSync(rcfile, "")
    chownSync(rcfile, 65_534, 65_534)
    writeFileSync(`${rcfile}.lock`, "")
    const ran = await runAsStranger(save(rcfile), env)
    expect(ran).toMatchObject({ code: 2, stdout: "" })
    expect(ran.stderr).toContain("not a lock file of yours")
    expect(sandbox.requests).toEqual([])
  })

  it("stop waiting when they are interrupted, and revoke the new PAT", async () => {
    const { active, env, rcfile } = await start()
    writeFileSync(`${rcfile}.lock`, "")
    const child = startCli([...save(rcfile)], { env })
    setTimeout(() => child.kill("SIGTERM"), 2500)
    const started = Date.now()
    await ended(child)
    expect(Date.now() - started).toBeLessThan(8000)
    expect(await active()).toEqual([])
    expect(existsSync(rcfile)).toBe(false)
  })
})

describe.skipIf(!root)("root in the home of another user", () => {
  const uid = 65_534
  const homeOf = (folder: string) => {
    const home = join(folder, "home")
    mkdirSync(home)
    chownSync(home, uid, uid)
    return home
  }
  const login = async (home: string) => {
    const { env, sandbox } = await start()
    const { token } = await sandbox.call("POST", "/pat", { label: "x", scopes: ["pat"] })
    const ran = await runCli(["login"], {
      env: { ZPOOL_API_URL: env.ZPOOL_API_URL, HOME: home, XDG_CACHE_HOME: "" },
      input: `${token}\n`,
    })
    return { ran, token, sandbox }
  }

  it("makes that user the owner of what login creates, and creates no cache", async () => {
    const folder = temporaryFolder()
    const home = homeOf(folder)
    const { ran, sandbox, token } = await login(home)
    expect(ran).toMatchObject({ code: 0 })
    expect(readdirSync(home)).toEqual([".config"])
    for (const path of [".config", ".config/zpools.io", ".config/zpools.io/zpoolrc"])
      expect(statSync(join(home, path)), path).toMatchObject({ uid, gid: uid })
    expect(readdirSync(join(home, ".config/zpools.io"))).toEqual(["zpoolrc"])
    expect(tokenIn(join(home, ".config/zpools.io/zpoolrc"))).toBe(token)
    chmodSync(folder, 0o755)
    const theirs = await runAsStranger(["hello"], { HOME: home, ZPOOL_API_URL: sandbox.url })
    expect(theirs.code).toBe(0)
    // By now it is their file, and root is told so.
    const again = await login(home)
    expect(again.ran).toMatchObject({ code: 2 })
    expect(again.ran.stderr).toContain("belongs to another user")
  })

  it("doesn't write through that user's link to somebody else's file", async () => {
    const folder = temporaryFolder()
    const home = homeOf(folder)
    const rcfile = join(home, ".config/zpools.io/zpoolrc")
    mkdirSync(join(home, ".config/zpools.io"), { recursive: true })
    writeFileSync(join(folder, "system"), "A=1\n", { mode: 0o644 })
    symlinkSync(join(folder, "system"), rcfile)
    for (const path of [join(home, ".config"), join(home, ".config/zpools.io")]) chownSync(path, uid, uid)
    lchownSync(rcfile, uid, uid)
    const { ran } = await login(home)
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining("belongs to another user") })
    expect(readFileSync(join(folder, "system"), "utf8")).toBe("A=1\n")
    expect(statSync(join(folder, "system")).mode & 0o777).toBe(0o644)
  })

  it("never changes the owner of a link's target", async () => {
    const folder = temporaryFolder()
    const home = homeOf(folder)
    mkdirSync(join(folder, "etc"))
    symlinkSync(join(folder, "etc"), join(home, ".config"))
    await login(home)
    expect(statSync(join(folder, "etc")).uid).toBe(0)
    for (const name of readdirSync(join(folder, "etc")))
      expect(statSync(join(folder, "etc", name)).uid).toBe(0)
  })

  it("creates no token cache there", async () => {
    const { env, folder } = await start()
    const home = homeOf(folder)
    const ran = await runCli(["pat", "list"], {
      env: { ...env, HOME: home, ZPOOL_TOKEN_CACHE_DIR: `${home}/c` },
    })
    expect(ran.code).toBe(0)
    expect(ran.stderr).toContain("belongs to another user")
    expect(readdirSync(home)).toEqual([])
  })

  it("owns the files that it writes elsewhere", async () => {
    const { env, folder, rcfile } = await start()
    homeOf(folder)
    expect((await runCli(save(rcfile), { env: { ...env, HOME: join(folder, "home") } })).code).toBe(0)
    expect(lstatSync(rcfile).uid).toBe(0)
  })
})

describe.skipIf(!root)("an rcfile that belongs to another user", () => {
  it("is refused, whatever its mode", async () => {
    const { env, rcfile } = await start()
    for (const mode of [0o600, 0o644, 0o666]) {
      writeFileSync(rcfile, "ZPOOLPAT_COMMAND='echo zpat_x'\n")
      chownSync(rcfile, 65_534, 65_534)
      chmodSync(rcfile, mode)
      const ran = await runCli(["pat", "list", "--rcfile", rcfile], {
        env: { ZPOOL_API_URL: env.ZPOOL_API_URL },
      })
      expect(ran.code).toBe(2)
      expect(ran.stderr).toContain("belongs to another user")
      expect(ran.stderr).not.toContain("chmod")
      const saved = await runCli(save(rcfile, "--auth", "jwt"), { env })
      expect(saved.code).toBe(2)
      expect(saved.stderr).not.toContain("chmod")
    }
  })

  it("never suggests chmod", async () => {
    const { env, rcfile } = await start()
    writeFileSync(rcfile, "ZPOOLPAT=zpat_x\n")
    chownSync(rcfile, 65_534, 65_534)
    chmodSync(rcfile, 0o644)
    const ran = await runCli(["pat", "list", "--rcfile", rcfile], {
      env: { ZPOOL_API_URL: env.ZPOOL_API_URL },
    })
    expect(ran.stderr).toContain("belongs to another user")
    expect(ran.stderr).not.toContain("chmod")
  })
})
