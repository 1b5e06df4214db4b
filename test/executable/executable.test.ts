import { mkdirSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, it } from "vitest"
import { binary, pathWithProgram, runCli } from "../support/program/program.ts"
import { startSandbox } from "../support/sandbox.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

describe("the executable", () => {
  it("needs no Node on PATH, and leaves nothing in the home folder", async () => {
    const { env } = await startSandbox()
    const home = temporaryFolder()
    const PATH = join(home, "bin")
    mkdirSync(PATH)
    for (const args of [["--version"], ["--help"], ["pat", "list", "--json"], ["pat", "lst"]]) {
      const run = { env: { ...env, PATH, HOME: home, XDG_CACHE_HOME: "" }, cwd: home }
      expect((await runCli(args, run)).code).toBe(args[1] === "lst" ? 2 : 0)
    }
    expect(readdirSync(home)).toEqual(["bin"])
  })

  it("has the topics of help inside", async () => {
    for (const topic of ["exit-codes", "environment", "ci", "json"]) {
      const stdout = readFileSync(`docs/${topic}.md`, "utf8")
      expect(await runCli(["help", topic], { cwd: temporaryFolder() })).toMatchObject({
        code: 0,
        stdout,
        stderr: "",
      })
    }
  })

  it("does not print the version, or anything else, of the Node that it contains", async () => {
    expect((await runCli(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect((await runCli(["--v8-options"])).code).toBe(2)
  })

  it("has other random numbers in each run", async () => {
    const line = "for i in 1 2 3; do zpcli pat run --scope job -- true; done; zpcli pat list --json"
    const { stdout } = await runCli(["sandbox", "--", "sh", "-c", line], { env: { PATH: pathWithProgram() } })
    const labels = JSON.parse(stdout).detail.items.map(({ label }: { readonly label: string }) => label)
    expect(new Set(labels).size).toBe(3)
  })

  it("takes time zone and environment from if it runs, not from if it was built", async () => {
    const { env } = await startSandbox()
    await runCli(["pat", "create", "ci", "--scope", "job"], { env })
    const [tokyo, utc] = await Promise.all(
      ["Asia/Tokyo", "UTC"].map((TZ) => runCli(["pat", "list", "--local"], { env: { ...env, TZ } })),
    )
    expect(tokyo?.code).toBe(0)
    expect(tokyo?.stdout).not.toBe(utc?.stdout)
    expect((await runCli(["pat", "list"], { env: { HOME: "/nonexistent" } })).code).toBe(4)
  })

  it.each(["--max-old-space-size=300", "--stack-trace-limit=50", "--abort-on-uncaught-exception"])(
    "starts with an option of V8 in NODE_OPTIONS: %s",
    async (NODE_OPTIONS) => {
      const { env } = await startSandbox()
      const ran = await runCli(["pat", "list"], { env: { ...env, NODE_OPTIONS } })
      expect(ran).toMatchObject({ code: 0, stdout: "No PATs found.\n", stderr: "" })
    },
  )

  it("has the licences of Node and of all that is bundled beside it", () => {
    const notices = readFileSync(join(dirname(binary), "THIRD-PARTY-NOTICES.txt"), "utf8")
    expect(notices).toMatch(/^effect \d/m)
    expect(notices).toContain(`\nNode.js ${process.version}\n`)
    expect(notices).toContain("Copyright Node.js contributors")
  })
})
