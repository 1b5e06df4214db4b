import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { startGate } from "../support/program/gate.ts"
import { runCli } from "../support/program/program.ts"
import { startSandbox, startServer, temporaryFolder } from "../support/sandbox.ts"

/** An rcfile with a PAT. */
const rcfileWith = (pat: string) => {
  const path = join(temporaryFolder(), "zpoolrc")
  writeFileSync(path, `ZPOOLPAT=${pat}\n`, { mode: 0o600 })
  return path
}

/** Serves one status to everything; gives the base URL. */
const answering = (status: number, body: string) =>
  startServer((_, response) => void response.writeHead(status).end(body))

describe("a PAT from the rcfile", () => {
  it.each([
    [401, "was not accepted"],
    [403, "lacks the scope pat"],
  ])("that is answered with %d is named by its file", async (status, words) => {
    const rcfile = rcfileWith("zpat_0123456789abcdef")
    const env = { ZPOOL_API_URL: await answering(status, '{"message":"no"}') }
    const { code, stderr } = await runCli(["pat", "list", "--rcfile", rcfile], { env })
    expect(code).toBe(4)
    const [message, hint] = stderr.split("\n")
    expect(message).toContain(`The PAT in ${rcfile} `)
    expect(message).toContain(words)
    expect(message).not.toContain("ZPOOLPAT")
    expect(hint).not.toContain("Set ZPOOLPAT")
  })

  it("is named by its file in hello", async () => {
    const sandbox = await startSandbox()
    const { token } = await sandbox.call("POST", "/pat", { label: "CI", scopes: ["job"] })
    const rcfile = rcfileWith(String(token))
    const env = { ZPOOL_API_URL: sandbox.url }
    const { stdout } = await runCli(["hello", "--rcfile", rcfile], { env })
    expect(stdout).toContain(`Signed in with: the PAT in ${rcfile}\n`)
  })

  it("is not named where the environment's is used", async () => {
    const rcfile = rcfileWith("zpat_0123456789abcdef")
    const env = {
      ZPOOL_API_URL: await answering(401, "{}"),
      ZPOOLPAT: "zpat_fedcba9876543210",
    }
    const { stderr } = await runCli(["pat", "list", "--rcfile", rcfile], { env })
    expect(stderr).toContain("The PAT in ZPOOLPAT was not accepted")
    expect(stderr).not.toContain(rcfile)
  })
})

describe("a rotation under a sign-in with a password", () => {
  it.each(["GET /hello 401", "GET /hello 403"])(
    "whose check meets %s blames the new PAT and no other",
    async (fault) => {
      const sandbox = await startSandbox()
      const { key_id } = await sandbox.call("POST", "/pat", { label: "CI", scopes: ["job"] })
      const url = await startGate(sandbox, { faults: [fault] })
      const env = { ...sandbox.env, ZPOOL_API_URL: url }
      const { code, stderr } = await runCli(["pat", "rotate", String(key_id), "--yes"], { env })
      expect(code).toBe(9)
      expect(stderr).toContain("could not be checked")
      expect(stderr).not.toMatch(/ZPOOLPAT|scope|--auth/)
    },
    30_000,
  )
})

describe("a web page with 403", () => {
  it("blames no account", async () => {
    const sandbox = await startSandbox()
    const url = await startServer(async (request, response) => {
      if (request.method === "POST") {
        const detail = { access_token: "eyJ0.eyJ1.c2ln", expires_in: 60 }
        return void response.end(JSON.stringify({ message: "ok", detail }))
      }
      response.writeHead(403).end("<html>Blocked</html>")
    })
    const env = { ...sandbox.env, ZPOOL_API_URL: url }
    const { code, stderr } = await runCli(["pat", "list"], { env })
    expect(code).toBe(4)
    expect(stderr).toContain("may not have come from the API")
    expect(stderr).not.toContain("account")
  })
})
