import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { pat } from "../support/fixtures.ts"
import { json } from "../support/http/answer.ts"
import { startScripted } from "../support/http/scripted.ts"
import { runInProcess } from "../support/program/inProcess.ts"
import { runCli } from "../support/program/program.ts"
import { noOtherUser, runAsStranger } from "../support/program/stranger.ts"
import { startSandbox } from "../support/sandbox.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"
import { noTerminal, runCliOnTerminal } from "../support/terminal/pty.ts"

/** A sandbox with a PAT, and a home whose rcfile names the sandbox. */
const withPat = async () => {
  const sandbox = await startSandbox()
  const { key_id, token } = await sandbox.call("POST", "/pat", { label: "laptop", scopes: ["pat"] })
  const home = temporaryFolder()
  const rcfile = join(home, ".config/zpools.io/zpoolrc")
  mkdirSync(join(home, ".config/zpools.io"), { recursive: true })
  writeFileSync(rcfile, `ZPOOL_API_URL=${sandbox.url}\r\n# mine`)
  return { sandbox, keyId: String(key_id), token: String(token), home, rcfile, env: { HOME: home } }
}

describe("login", () => {
  it("saves the PAT from a pipe, the next command signs in with it, and rotate --save replaces it", async () => {
    const { env, keyId, rcfile, sandbox, token } = await withPat()
    const ran = await runCli(["login"], { env, input: `${token}\nrest` })
    expect(ran).toMatchObject({ code: 0, stderr: "" })
    expect(ran.stdout).toContain(`\nSaved the PAT in: ${rcfile}\nAPI: ${sandbox.url}\n`)
    const before = `ZPOOL_API_URL=${sandbox.url}\r\n# mine\r\n`
    expect(readFileSync(rcfile, "utf8")).toBe(`${before}ZPOOLPAT=${token}\r\n`)
    if (process.platform !== "win32") expect(statSync(rcfile).mode & 0o777).toBe(0o600)
    expect(await runCli(["hello"], { env })).toMatchObject({ code: 0, stderr: "" })

    const rotated = await runCli(["pat", "rotate", keyId, "--yes", "--save"], { env })
    expect(rotated).toMatchObject({ code: 0, stderr: "" })
    expect(rotated.stdout).toContain(`Token: saved in ${rcfile}\nPAT ${keyId} revoked successfully.\n`)
    const after = readFileSync(rcfile, "utf8")
    expect(after.startsWith(before)).toBe(true)
    expect(after).not.toContain(token)
    expect(await runCli(["hello"], { env })).toMatchObject({ code: 0, stderr: "" })
  })

  it("leaves the rcfile as it is if the API rejects the PAT", async () => {
    const { env, rcfile } = await withPat()
    const before = readFileSync(rcfile)
    const ran = await runCli(["login", "--no-input"], { env, input: "zpat_0123456789abcdef\n" })
    expect(ran).toMatchObject({ code: 4, stdout: "" })
    expect(ran.stderr).toContain("rejected this PAT")
    expect(ran.stderr).not.toContain("zpat_0123")
    expect(readFileSync(rcfile)).toEqual(before)
  })

  it.skipIf(noTerminal)("at a terminal hides what is pasted, and opens the page once", async () => {
    const { env, home, rcfile, sandbox, token } = await withPat()
    for (const name of ["xdg-open", "open"]) {
      writeFileSync(join(home, name), `#!/bin/sh\necho "$@$ZPOOLPAT" >>'${join(home, "opened")}'\n`, {
        mode: 0o755,
      })
    }
    const ran = await runCliOnTerminal(["login"], {
      env: { ...env, ZPOOLPAT: "zpat_OfTheEnvironment", PATH: `${home}:${process.env.PATH}` },
      script: [
        [/press Enter to open the page: /.source, "\r"],
        [/Paste the PAT: /.source, { pause: 0.3 }],
        ["", `${token}\r`],
      ],
    })
    const page = `${new URL(sandbox.url).origin}/dashboard/tokens`
    expect(ran).toMatchObject({ code: 0, echo: true, unused: [] })
    expect(ran.output).toContain(`Create a PAT at ${page}\n`)
    expect(ran.output).not.toContain(token)
    expect(readFileSync(rcfile, "utf8")).toContain(`ZPOOLPAT=${token}`)
    expect(readFileSync(join(home, "opened"), "utf8")).toBe(`${page}\n`)
  })

  it.skipIf(noTerminal)(
    "continues if no browser can be opened, and restores the terminal at Ctrl-C",
    async () => {
      const { env, rcfile } = await withPat()
      const before = readFileSync(rcfile)
      const ran = await runCliOnTerminal(["login"], {
        env: { ...env, PATH: "/nonexistent" },
        script: [
          [/press Enter to open the page: /.source, "\r"],
          [/Paste the PAT: /.source, { pause: 0.2 }],
          ["", "\u0003"],
        ],
      })
      expect(ran).toMatchObject({ code: 130, echo: true })
      expect(ran.output).not.toMatch(/ENOENT|xdg-open/)
      expect(readFileSync(rcfile)).toEqual(before)
    },
  )

  it.skipIf(noOtherUser)("refuses a folder that isn't writable before it reads a PAT", async () => {
    const home = temporaryFolder()
    chmodSync(home, 0o555)
    const ran = await runAsStranger(["login"], { HOME: home })
    const rcfile = `${home}/.config/zpools.io/zpoolrc`
    expect(ran).toMatchObject({
      code: 2,
      stdout: "",
      stderr: `zpcli: ${rcfile} can't be written (EACCES).\nName another file with --rcfile.\n`,
    })
  })
})

/** A server that echoes the credential in every answer. */
const echo = () =>
  startScripted((request, response) => {
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
    const { url } = await echo()
    for (const env of [pat, { ZPOOL_USER: "ada", ZPOOL_PASSWORD: "horse battery staple" }]) {
      const ran = await runInProcess(args, { ...env, ZPOOL_API_URL: url })
      expect(ran.code).toBe(0)
      if (args.includes("--json")) expect(ran.stdout).toContain("Hello")
      expect(ran.stdout + ran.stderr).not.toContain(pat.ZPOOLPAT)
      expect(ran.stdout + ran.stderr).not.toContain("eyJhbGciOi.eyJzdWIi")
      expect(ran.stdout + ran.stderr).not.toContain("horse battery staple")
    }
  })
})

describe("hello answered with 403", () => {
  it("doesn't mention a scope, since any PAT will do", async () => {
    const { env, call } = await startSandbox("GET /hello 403")
    const { token } = await call("POST", "/pat", { label: "CI", scopes: ["job"] })
    const ran = await runInProcess(["hello"], { ...env, ZPOOLPAT: String(token) })
    expect(ran).toMatchObject({ code: 4, stdout: "" })
    expect(ran.stderr).not.toContain("scope")
  })
})

describe("a greeting that is an error", () => {
  it.each([
    "Unauthorized",
    "Forbidden.",
    "Service Unavailable",
    "User is not authorized to access this resource",
  ])("(%s) is not a success", async (message) => {
    const { env } = await startScripted(json(200, { message }))
    const ran = await runInProcess(["hello"], env)
    expect(ran).toMatchObject({ code: 1, stdout: "" })
    expect(ran.stderr).toContain(`(the API says: ${message.replace(".", "")})`)
  })
})
