import { describe, expect, it, onTestFinished } from "vitest"
import { type Answer, startScripted } from "../support/http/server.ts"
import { startGate } from "../support/program/gate.ts"
import { runCli } from "../support/program/program.ts"
import { type OnFinished, startSandbox } from "../support/sandbox.ts"

const id = "law-hotel-shape-community"
const other = "market-night-plain-object"
const listed = (...statuses: ReadonlyArray<readonly [keyId: string, status: string]>): Answer => [
  200,
  { message: "ok", detail: { items: statuses.map(([key_id, status]) => ({ key_id, status })) } },
]
const active = listed([id, "active"])
const revoked = listed([id, "revoked"])
const failed = { errorMessage: "Task timed out after 3.00 seconds" }

/** Revokes over a server with these answers to DELETE and to the list. */
const revokeUntil =
  (onFinished: OnFinished) =>
  async (deletes: ReadonlyArray<Answer>, list: Answer, ...flags: ReadonlyArray<string>) => {
    const { env, requests } = await startScripted(
      { [`DELETE /pat/${id}`]: deletes, "GET /pat": list },
      onFinished,
    )
    const ran = await runCli(["pat", "revoke", id, ...(flags.length > 0 ? flags : ["--yes"])], {
      env,
    })
    return { ...ran, requests }
  }
const revoke = revokeUntil(onTestFinished)

describe.concurrent("a revoke that something else answers", () => {
  it.for<[what: string, answer: Answer]>([
    ["a function that failed", [200, failed]],
    ["a sign-in page", [200, "<html>Sign in</html>"]],
    ["202", [202, { message: "Accepted" }]],
    ["207", [207, { message: "Multi-Status" }]],
    ["null", [200, null]],
    ["false", [200, "false"]],
    ["a list", [200, []]],
    ["a success that says false", [200, { message: "PAT revoked", success: false }]],
    ["the name of another PAT", [200, { message: "PAT revoked", detail: { key_id: other } }]],
  ])(
    "(%s) is no success while the list shows the PAT active",
    async ([, answer], { expect, onTestFinished }) => {
      const ran = await revokeUntil(onTestFinished)([answer], active)
      expect(ran).toMatchObject({ code: 1, stdout: "" })
      expect(ran.stderr).toContain(`PAT ${id} was not revoked`)
    },
  )

  it("is a success where the list shows the PAT revoked", async ({ expect, onTestFinished }) => {
    const ran = await revokeUntil(onTestFinished)([[200, failed]], revoked)
    expect(ran).toMatchObject({ code: 0, stdout: `PAT ${id} revoked successfully.\n`, stderr: "" })
  })

  it("is uncertain where there is no list", async ({ expect, onTestFinished }) => {
    const ran = await revokeUntil(onTestFinished)([[200, failed]], [404, "<html>"], "--json")
    expect(ran).toMatchObject({ code: 1, stdout: "" })
    expect(JSON.parse(ran.stderr).error).toMatchObject({ type: "RevokeUnconfirmed", keyId: id, exitCode: 1 })
  })
})

describe("a 404 to a revoke", () => {
  it("of a proxy, after a lost answer, is no success while the PAT is active", async ({ expect }) => {
    const ran = await revoke([[503], [404, "<html>Not found</html>"]], active)
    expect(ran).toMatchObject({ code: 1, stdout: "" })
  })

  it("with a wrong path in ZPOOL_API_URL does not say that there is no such PAT", async ({ expect }) => {
    const ran = await revoke([[404, { message: "Not Found" }]], [404, { message: "Not Found" }])
    expect(ran).toMatchObject({ code: 1, stdout: "" })
    expect(ran.stderr).toContain(`It is unknown whether PAT ${id} is revoked`)
    expect(ran.stderr).toContain("Check ZPOOL_API_URL")
  })

  it("means no such PAT where the list agrees", async ({ expect }) => {
    expect(await revoke([[404, {}]], listed([other, "active"]))).toMatchObject({ code: 5, stdout: "" })
    expect(await revoke([[404, {}]], revoked)).toMatchObject({ code: 5, stdout: "" })
  })

  it("after a lost answer is done where an API lists active PATs alone", async ({ expect }) => {
    const list = listed([other, "active"])
    expect(await revoke(["cut", [404, {}]], list)).toMatchObject({
      code: 0,
      stdout: `PAT ${id} is no longer listed.\n`,
      stderr: "",
    })
    const json = await revoke(["cut", [404, {}]], list, "--json")
    expect(JSON.parse(json.stdout)).toEqual({ message: "PAT no longer listed", detail: { key_id: id } })
    expect(await revoke(["cut", [404, {}]], listed([other, "revoked"]))).toMatchObject({ code: 5 })
  })
})

describe("the PAT that signs in", () => {
  const start = async (...faults: ReadonlyArray<string>) => {
    const sandbox = await startSandbox()
    const own = await sandbox.call("POST", "/pat", { label: "own", scopes: ["pat"] })
    const another = await sandbox.call("POST", "/pat", { label: "another", scopes: ["job"] })
    const url = await startGate(sandbox, { faults })
    const env = { ZPOOL_API_URL: url, ZPOOLPAT: own.token as string, ZPOOL_MAX_RETRIES: "1" }
    const statuses = async () => {
      const { items } = (await sandbox.call("GET", "/pat")) as { items: ReadonlyArray<{ status: string }> }
      return items.map(({ status }) => status)
    }
    return { env, own: own.key_id as string, another: another.key_id as string, statuses }
  }

  it("is revoked where its answer was lost, and the 401 that follows says so", async () => {
    const { env, own, statuses } = await start("DELETE /pat after-drop 1")
    const ran = await runCli(["pat", "revoke", own, "--yes"], { env })
    expect(ran).toMatchObject({ code: 0, stdout: `PAT ${own} revoked successfully.\n`, stderr: "" })
    expect(await statuses()).toEqual(["revoked", "active"])
  })

  it("goes last among several, each of which is shown in its order", async () => {
    const { another, env, own, statuses } = await start()
    const ran = await runCli(["pat", "revoke", own, another, "--yes"], { env })
    expect(ran).toMatchObject({
      code: 0,
      stdout: `PAT ${own} revoked successfully.\nPAT ${another} revoked successfully.\n`,
      stderr: "",
    })
    expect(await statuses()).toEqual(["revoked", "revoked"])
  })

  it("that is not accepted counts as revoked for no other PAT", async () => {
    const { another, env, statuses } = await start("DELETE /pat 503 1")
    const ran = await runCli(["pat", "revoke", another, "--yes"], {
      env: { ...env, ZPOOLPAT: "zpat_OfNobody0000" },
    })
    expect(ran).toMatchObject({ code: 4, stdout: "" })
    expect(await statuses()).toEqual(["active", "active"])
  })

  it("is rotated where the answer to its revoke was lost", async () => {
    const { env, own, statuses } = await start("DELETE /pat after-drop 1")
    const ran = await runCli(["pat", "rotate", own, "--yes", "--token-only"], { env })
    expect(ran).toMatchObject({ code: 0, stderr: "" })
    expect(await statuses()).toEqual(["revoked", "active", "active"])
  })
})

describe("several PATs", () => {
  it("are not each tried with a password that is wrong: an account can be locked by it", async () => {
    const sandbox = await startSandbox()
    const ran = await runCli(["pat", "revoke", id, other, "valley-arrow-border-theater", "--yes"], {
      env: { ...sandbox.env, ZPOOL_PASSWORD: "wrong" },
    })
    expect(ran).toMatchObject({ code: 4, stdout: "" })
    expect(ran.stderr.match(/^zpcli:/gm)).toHaveLength(1)
    expect(sandbox.requests).toEqual(["POST /login 401"])
  })
})
