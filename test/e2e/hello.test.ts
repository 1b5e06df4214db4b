import { describe, expect, it } from "vitest"
import { runCli } from "../support/program/program.ts"
import { startSandbox, startServer } from "../support/sandbox.ts"

const pat = "zpat_FakeFakeFakeFakeFakeFake00000000"

/** A server that echoes the credential in every answer. */
const echo = () =>
  startServer((request, response) => {
    const credential = request.headers.authorization?.replace("Bearer ", "")
    let body = ""
    request.on("data", (chunk) => {
      body += chunk
    })
    request.on("end", () => {
      const secrets = [credential, ...(body === "" ? [] : [JSON.parse(body).password])].join(" ")
      if (request.url?.endsWith("/login")) {
        return response.end(
          JSON.stringify({
            message: "ok",
            detail: { access_token: `eyJhbGciOi.eyJzdWIi.c2ln${"x".repeat(20)}`, expires_in: 60 },
          }),
        )
      }
      const message = `Hello ${secrets}`
      return response.end(
        `{"message":"${message}","detail":{"items":[{"key_id":"law-hotel-shape-community","label":"${message}","status":"active","last_ua":"${message}"}]}}`,
      )
    })
  })

describe("a credential that the server echoes in a good answer", () => {
  it.each([
    [["hello"]],
    [["hello", "--json"]],
    [["pat", "list"]],
    [["pat", "list", "--json"]],
    [["pat", "revoke", "law-hotel-shape-community", "--json"]],
  ])("is masked by %j", async (args) => {
    const url = await echo()
    for (const env of [{ ZPOOLPAT: pat }, { ZPOOL_USER: "ada", ZPOOL_PASSWORD: "horse battery staple" }]) {
      const ran = await runCli(args, { env: { ...env, ZPOOL_API_URL: url } })
      expect(ran.code).toBe(0)
      expect(ran.stdout).toContain("Hello" in ran ? "" : args.includes("--json") ? "Hello" : "")
      expect(ran.stdout + ran.stderr).not.toContain(pat)
      expect(ran.stdout + ran.stderr).not.toContain("eyJhbGciOi.eyJzdWIi")
      expect(ran.stdout + ran.stderr).not.toContain("horse battery staple")
    }
  })
})

describe("hello with 403", () => {
  it("does not speak of a scope, since any PAT will do", async () => {
    const { env, call } = await startSandbox("GET /hello 403")
    const { token } = await call("POST", "/pat", { label: "CI", scopes: ["job"] })
    const ran = await runCli(["hello"], { env: { ...env, ZPOOLPAT: String(token) } })
    expect(ran).toMatchObject({ code: 4, stdout: "" })
    expect(ran.stderr).not.toContain("scope")
  })
})

describe("a greeting that is none", () => {
  it.each([
    "Unauthorized",
    "Forbidden.",
    "Service Unavailable",
    "User is not authorized to access this resource",
  ])("(%s) is not a success", async (message) => {
    const url = await startServer((_, response) => response.end(JSON.stringify({ message })))
    const ran = await runCli(["hello"], { env: { ZPOOL_API_URL: url, ZPOOLPAT: pat } })
    expect(ran).toMatchObject({ code: 1, stdout: "" })
    expect(ran.stderr).toContain(`(the API says: ${message.replace(".", "")})`)
  })
})
