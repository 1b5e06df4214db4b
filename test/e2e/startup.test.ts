import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { beforeEach, describe, expect, it } from "vitest"
import { startScripted } from "../support/http/scripted.ts"
import { cleanEnv, ended, notPackage, programFile, runCli } from "../support/program/program.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const dist = dirname(programFile)
const kib = (name: string) => Math.round(statSync(join(dist, name)).size / 1024)

describe.skipIf(notPackage)(`a start`, () => {
  const inputs = JSON.parse(readFileSync(join(dist, "main.meta.json"), "utf8")) as ReadonlyArray<string>

  it("doesn't load what `pat list` doesn't need", () => {
    const unwanted =
      /undici|fast-check|pure-rand|node_modules\/yaml|\/ws\/|NodeHttpServer|sandbox\/(?!index)|proxy-agent/
    expect(inputs.filter((input) => unwanted.test(input))).toEqual([])
    expect(inputs.length).toBeGreaterThan(100)
  })

  it("stays below the limits for bytes and modules", () => {
    expect(kib("zpcli.cjs")).toBeLessThanOrEqual(46)
    expect(kib("main.cjs")).toBeLessThanOrEqual(496)
    // Files of our own are free: each is a few bytes, and the sizes above count them.
    expect(inputs.filter((input) => input.includes("node_modules/")).length).toBeLessThanOrEqual(258)
  })

  it("reads only ASCII, because V8 keeps one byte per character of it", () => {
    const files = ["zpcli.cjs", "main.cjs", "sandbox.cjs"].map((name) =>
      readFileSync(join(dist, name), "latin1"),
    )
    expect(files.map((text) => /[^\0-\x7f].{0,20}/.exec(text)?.[0])).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it("doesn't make Node load its `performance`", () => {
    for (const name of ["zpcli.cjs", "main.cjs", "sandbox.cjs"])
      expect(readFileSync(join(dist, name), "latin1")).not.toMatch(/\bperformance\b/)
  })

  const builtins = (...args: ReadonlyArray<string>) => {
    const hook = `data:text/javascript,process.once("exit",()=>process.stderr.write(process.moduleLoadList.filter((m)=>m.startsWith("NativeModule")).join("\\n")))`
    const { stderr } = spawnSync(process.execPath, ["--import", hook, programFile, ...args], {
      env: cleanEnv({ ZPOOLPAT: "zpat_x", ZPOOL_API_URL: "http://127.0.0.1:9", ZPOOL_MAX_RETRIES: "0" }),
      encoding: "utf8",
    })
    return stderr.split("\n").filter((line) => line.startsWith("NativeModule"))
  }

  it("loads neither http nor the terminal for --version and --help", () => {
    for (const args of [["--version"], ["pat", "create", "--help"]]) {
      const loaded = builtins(...args)
      expect(loaded).not.toContain("NativeModule http")
      expect(loaded).not.toContain("NativeModule readline")
    }
  })

  it("doesn't load readline for a list", () => {
    const loaded = builtins("pat", "list")
    expect(loaded).toContain("NativeModule http")
    expect(loaded).not.toContain("NativeModule readline")
  })
})

describe.skipIf(notPackage)(`the code cache`, () => {
  let home = ""
  let url = ""
  let child: ChildProcess | undefined
  beforeEach(async () => {
    home = temporaryFolder()
    const server = await startScripted((request, response) => {
      if (request.headers.authorization === "Bearer zpat_slow") return void child?.kill("SIGINT")
      if (request.headers.authorization === "Bearer zpat_unknown") response.statusCode = 401
      response.end(JSON.stringify({ message: "ok", detail: { items: [] } }))
    })
    url = server.url
  })

  const folder = () => join(home, "zpcli")
  const files = () => readdirSync(folder()).map((name) => join(folder(), name))
  const env = (more: Record<string, string> = {}) => ({
    XDG_CACHE_HOME: home,
    ZPOOLPAT: "zpat_secret_of_the_cache_test",
    ZPOOL_API_URL: url,
    ZPOOL_MAX_RETRIES: "0",
    ...more,
  })
  const run = async (more?: Record<string, string>) => {
    expect(await runCli(["pat", "list"], { env: env(more) })).toMatchObject({
      code: 0,
      stdout: "No PATs found.\n",
      stderr: "",
    })
  }

  it("is created by the first run, private and without secrets, and kept by the next", async () => {
    await run()
    const [file] = files()
    expect(files()).toHaveLength(1)
    expect(statSync(folder()).mode & 0o777).toBe(0o700)
    expect(statSync(file as string).mode & 0o777).toBe(0o600)
    expect(readFileSync(file as string).includes("zpat_secret_of_the_cache_test")).toBe(false)
    const before = statSync(file as string).mtimeMs
    await run()
    expect(statSync(file as string).mtimeMs).toBe(before)
  })

  it("is separate for each command, whatever other caches exist", async () => {
    const size = (command: string) =>
      statSync(files().find((file) => file.endsWith(`-${command}`)) ?? "").size
    const complete = () => runCli(["--completions", "bash"], { env: env() })
    expect((await complete()).code).toBe(0)
    const alone = size("completions")
    rmSync(folder(), { recursive: true })
    await run()
    expect((await complete()).code).toBe(0)
    const names = readdirSync(folder()).map((name) => name.replace(/^[\da-f]{16}-v[\d.]+-\w+-/, ""))
    expect(names.sort()).toEqual(["completions", "pat-list"])
    // The second started from the first, and so holds what that used.
    expect(size("completions")).toBeGreaterThan(alone * 1.1)
  })

  it("isn't created by a failed or interrupted run, or for a word that isn't a command", async () => {
    for (const [words, code, token] of [
      [["pat", "lst"], 2, "zpat_x"],
      [["../../../escape", "list"], 2, "zpat_x"],
      [["pat", "list", "--jsno"], 2, "zpat_x"],
      [["pat", "list"], 4, "zpat_unknown"],
      [["pat", "list"], 4, ""],
    ] as const) {
      const ran = await runCli(words, { env: env({ ZPOOLPAT: token }) })
      expect({ words, code: ran.code }).toEqual({ words, code })
    }
    child = spawn(process.execPath, [programFile, "pat", "list"], {
      env: cleanEnv(env({ ZPOOLPAT: "zpat_slow" })),
      stdio: ["ignore", "pipe", "pipe"],
    })
    expect((await ended(child)).code).toBe(130)
    expect(readdirSync(home)).toEqual([])
  })

  const spoilt: ReadonlyArray<readonly [string, (content: Buffer) => Buffer]> = [
    ["empty", () => Buffer.alloc(0)],
    ["truncated", (content) => content.subarray(0, content.length >>> 1)],
    ["foreign", () => Buffer.from("this is no cache at all".repeat(100))],
    ["flipped", (content) => Buffer.from(content.map((byte, at) => (at === 100_000 ? byte ^ 1 : byte)))],
    ["longer", (content) => Buffer.concat([content, Buffer.from("x")])],
  ]
  it(`that is ${spoilt.map(([name]) => name).join(" or ")} is ignored, and replaced`, async () => {
    await run()
    const [file] = files()
    for (const [name, spoil] of spoilt) {
      const good = readFileSync(file as string)
      writeFileSync(file as string, spoil(good))
      await run()
      const size = readFileSync(file as string).length
      expect({ name, size, replaced: size > 100_000 }).toMatchObject({ replaced: true })
    }
    await run()
  })

  it.skipIf(process.platform === "win32")("replaces a named pipe in its place, without hanging", async () => {
    await run()
    const [file] = files()
    rmSync(file as string)
    spawnSync("mkfifo", [file as string])
    await run()
    expect(statSync(file as string).isFile()).toBe(true)
  })

  it("isn't created in the working folder if XDG_CACHE_HOME or HOME is relative", async () => {
    for (const folders of [
      { XDG_CACHE_HOME: "cache" },
      { XDG_CACHE_HOME: "", HOME: "." },
      { XDG_CACHE_HOME: ".", HOME: "x" },
    ]) {
      expect((await runCli(["pat", "list"], { cwd: home, env: env(folders) })).code).toBe(0)
    }
    expect(readdirSync(home)).toEqual([])
  })

  it("that others could have written isn't used", async () => {
    mkdirSync(folder(), { mode: 0o700 })
    spawnSync("chmod", ["777", folder()])
    await run()
    expect(files()).toEqual([])
  })

  it("isn't needed: the program runs even if it can't be created", async () => {
    writeFileSync(folder(), "a file where the folder should be")
    await run()
    await run({ XDG_CACHE_HOME: "/proc/nowhere" })
  })

  it("can be created by several processes at once", async () => {
    await Promise.all(Array.from({ length: 6 }, () => run()))
    expect(files()).toHaveLength(1)
    await run()
  })

  it("is limited in number: the oldest ones are removed", async () => {
    mkdirSync(folder(), { mode: 0o700 })
    for (let index = 0; index < 30; index++) writeFileSync(join(folder(), `old-${index}`), "x")
    mkdirSync(join(folder(), "a-folder-of-somebody"))
    await run()
    expect(files().filter((path) => statSync(path).isFile())).toHaveLength(16)
  })

  it("is off with NODE_DISABLE_COMPILE_CACHE", async () => {
    await run({ NODE_DISABLE_COMPILE_CACHE: "1" })
    expect(readdirSync(home)).toEqual([])
  })
})
