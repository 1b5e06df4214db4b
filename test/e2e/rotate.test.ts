import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { runCli } from "../support/program/program.ts"
import { type Sandbox, startWithPat } from "../support/sandbox.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

/** The first two IDs that a sandbox deals. */
const old = "law-hotel-shape-community"
const successor = "market-night-plain-object"

/** The sandbox as it is met through faults; what the test itself asks of it goes straight there. */
const behindFaults = async (sandbox: Sandbox, ...faults: ReadonlyArray<string>): Promise<Sandbox> => ({
  ...sandbox,
  env: await sandbox.behind({ faults }),
})

const today = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

/** Which of the two PATs exist, and how they are. */
const statusesIn = async (sandbox: Sandbox) =>
  Object.fromEntries((await sandbox.pats()).map(({ key_id, status }) => [key_id, status]))

const once = { ZPOOL_MAX_RETRIES: "0" }
const rotate = (sandbox: Sandbox, ...args: ReadonlyArray<string>) =>
  runCli(["pat", "rotate", old, "--yes", ...args], { env: { ...sandbox.env, ...once } })

describe("pat rotate", () => {
  it("delivers a token that works, and revokes the old one", async () => {
    const { sandbox, token: oldToken } = await startWithPat()
    const { code, stderr, stdout } = await rotate(sandbox)
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    const token = /^Token: (zpat_\S+)$/m.exec(stdout)?.[1] as string
    expect(stdout).toBe(
      `PAT created successfully!\nID: ${successor}\nToken: ${token}\nMake sure to copy your token now. You won't be able to see it again!\nPAT ${old} revoked successfully.\n`,
    )
    expect(sandbox.requests).toEqual([
      "POST /login 200",
      "GET /pat 200",
      "POST /pat 201",
      "GET /hello 200",
      "GET /hello 200",
      `DELETE /pat/${old} 200`,
    ])
    expect([await sandbox.accepts(token), await sandbox.accepts(oldToken)]).toEqual([true, false])
    const [, created] = await sandbox.pats()
    expect(created).toMatchObject({ label: "CI", scopes: ["job", "pat"] })
    expect(created).not.toHaveProperty("expiry_at")
  })

  it("can replace the PAT that signs in", async () => {
    const { sandbox, token: oldToken } = await startWithPat()
    const { code, stdout } = await runCli(["pat", "rotate", old, "--yes", "--token-only"], {
      env: { ZPOOL_API_URL: sandbox.url, ZPOOLPAT: oldToken },
    })
    expect(code).toBe(0)
    expect(await sandbox.accepts(stdout.trim())).toBe(true)
    expect(await sandbox.accepts(oldToken)).toBe(false)
  })

  it.each([
    ["y\n", 0, { [old]: "revoked", [successor]: "active" }],
    ["n\n", 3, { [old]: "active" }],
    ["", 3, { [old]: "active" }],
  ])("asks without --yes; %j exits %i", async (input, code, statuses) => {
    const { sandbox } = await startWithPat({ expiry: today(30) })
    const ran = await runCli(["pat", "rotate", old], { env: sandbox.env, input })
    expect(ran.code).toBe(code)
    expect(ran.stderr).toContain(
      `Replace PAT ${old} ("CI", scopes job, pat, last used never) with a new one that expires on ${today(30)}, and revoke the old one? [y/N]`,
    )
    if (code === 3) expect(ran.stderr).toContain("zpcli: Declined: nothing was changed.\n")
    expect(await statusesIn(sandbox)).toEqual(statuses)
  })

  it("prints only the token with --token-only, and only the API's answer with --json", async () => {
    const { sandbox } = await startWithPat()
    expect(await rotate(sandbox, "--token-only")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^zpat_\S+\n$/),
      stderr: "",
    })
    const { code, stderr, stdout } = await runCli(["pat", "rotate", successor, "--yes", "--json"], {
      env: sandbox.env,
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(JSON.parse(stdout)).toEqual({
      message: "PAT rotated",
      rotated: true,
      detail: {
        key_id: "basket-doctor-humble-figure",
        expiry_at: null,
        replaced: ["market-night-plain-object"],
        token: expect.stringMatching(/^zpat_/),
      },
    })
  })

  it.each(["spruce-tree-over-there", "twice"])(
    "exits 5 and creates nothing for a key ID that is not active (%s)",
    async (keyId) => {
      const { sandbox } = await startWithPat()
      if (keyId === "twice") await sandbox.call("DELETE", `/pat/${old}`)
      const ran = await runCli(["pat", "rotate", keyId === "twice" ? old : keyId, "--yes"], {
        env: sandbox.env,
      })
      expect(ran).toMatchObject({
        code: 5,
        stdout: "",
        stderr: expect.stringMatching(/There is no PAT|is already revoked/),
      })
      expect(await sandbox.pats()).toHaveLength(1)
    },
  )
})

describe("the expiry of a rotated PAT", () => {
  const expiryOf = async (sandbox: Sandbox) => String((await sandbox.pats())[1]?.expiry_at).slice(0, 10)

  it("is as many days away as the old PAT's was at its creation", async () => {
    const { sandbox } = await startWithPat({ expiry: today(40) })
    const longAgo = (text: string) =>
      text.replace(/"(created_at|expiry_at|hard_expiry_at)":"([^"]+)"/g, (_, key, time) =>
        JSON.stringify({ [key]: new Date(Date.parse(time) - 35 * 86_400_000).toISOString() }).slice(1, -1),
      )
    const env = await sandbox.behind({
      rewrite: (at, body) => (at === "GET /pat" ? longAgo(body) : body),
    })
    const ran = await runCli(["pat", "rotate", old, "--yes", "--token-only"], {
      env,
    })
    expect(ran).toMatchObject({ code: 0, stderr: `Expires ${today(40)} 00:00 UTC.\n` })
    expect(await expiryOf(sandbox)).toBe(today(40))
  })

  it.each([
    [["--expiry", "2099-12-31"], "2099-12-31"],
    // The first UTC midnight that is at least 90 days away.
    [["--expires-in", "90d"], today(91)],
  ])("is what %j says", async (args, expected) => {
    const { sandbox } = await startWithPat({ expiry: today(40) })
    expect((await rotate(sandbox, ...args)).code).toBe(0)
    expect(await expiryOf(sandbox)).toBe(expected)
  })
})

describe("pat rotate --out", () => {
  it("writes just the token to a new file that only its owner can read", async () => {
    const { sandbox, token: oldToken } = await startWithPat()
    const file = join(temporaryFolder(), "token")
    const { code, stderr, stdout } = await rotate(sandbox, "--out", file)
    const token = readFileSync(file, "utf8")
    expect({ code, stderr, stdout }).toEqual({
      code: 0,
      stderr: "",
      stdout: `PAT created successfully!\nID: ${successor}\nToken: written to ${file}\nPAT ${old} revoked successfully.\n`,
    })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect([await sandbox.accepts(token), await sandbox.accepts(oldToken)]).toEqual([true, false])
  })

  it("sends nothing if there is already a file or a link", async () => {
    const { sandbox } = await startWithPat()
    const folder = temporaryFolder()
    const path = (name: string) => join(folder, name)
    writeFileSync(path("file"), "precious")
    symlinkSync(path("elsewhere"), path("link"))
    for (const [name, words] of [
      ["file", "already exists; --out does not overwrite a file"],
      ["link", "is a symbolic link, so no token can be written to it"],
      ["no-such-folder/token", "can't be created (ENOENT)"],
    ] as const) {
      const { code, stderr } = await rotate(sandbox, "--out", path(name))
      expect(code).toBe(2)
      expect(stderr).toContain(words)
    }
    expect(sandbox.requests).toEqual([])
    expect(readFileSync(path("file"), "utf8")).toBe("precious")
    expect(existsSync(path("elsewhere"))).toBe(false)
  })

  it.each(["POST /pat 400", "POST /pat after-drop", "GET /hello 401", "GET /pat 503 1"])(
    "leaves no file behind after %s",
    async (fault) => {
      const { sandbox } = await startWithPat()
      const folder = temporaryFolder()
      const { code } = await rotate(await behindFaults(sandbox, fault), "--out", join(folder, "token"))
      expect(code).not.toBe(0)
      expect(readdirSync(folder)).toEqual([])
    },
  )
})
