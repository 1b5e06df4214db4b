/** Rotations by a label that several PATs have, and two rotations at once. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { ended, runCli, startCli } from "../support/program/program.ts"
import { dealtKeyIds, type Sandbox, startSandbox } from "../support/sandbox.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const [first, second, third] = dealtKeyIds
const minute = 60_000
const day = 86_400_000

const nightly = [
  ...["pat", "rotate", "--label", "CI", "--expires-in", "90d"],
  ...["--expiring-within", "14d", "--yes"],
]

const inDays = (days: number) => new Date(Date.now() + days * day).toISOString().slice(0, 10)

const create = async (sandbox: Sandbox, days?: number): Promise<string> => {
  const { token } = await sandbox.call("POST", "/pat", {
    label: "CI",
    scopes: ["job"],
    ...(days === undefined ? {} : { expiry: inDays(days) }),
  })
  return token as string
}

const use = (sandbox: Sandbox, token: string) =>
  fetch(`${sandbox.url}/hello`, { headers: { authorization: `Bearer ${token}` } })

/** The error object, which warnings may come before. */
const errorIn = (stderr: string) => JSON.parse(stderr.slice(stderr.indexOf('{"error"'))).error

describe("a label that two jobs share", () => {
  it("doesn't cost either job its PAT", async () => {
    const sandbox = await startSandbox()
    const run = (...args: ReadonlyArray<string>) => runCli([...nightly, ...args], { env: sandbox.env })
    const mine = await create(sandbox, 10)
    const other = await create(sandbox, 365)
    const early = await run()
    expect(early).toMatchObject({ code: 6, stdout: "" })
    expect(early.stderr).toContain(
      `2 active PATs have the label "CI", and the newest, ${second}, was created`,
    )
    expect(early.stderr).toMatch(
      /Run the command again after \d\d:\d\d UTC\. If no other rotation is running, revoke/,
    )
    expect((await run("--all", "--dry-run")).code).toBe(6)

    sandbox.later(11 * minute)
    expect(await run("--json")).toMatchObject({ code: 1 })
    // Both are used: no one job has left them.
    for (const token of [mine, other]) expect((await use(sandbox, token)).status).toBe(200)
    const inUse = await run("--all", "--json")
    expect(inUse.code).toBe(1)
    expect(errorIn(inUse.stderr)).toMatchObject({ type: "PatsInUse", keyIds: [second, first] })
    expect(await sandbox.statuses()).toEqual(["active", "active"])
  })

  it("with --all leaves all PATs unchanged if none is due", async () => {
    const sandbox = await startSandbox()
    await create(sandbox, 300)
    await create(sandbox, 365)
    sandbox.later(11 * minute)
    const ran = await runCli([...nightly, "--all"], { env: sandbox.env })
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining("not rotated") })
    expect(ran.stderr).toContain('2 active PATs have the label "CI", and none of them is due')
    expect(await sandbox.statuses()).toEqual(["active", "active"])
  })

  it("with --keep-old rotates the newest PAT, on the second night too", async () => {
    const sandbox = await startSandbox()
    await create(sandbox, 10)
    const keep = [...nightly, "--keep-old", "--token-only"]
    const night = () => runCli(keep, { env: sandbox.env })
    expect(await night()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^zpat_/) })
    for (const later of [0, day]) {
      sandbox.later(later)
      expect(await night()).toMatchObject({ code: 0, stdout: "" })
    }
    expect(await sandbox.statuses()).toEqual(["active", "active"])
    expect(await runCli([...keep, "--all"], { env: sandbox.env })).toMatchObject({ code: 2 })
  })

  it("is repaired by --all after an interrupted rotation, whichever token is stored", async () => {
    for (const stored of ["old", "new"] as const) {
      const sandbox = await startSandbox()
      const old = await create(sandbox, 10)
      sandbox.later(20 * minute)
      const recent = await create(sandbox, 90)
      sandbox.later(day)
      await use(sandbox, stored === "old" ? old : recent)
      const ran = await runCli([...nightly, "--all"], { env: sandbox.env })
      expect(ran.code, ran.stderr).toBe(0)
      expect(await sandbox.statuses()).toEqual(["revoked", "revoked", "active"])
    }
  })
})

describe.skipIf(process.platform === "win32")("two rotations at once", () => {
  it("don't collide: the second one exits with 6, and changes nothing", async () => {
    const sandbox = await startSandbox()
    await create(sandbox, 10)
    sandbox.later(day)
    const cwd = temporaryFolder()
    const slow = startCli([...nightly, "--", "sh", "-c", "cat > store; echo stored >&2; sleep 2"], {
      cwd,
      env: sandbox.env,
    })
    const first = ended(slow)
    await new Promise((stored) => slow.stderr?.once("data", stored))
    const later = await runCli([...nightly, "--", "sh", "-c", "cat > store"], { env: sandbox.env, cwd })
    expect(later).toMatchObject({
      code: 6,
      stderr: expect.stringContaining("another rotation may be under way"),
    })
    expect(await first).toMatchObject({ code: 0 })
    expect((await use(sandbox, readFileSync(join(cwd, "store"), "utf8"))).status).toBe(200)
    expect(await sandbox.statuses()).toEqual(["revoked", "active"])
  })

  it("never revoke the old PAT if the new one was revoked during the delivery", async () => {
    const sandbox = await startSandbox()
    const old = await create(sandbox, 10)
    const cwd = temporaryFolder()
    const command = "cat > store; echo stored >&2; while [ ! -e go ]; do sleep 0.05; done"
    const child = startCli([...nightly, "--json", "--", "sh", "-c", command], { cwd, env: sandbox.env })
    const ran = ended(child)
    await new Promise((stored) => child.stderr?.once("data", stored))
    await sandbox.call("DELETE", `/pat/${second}`)
    writeFileSync(join(cwd, "go"), "")
    const { code, stderr } = await ran
    expect(code, stderr).toBe(10)
    const error = errorIn(stderr)
    expect(error).toMatchObject({
      type: "TokenRevokedMeanwhile",
      keyId: second,
      oldKeyId: first,
      delivered: true,
    })
    expect(error.message).toContain(`The old PAT ${first} still works.`)
    expect(error.hint).toBe(`Store a working token: zpcli pat rotate ${first} -- COMMAND`)
    expect(await sandbox.statuses()).toEqual(["active", "revoked"])
    expect((await use(sandbox, old)).status).toBe(200)
  }, 40_000)

  it("revoke nothing if the new token can't be checked a second time", async () => {
    const sandbox = await startSandbox()
    await create(sandbox, 10)
    let checks = 0
    const env = await sandbox.behind({
      rewrite: (at, body) => (at === "GET /hello" && ++checks > 1 ? "<html>" : body),
    })
    const ran = await runCli([...nightly, "--", "sh", "-c", "cat >&2"], {
      env,
    })
    expect(ran.code, ran.stderr).toBe(10)
    expect(ran.stderr).toContain(
      `The token of the new PAT ${second} was delivered, but could not be checked again`,
    )
    expect(await sandbox.statuses()).toEqual(["active", "active"])
  })

  it("say that an old PAT had already been revoked", async () => {
    const sandbox = await startSandbox()
    await create(sandbox, 10)
    const env = await sandbox.behind({})
    const child = startCli([...nightly, "--", "sh", "-c", "cat >&2; sleep 1"], { env })
    const ran = ended(child)
    await new Promise((stored) => child.stderr?.once("data", stored))
    await sandbox.call("DELETE", `/pat/${first}`)
    expect(await ran).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`PAT ${first} was already revoked.\n`),
    })
  })
})

describe("a rotation whose answer is lost", () => {
  const line = [...nightly, "--or-create", "--scope", "job", "--json"]

  it("revokes the PAT, so that the same command can be run again", async () => {
    for (const fault of ["POST /pat after-drop 1", "POST /pat after-503 1", "POST /pat after-200 1"]) {
      const sandbox = await startSandbox()
      const env = await sandbox.behind({ faults: [fault] })
      const lost = await runCli(line, { env })
      expect(lost.code, `${fault}: ${lost.stderr}`).toBe(9)
      expect(JSON.parse(lost.stderr).error).toMatchObject({ retryable: true, keyId: first, delivered: false })
      expect(await sandbox.statuses()).toEqual(["revoked"])
      const again = await runCli(line, { env })
      expect(JSON.parse(again.stdout)).toMatchObject({ message: "PAT created", rotated: true })
      expect(await sandbox.statuses()).toEqual(["revoked", "active"])
    }
  })

  it("names the candidates if there are two", async () => {
    const sandbox = await startSandbox()
    const env = await sandbox.behind({
      faults: ["POST /pat after-drop 1"],
      rewrite: (at, body) => {
        const list = JSON.parse(body)
        const [item] = list.detail?.items ?? []
        if (at === "GET /pat" && item !== undefined) list.detail.items.push({ ...item, key_id: third })
        return JSON.stringify(list)
      },
    })
    const ran = await runCli(line, { env })
    expect(ran.code).toBe(7)
    expect(JSON.parse(ran.stderr).error).toMatchObject({ type: "OutcomeUnknown", keyIds: [first, third] })
    expect(await sandbox.statuses()).toEqual(["active"])
  })
})

describe.skipIf(process.platform === "win32")("a rotation that is killed on its first night", () => {
  it("is followed by a warning that its token may have been lost", async () => {
    const sandbox = await startSandbox()
    const line = [...nightly, "--or-create", "--scope", "job", "--", "sh", "-c"]
    await runCli([...line, "cat >/dev/null; kill -9 $PPID"], { env: sandbox.env })
    expect(await runCli([...line, "cat >&2"], { env: sandbox.env })).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`PAT ${first} has not been used since it was created`),
    })
  })
})

describe("an unreadable date that decides whether a PAT is due", () => {
  it.each([null, undefined, "soon"])("is an error: created_at %j", async (created_at) => {
    const sandbox = await startSandbox()
    await create(sandbox)
    const env = await sandbox.behind({
      rewrite: (at, body) => {
        if (at !== "GET /pat") return body
        const list = JSON.parse(body)
        list.detail.items[0].created_at = created_at
        return JSON.stringify(list)
      },
    })
    const ran = await runCli(["pat", "rotate", first, "--older-than", "30d", "--yes"], {
      env,
    })
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining("a readable creation time") })
  })
})
