import { existsSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { runInProcess } from "../support/program/inProcess.ts"
import { runInterrupted } from "../support/program/interrupted.ts"
import { noFullDevice, runCli, runShell } from "../support/program/program.ts"
import { type Sandbox, startWithPat } from "../support/sandbox.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

/** The first two IDs that a sandbox deals. */
const old = "law-hotel-shape-community"
const successor = "market-night-plain-object"

/** Which PATs exist, and how they are. */
const statusesIn = async (sandbox: Sandbox) => {
  const items = await sandbox.pats()
  return Object.fromEntries(items.map(({ key_id, status }) => [key_id, status]))
}

const tokenIn = (text: string) => /zpat_[\w-]+/.exec(text)?.[0]

const onlyOld = { [old]: "active" }
const both = { [old]: "active", [successor]: "active" }
const takenBack = { [old]: "active", [successor]: "revoked" }
const rotated = { [old]: "revoked", [successor]: "active" }

interface Case {
  readonly step: string
  readonly fault: string
  readonly retries?: string
  readonly code: number
  readonly left: Record<string, string>
  /** What the user is told, and is not. */
  readonly says: ReadonlyArray<string>
  readonly not?: string
  /** Whether the new token was handed over. */
  readonly handedOver?: true
  /** Whether the built program is run, and not the source in this process. */
  readonly built?: true
}

const revoked = `The new PAT ${successor} was revoked`
const revokeOld = `Revoke the old PAT with: zpcli pat revoke ${old}`

const cases: ReadonlyArray<Case> = [
  {
    step: "list",
    fault: "GET /pat 503",
    built: true,
    code: 6,
    left: onlyOld,
    says: ["The API is unavailable: status 503"],
  },
  { step: "list", fault: "GET /pat 401", code: 4, left: onlyOld, says: ["rejected this sign-in"] },
  { step: "list", fault: "GET /pat 403", code: 4, left: onlyOld, says: ["is not allowed to do this"] },
  { step: "list", fault: "GET /pat drop", code: 6, left: onlyOld, says: ["was lost (ECONNRESET)"] },
  {
    step: "create",
    fault: "POST /pat 400",
    code: 1,
    left: onlyOld,
    says: ["The API refused the request with status 400"],
  },
  {
    step: "create",
    fault: "POST /pat 403",
    code: 1,
    left: onlyOld,
    says: ["does not support creating PATs"],
  },
  {
    step: "create",
    fault: "POST /pat 429",
    code: 6,
    left: onlyOld,
    says: ["is limiting requests: status 429"],
  },
  {
    step: "create",
    fault: "POST /pat 503",
    code: 7,
    left: onlyOld,
    says: ["The list shows no new PAT with that label"],
    not: `pat revoke ${old}`,
  },
  {
    step: "create",
    fault: "POST /pat drop",
    code: 7,
    left: onlyOld,
    says: ["The list shows no new PAT with that label"],
    not: `pat revoke ${old}`,
  },
  {
    step: "create",
    fault: "POST /pat after-drop",
    built: true,
    code: 9,
    left: takenBack,
    says: [`PAT ${old} still works. ${revoked}, because its token did not arrive`, "Run the command again."],
    not: `revoke ${old}`,
  },
  {
    step: "create",
    fault: "POST /pat after-200",
    code: 9,
    left: takenBack,
    says: [revoked],
    not: `revoke ${old}`,
  },
  {
    step: "check",
    fault: "GET /hello 400",
    code: 9,
    left: takenBack,
    says: [`PAT ${old} still works`, "the API refused the request with status 400", revoked],
  },
  {
    step: "check",
    fault: "GET /hello 503",
    built: true,
    code: 9,
    left: takenBack,
    says: [`PAT ${old} still works`, "status 503", revoked],
  },
  {
    step: "check",
    fault: "GET /hello 503 1",
    retries: "1",
    code: 0,
    left: rotated,
    says: [],
    handedOver: true,
  },
  {
    step: "revoke",
    fault: "DELETE /pat 503",
    built: true,
    code: 10,
    left: both,
    says: [`The new PAT ${successor} works and was delivered`, "status 503", revokeOld],
    handedOver: true,
  },
  {
    step: "revoke",
    fault: "DELETE /pat 403",
    code: 10,
    left: both,
    says: [`The new PAT ${successor} works`, revokeOld],
    handedOver: true,
  },
  {
    step: "revoke",
    fault: "DELETE /pat after-drop",
    code: 10,
    left: rotated,
    says: [`the old PAT ${old} may still work`, revokeOld],
    handedOver: true,
  },
  {
    step: "revoke",
    fault: "DELETE /pat after-drop 1",
    retries: "1",
    code: 0,
    left: rotated,
    says: [],
    handedOver: true,
  },
]

describe("a rotation that fails at a step", () => {
  for (const { built, code, fault, handedOver, left, not, retries = "0", says, step } of cases) {
    it(`${step}: ${fault}, ${retries} retries`, async () => {
      const { sandbox, token: oldToken } = await startWithPat()
      const env = await sandbox.behind({ faults: [fault] })
      const argv = ["pat", "rotate", old, "--yes", "--token-only"]
      const variables = { ...env, ZPOOL_MAX_RETRIES: retries }
      const ran = await (built ? runCli(argv, { env: variables }) : runInProcess(argv, variables))
      expect(ran.code, ran.stderr).toBe(code)
      for (const text of says) expect(ran.stderr).toContain(text)
      if (code === 0) expect(ran.stderr).toBe("")
      if (not !== undefined) expect(ran.stderr).not.toContain(not)
      expect(await statusesIn(sandbox)).toEqual(left)
      if (left !== rotated) expect(await sandbox.accepts(oldToken)).toBe(true)
      expect(tokenIn(ran.stderr)).toBeUndefined()
      if (handedOver) expect(await sandbox.accepts(ran.stdout.trim())).toBe(true)
      else expect(ran.stdout).toBe("")
    })
  }
})

describe.skipIf(noFullDevice)("a rotation whose token can't be written", () => {
  it.each(["", "--token-only", "--json"])("to a full stdout leaves the old PAT (%s)", async (how) => {
    const { sandbox, token: oldToken } = await startWithPat()
    const ran = await runShell(`exec zpcli pat rotate ${old} --yes ${how} >/dev/full`, {
      env: sandbox.env,
      cwd: temporaryFolder(),
    })
    expect(ran.code).toBe(9)
    expect(ran.stderr).toContain(`PAT ${old} still works`)
    expect(ran.stderr).toContain("could not be written to stdout (ENOSPC)")
    expect(ran.stderr).toContain(revoked)
    expect(await statusesIn(sandbox)).toEqual(takenBack)
    expect(await sandbox.accepts(oldToken)).toBe(true)
  })

  it("to a full disk leaves the old PAT and no file", async () => {
    const { sandbox, token: oldToken } = await startWithPat()
    const folder = temporaryFolder()
    const ran = await runShell(`trap '' XFSZ; ulimit -f 0; exec zpcli pat rotate ${old} --yes --out token`, {
      env: sandbox.env,
      cwd: folder,
    })
    expect(ran.code, ran.stderr).toBe(9)
    expect(ran.stderr).toContain("could not be written to token (EFBIG)")
    expect(ran.stderr).toContain(revoked)
    expect(existsSync(join(folder, "token"))).toBe(false)
    expect(await statusesIn(sandbox)).toEqual(takenBack)
    expect(await sandbox.accepts(oldToken)).toBe(true)
  })

  it("is complete if the token is in a file and only the announcement fails", async () => {
    const { sandbox } = await startWithPat()
    const folder = temporaryFolder()
    const ran = await runShell(`exec zpcli pat rotate ${old} --yes --out token >/dev/full`, {
      env: sandbox.env,
      cwd: folder,
    })
    expect(ran).toMatchObject({ code: 0, stderr: "" })
    expect(await statusesIn(sandbox)).toEqual(rotated)
  })
})

describe("a rotation that is interrupted", () => {
  const nothing = `Interrupted: nothing was changed. PAT ${old} was not rotated.`
  const stops = [
    ["POST /login", "before", onlyOld, nothing],
    ["POST /login", "after", onlyOld, nothing],
    ["GET /pat", "before", onlyOld, nothing],
    ["GET /pat", "after", onlyOld, nothing],
    ["POST /pat", "before", onlyOld, `PAT ${old} still works`],
    ["POST /pat", "after", both, `PAT ${old} still works`],
    ["GET /hello", "before", takenBack, `PAT ${old} still works. ${revoked}`],
    ["GET /hello", "after", takenBack, `PAT ${old} still works. ${revoked}`],
    ["DELETE /pat", "before", both, `The new PAT ${successor} works and was delivered`],
    ["DELETE /pat", "after", rotated, `The new PAT ${successor} works and was delivered`],
  ] as const

  it.each(stops)("at %s, %s it was done, says which token works", async (at, when, left, says) => {
    const { sandbox, token: oldToken } = await startWithPat()
    const ran = await runInterrupted(["pat", "rotate", old, "--yes", "--token-only"], sandbox, { at, when })
    expect(ran, ran.stderr).toMatchObject({ code: 130, signal: null })
    expect(ran.stderr).toContain(says)
    expect(ran.stderr).not.toMatch(/\n\s+at /)
    expect(await statusesIn(sandbox)).toEqual(left)
    const token = tokenIn(ran.stdout)
    expect(token !== undefined).toBe(at.startsWith("DELETE"))
    expect(await sandbox.accepts(token ?? oldToken)).toBe(true)
    if (at === "POST /pat") expect(ran.stderr).toContain("zpcli pat list")
    if (at === "DELETE /pat") expect(ran.stderr).toContain(revokeOld)
  })
})
