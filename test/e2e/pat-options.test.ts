import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { runInProcess } from "../support/program/inProcess.ts"
import { runCli } from "../support/program/program.ts"
import { dealtKeyIds as ids, type Sandbox, startSandbox } from "../support/sandbox.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

// What the options do that test/e2e/pat-commands.md does not show; rotate has files of its own.

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

const run = (sandbox: Sandbox, ...args: ReadonlyArray<string>) => runCli(args, { env: sandbox.env })

describe("pat create", () => {
  const create = (sandbox: Sandbox, ...args: ReadonlyArray<string>) =>
    run(sandbox, "pat", "create", "CI", "--scope", "job", ...args)

  it("--web prints the page that creates such a PAT, and doesn't create it", async () => {
    const sandbox = await startSandbox()
    const { code, stdout } = await create(sandbox, "--web")
    expect(code).toBe(0)
    expect(stdout).toBe(`${new URL(sandbox.url).origin}/dashboard/tokens?create=1&label=CI&scopes=job\n`)
    expect(await sandbox.pats()).toEqual([])
  })

  it("--token-only prints only a working token", async () => {
    const sandbox = await startSandbox()
    const { code, stderr, stdout } = await create(sandbox, "--token-only")
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(stdout).toMatch(/^zpat_\S+\n$/)
    expect(
      (await runCli(["hello"], { env: { ZPOOL_API_URL: sandbox.url, ZPOOLPAT: stdout.trim() } })).code,
    ).toBe(0)
  })

  it("--out writes just the token to a new file of mode 0600, and shows it nowhere", async () => {
    const sandbox = await startSandbox()
    const file = join(temporaryFolder(), "ci.pat")
    const { code, stderr, stdout } = await create(sandbox, "--out", file)
    expect({ code, stderr, stdout }).toEqual({
      code: 0,
      stderr: "",
      stdout: `PAT created successfully!\nID: ${ids[0]}\nToken: written to ${file}\n`,
    })
    const token = readFileSync(file, "utf8")
    expect(token).toMatch(/^zpat_[\w-]+$/)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it("--out refuses a file that exists, a link and a folder, and sends nothing", async () => {
    const sandbox = await startSandbox()
    const folder = temporaryFolder()
    writeFileSync(join(folder, "file"), "precious")
    symlinkSync(join(folder, "elsewhere"), join(folder, "link"))
    mkdirSync(join(folder, "folder"))
    for (const [name, words] of [
      ["file", "already exists"],
      ["link", "is a symbolic link"],
      ["folder", "names a folder"],
    ] as const) {
      expect(await create(sandbox, "--out", join(folder, name))).toMatchObject({
        code: 2,
        stdout: "",
        stderr: expect.stringContaining(words),
      })
    }
    expect(sandbox.requests).toEqual([])
    expect(readdirSync(folder).sort()).toEqual(["file", "folder", "link"])
    expect(readFileSync(join(folder, "file"), "utf8")).toBe("precious")
  })

  it("--out refuses - and devices, and suggests --token-only", async () => {
    const sandbox = await startSandbox()
    for (const name of ["-", "/dev/stdout", "/dev/stderr", "/dev/fd/1", "/dev/null"]) {
      const ran = await create(sandbox, "--out", name, "--replace")
      expect(ran, name).toMatchObject({ code: 2, stdout: "" })
      expect(ran.stderr).toContain("--token-only")
    }
    expect(sandbox.requests).toEqual([])
  })

  it.each(["POST /pat 400", "POST /pat 503", "POST /login 500"])(
    "--out leaves no file behind after %s",
    async (fault) => {
      const sandbox = await startSandbox(fault)
      const folder = temporaryFolder()
      const { code } = await runInProcess(
        ["pat", "create", "CI", "--scope", "job", "--out", join(folder, "ci.pat")],
        { ...sandbox.env, ZPOOL_MAX_RETRIES: "0" },
      )
      expect(code).toBe({ "POST /pat 400": 1, "POST /pat 503": 7, "POST /login 500": 6 }[fault])
      expect(readdirSync(folder)).toEqual([])
    },
  )
})

describe("options that exclude each other", () => {
  const pairs = [
    ["--json", "--token-only"],
    ["--token-only", "--out x.pat"],
    ["--expiry 2030-01-01", "--expires-in 30d"],
  ] as const
  const commands = {
    create: ["pat", "create", "CI", "--scope", "job"],
    rotate: ["pat", "rotate", ids[0], "--yes"],
  }
  const all = pairs.flatMap((pair) => (["create", "rotate"] as const).map((verb) => [verb, ...pair] as const))

  it.each(all)("pat %s refuses %s with %s by name, and sends nothing", async (verb, one, other) => {
    const sandbox = await startSandbox()
    const file = join(temporaryFolder(), "x.pat")
    const given = `${one} ${other}`.replace("x.pat", file).split(" ")
    const { code, stderr, stdout } = await runInProcess([...commands[verb], ...given], sandbox.env)
    const message = `${one.split(" ")[0]} and ${other.split(" ")[0]} can't be used together.`
    if (given.includes("--json")) {
      expect(JSON.parse(stderr)).toEqual({
        error: {
          type: "UsageError",
          message,
          hint: `See: zpcli pat ${verb} --help`,
          retryable: false,
          exitCode: 2,
        },
      })
    } else expect(stderr).toBe(`zpcli: ${message}\nSee: zpcli pat ${verb} --help\n`)
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(sandbox.requests).toEqual([])
    expect(existsSync(file)).toBe(false)
  })
})

describe("pat list", () => {
  /** One that never expires, one soon, one later, one that has, and one that is revoked and would have soon. */
  const withFive = async () => {
    const sandbox = await startSandbox()
    for (const [label, expiry] of [
      ["never", undefined],
      ["soon", inDays(10)],
      ["later", inDays(60)],
      ["gone", "2020-01-01"],
      ["revoked", inDays(9)],
    ] as const) {
      const { key_id } = await sandbox.call("POST", "/pat", {
        label,
        scopes: ["job"],
        ...(expiry ? { expiry } : {}),
      })
      if (label === "revoked") await sandbox.call("DELETE", `/pat/${key_id}`)
    }
    return sandbox
  }

  const filters: ReadonlyArray<readonly [filter: string, labels: ReadonlyArray<string>]> = [
    ["", ["never", "soon", "later", "gone", "revoked"]],
    ["--status active", ["never", "soon", "later"]],
    ["--status expired --status revoked", ["gone", "revoked"]],
    ["--expiring-within 14d", ["soon"]],
    ["--expiring-within 1y", ["soon", "later"]],
    ["--expiring-within 1y --status active", ["soon", "later"]],
    ["--status revoked --expiring-within 1y", []],
    ["--expiring-within 12h", []],
    ["--label soon", ["soon"]],
    ["--scope job --without-expiry", ["never"]],
    ["--scope zpool", []],
    ["--older-than 1d", []],
  ]

  it("filters its rows, in the table and in JSON, and exits 8 with --exit-code if any is left", async () => {
    const sandbox = await withFive()
    for (const [filter, labels] of filters) {
      const args = ["pat", "list", "--exit-code", ...filter.split(" ").filter((word) => word !== "")]
      const [table, json] = await Promise.all([
        runInProcess(args, sandbox.env),
        runInProcess([...args, "--json"], sandbox.env),
      ])
      const code = labels.length > 0 ? 8 : 0
      expect({ filter, code: table.code, json: json.code, stderr: table.stderr + json.stderr }).toEqual({
        filter,
        code,
        json: code,
        stderr: labels.length > 0 ? "" : `Filter: ${filter}\n`,
      })
      const rows = table.stdout.split("\n").slice(1, -1)
      expect(rows.map((row) => row.split(/ {2,}/)[1])).toEqual(labels)
      if (labels.length === 0) expect(table.stdout).toBe("No PATs match.\n")
      const answer = JSON.parse(json.stdout)
      expect(answer.message).toBe("PATs retrieved")
      expect(answer.detail.items.map((item: { label: string }) => item.label)).toEqual(labels)
    }
  })

  it("exits 0 with rows, and 8 with --exit-code", async () => {
    const sandbox = await startSandbox()
    await sandbox.call("POST", "/pat", { label: "CI", scopes: ["job"] })
    expect((await run(sandbox, "pat", "list")).code).toBe(0)
    expect((await run(sandbox, "pat", "list", "--label", "CI", "--exit-code")).code).toBe(8)
  })
})

describe("hello", () => {
  it("says who is signed in, with which credential, and to which API", async () => {
    const sandbox = await startSandbox()
    expect(await run(sandbox, "hello")).toMatchObject({
      code: 0,
      stdout: `Hello demo\nSigned in with: username and password, as demo\nAPI: ${sandbox.url}\n`,
      stderr: "",
    })
    const { token } = await sandbox.call("POST", "/pat", { label: "CI", scopes: ["job"] })
    const env = { ...sandbox.env, ZPOOLPAT: token as string }
    for (const [auth, how] of [
      ["auto", "the PAT in ZPOOLPAT"],
      ["pat", "the PAT in ZPOOLPAT"],
      ["jwt", "username and password, as demo"],
    ] as const) {
      const { code, stdout } = await runInProcess(["hello", "--auth", auth], env)
      expect({ auth, code, stdout }).toEqual({
        auth,
        code: 0,
        stdout: `Hello demo\nSigned in with: ${how}\nAPI: ${sandbox.url}\n`,
      })
    }
    expect(sandbox.requests).toEqual([
      "GET /hello 200",
      "GET /hello 200",
      "POST /login 200",
      "GET /hello 200",
    ])
    await sandbox.call("DELETE", `/pat/${ids[0]}`)
    expect(await runCli(["hello"], { env })).toMatchObject({
      code: 4,
      stdout: "",
      stderr: expect.stringContaining("revoked, expired or mistyped"),
    })
  })
})

describe("pat list and pat show", () => {
  it("list sorted key IDs, and show a PAT by its key ID or label, as text or JSON", async () => {
    const sandbox = await startSandbox()
    await sandbox.call("POST", "/pat", { label: "b", scopes: ["job"] })
    await sandbox.call("POST", "/pat", { label: "a", scopes: ["pat"] })
    const listed = await run(sandbox, "pat", "list", "-q", "--sort", "-label")
    expect(listed).toMatchObject({ code: 0, stdout: `${ids[0]}\n${ids[1]}\n`, stderr: "" })
    const shown = await run(sandbox, "pat", "show", "--label", "a")
    expect(shown).toMatchObject({ code: 0, stderr: "" })
    expect(shown.stdout).toContain(`ID: ${ids[1]}\nLabel: a\nStatus: active\n`)
    const [, second] = await sandbox.pats()
    expect(JSON.parse((await run(sandbox, "pat", "show", ids[1], "--json")).stdout)).toEqual(second)
    expect((await run(sandbox, "pat", "show", ids[3])).code).toBe(5)
  })
})

const hour = 3_600_000
const day = 24 * hour
const dateOf = (millis: number) => new Date(millis).toISOString().slice(0, 10)

describe("the expiry of a new PAT", () => {
  for (const [duration, millis] of [
    ["1h", hour],
    ["12h", 12 * hour],
    ["24h", day],
    ["1d", day],
    ["2w", 14 * day],
    ["30d", 30 * day],
  ] as const) {
    it(`--expires-in ${duration} is the first UTC midnight at which that long has passed, or later`, async ({
      expect,
    }) => {
      const sandbox = await startSandbox()
      const began = Date.now()
      const args = ["pat", "create", "CI", "--scope", "job", "--expires-in", duration]
      const ran = await runInProcess(args, sandbox.env)
      expect(ran).toMatchObject({
        code: 0,
        stderr: expect.stringMatching(/^Expires \d{4}-\d\d-\d\d 00:00 UTC\.\n$/),
      })
      const items = await sandbox.pats()
      const expiry = Date.parse(items[0]?.expiry_at as string)
      expect(items[0]?.status).toBe("active")
      expect(expiry % day).toBe(0)
      expect(expiry).toBeGreaterThanOrEqual(began + millis)
      expect(expiry).toBeLessThan(Date.now() + millis + day)
    })
  }

  it("is far enough away with rotate --expires-in 1h, which revokes the old PAT", async ({ expect }) => {
    const sandbox = await startSandbox()
    await sandbox.call("POST", "/pat", { label: "CI", scopes: ["job"] })
    const ran = await runCli(["pat", "rotate", "law-hotel-shape-community", "--yes", "--expires-in", "1h"], {
      env: sandbox.env,
    })
    expect(ran).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^Expires \d{4}-\d\d-\d\d 00:00 UTC\.\n$/),
    })
    expect(await sandbox.statuses()).toEqual(["revoked", "active"])
  })

  for (const [name, expiry, words] of [
    ["today", dateOf(Date.now()), "has already expired"],
    ["yesterday", dateOf(Date.now() - day), "is in the past"],
  ] as const) {
    it(`--expiry ${name} is sent with a warning that it ${words}`, async ({ expect }) => {
      const sandbox = await startSandbox()
      const args = ["pat", "create", "CI", "--scope", "job", "--expiry", expiry]
      const ran = await runInProcess(args, sandbox.env)
      expect(ran.code).toBe(0)
      expect(ran.stderr).toContain(expiry)
      expect(ran.stderr).toContain(words)
    })
  }

  it("--expiry tomorrow is sent without a warning", async ({ expect }) => {
    const sandbox = await startSandbox()
    const args = ["pat", "create", "CI", "--scope", "job", "--expiry", dateOf(Date.now() + day)]
    const ran = await runInProcess(args, sandbox.env)
    expect(ran).toMatchObject({ code: 0, stderr: "" })
  })
})
