import { spawn } from "node:child_process"
import { describe, expect, it } from "vitest"
import { startScripted } from "../support/http/scripted.ts"
import { runInProcess } from "../support/program/inProcess.ts"
import { binary, cleanEnv, program, runCli, startCli } from "../support/program/program.ts"
import { dealtKeyIds, startSandbox, startWithPat } from "../support/sandbox.ts"

const [id] = dealtKeyIds
const list = ["pat", "list"]
const create = ["pat", "create", "ci", "--scope", "job"]
const revoke = ["pat", "revoke", id]

/** Nobody listens on it, and no test does. */
const closedPort = 1

describe("exit codes", () => {
  it("0 means success", async () => {
    const { env } = await startSandbox()
    expect(await runCli(list, { env })).toEqual({
      code: 0,
      signal: null,
      stdout: "No PATs found.\n",
      stderr: "",
    })
  })

  it("1 means that the API refused the request, or redirected it", async () => {
    const { env } = await startSandbox("GET /pat 418", "POST /pat 302")
    const refused = await runCli(list, { env })
    expect(refused).toMatchObject({ code: 1, stdout: "" })
    expect(refused.stderr).toMatch(/status 418 \(the API says: I'm a Teapot\)\. \[request ID [\w-]{36}\]\n/)
    const redirected = await runCli(create, { env })
    expect(redirected).toMatchObject({ code: 1, stdout: "" })
    expect(redirected.stderr).toMatch(/redirects to https:\/\/elsewhere\.invalid/)
  })

  it("2 means that the command line or settings are wrong, and no PAT was created or revoked", async () => {
    const { env, requests } = await startSandbox()
    expect((await runCli(["pat", "create", "x", "--scope", "jobs"], { env })).code).toBe(2)
    expect((await runCli(list, { env: { ...env, ZPOOL_API_URL: "http://example.com" } })).code).toBe(2)
    expect((await runCli([...list, "--rcfile", "/nonexistent"], { env })).code).toBe(2)
    expect(requests).toEqual([])
  })

  it("4 means a wrong password, an unknown PAT, or a PAT without the scope", async () => {
    const { call, env, requests, url } = await startSandbox()
    const wrong = await runCli(list, { env: { ...env, ZPOOL_PASSWORD: "wr0ng-Pa55word" } })
    expect(wrong).toMatchObject({ code: 4, stdout: "" })
    expect(wrong.stderr).toMatch(/refused the username or password of demo/)
    expect(wrong.stderr).not.toContain("wr0ng")
    expect(requests).toEqual(["POST /login 401"])
    const unknown = await runCli(list, { env: { ZPOOL_API_URL: url, ZPOOLPAT: "zpat_unknown_to_them" } })
    expect(unknown).toMatchObject({ code: 4, stdout: "" })
    expect(unknown.stderr).toMatch(/revoked, expired or mistyped.*\n.*--auth jwt/)
    const { token } = await call("POST", "/pat", { label: "ci", scopes: ["job"] })
    const scopeless = await runCli(list, { env: { ZPOOL_API_URL: url, ZPOOLPAT: String(token) } })
    expect(scopeless).toMatchObject({ code: 4, stdout: "" })
    expect(scopeless.stderr).toMatch(/needs the scope pat.*\n.*--auth jwt/)
  })

  it.each([
    [{}, [], "ZPOOL_USER"],
    [{ ZPOOL_USER: "demo" }, ["--auth", "pat"], "ZPOOLPAT"],
  ])(
    "include 4 for a missing credential without a terminal: %j and %j name %s",
    async (env, flags, variable) => {
      const { requests, url } = await startSandbox()
      const began = Date.now()
      const ran = await runCli([...list, ...flags], { env: { ZPOOL_API_URL: url, ...env } })
      expect(Date.now() - began).toBeLessThan(5_000)
      expect(ran).toMatchObject({ code: 4, stdout: "" })
      expect(ran.stderr).toContain(variable)
      expect(requests).toEqual([])
    },
  )

  it("5 means that the PAT doesn't exist or is already revoked", async () => {
    const { env } = (await startWithPat()).sandbox
    expect(await runCli([...revoke, "--json"], { env })).toMatchObject({ code: 0 })
    const again = await runCli([...revoke, "--json"], { env })
    expect(again).toMatchObject({ code: 5, stdout: "" })
    expect(JSON.parse(again.stderr).error).toMatchObject({
      type: "PatNotFound",
      status: 404,
      exitCode: 5,
      requestId: expect.stringMatching(/^[\w-]{36}$/),
    })
  })

  it("6 means that nobody listens, or that the API is unavailable after retries", async () => {
    const env = {
      ZPOOL_API_URL: `http://127.0.0.1:${closedPort}/v1`,
      ZPOOLPAT: "zpat_x",
      ZPOOL_MAX_RETRIES: "1",
    }
    const closed = await runCli(list, { env })
    expect(closed).toMatchObject({ code: 6, stdout: "" })
    expect(closed.stderr).toMatch(/can't be reached \(ECONNREFUSED\) \(2 attempts\)/)
    const sandbox = await startSandbox("GET /pat 503")
    const unavailable = await runCli([...list, "--json"], { env: { ...sandbox.env, ZPOOL_MAX_RETRIES: "1" } })
    expect(JSON.parse(unavailable.stderr).error).toMatchObject({
      type: "ServiceUnavailable",
      status: 503,
      retryable: true,
      exitCode: 6,
    })
    expect(unavailable.code).toBe(6)
    expect(sandbox.requests).toEqual(["POST /login 200", "GET /pat 503", "GET /pat 503"])
  })

  it("are independent of retryable, which is true if the same command can simply be run again", async () => {
    const rotate = ["pat", "rotate", "--label", "CI", "--yes", "--json"]
    const run = ["pat", "run", "--scope", "job", "--json"]
    for (const [fault, argv, code, retryable] of [
      ["GET /hello 503", [...rotate, "--", "cat"], 9, true],
      ["GET /hello 400", [...rotate, "--", "cat"], 9, false],
      ["GET /pat 503", [...rotate, "--", "cat"], 6, true],
      ["GET /pat 400", [...rotate, "--", "sh", "-c", "cat; exit 3"], 1, false],
      ["GET /hello 503 1", [...rotate, "--", "sh", "-c", "cat; exit 3"], 9, false],
      ["POST /pat 429", [...run, "--", "true"], 125, true],
      ["POST /pat 403", [...run, "--", "true"], 125, false],
    ] as const) {
      const { call, env } = await startSandbox(fault)
      if (!fault.startsWith("POST")) await call("POST", "/pat", { label: "CI", scopes: ["job"] })
      const ran = await runInProcess(argv, { ...env, ZPOOL_MAX_RETRIES: "1" })
      const line = ran.stderr.split("\n").find((each) => each.startsWith("{")) ?? ran.stderr
      expect(JSON.parse(line).error, fault).toMatchObject({ exitCode: code, retryable })
      expect(ran.code).toBe(code)
    }
  })

  it("7 means that a create's answer was lost: it is sent once, and the existing PAT is named", async () => {
    const { env, requests } = await startSandbox("POST /pat after-drop")
    const ran = await runCli(create, { env })
    expect(ran).toMatchObject({ code: 7, stdout: "" })
    expect(ran.stderr).toContain(`The PAT "ci" exists as ${id},`)
    expect(ran.stderr).toContain(`zpcli pat revoke ${id}`)
    expect(requests).toEqual(["POST /login 200", "POST /pat 0", "GET /pat 200"])
  })

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("include that of %s while the API is silent, %d", async (signal, code) => {
    let arrive = () => {}
    const arrived = new Promise<void>((fulfil) => {
      arrive = fulfil
    })
    const { env } = await startScripted(() => arrive())
    const child = startCli(list, { env })
    await arrived
    const ended = new Promise((resolve) => child.on("close", (exit, by) => resolve([exit, by])))
    child.kill(signal)
    expect(await ended).toEqual([code, null])
  })
})

describe("revoke without a terminal", () => {
  it.each([
    ["y", 0],
    [" Y \r\n", 0],
    ["", 3],
    ["sure\ny\n", 3],
    ["y\0\n", 3],
  ])("given %j exits %d", async (input, code) => {
    const { env, requests } = (await startWithPat()).sandbox
    const ran = await runCli(revoke, { env, input })
    expect(ran.code).toBe(code)
    expect(ran.stdout).toBe(code === 0 ? `PAT ${id} revoked successfully.\n` : "")
    expect(ran.stderr).toContain("[y/N] \n")
    expect(requests.includes(`DELETE /pat/${id} 200`)).toBe(code === 0)
  })

  it("doesn't wait if stdin is closed", async () => {
    const { env } = (await startWithPat()).sandbox
    const child = spawn("sh", ["-c", '"$0" "$@" <&-', binary, ...program, ...revoke], {
      env: cleanEnv(env),
      stdio: "ignore",
    })
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(3)
  })
})

const [first, second, third] = dealtKeyIds

/** Runs a command with `--json` against a sandbox with one PAT and these faults; gives the errors. */
const errorsOf = async (args: ReadonlyArray<string>, ...faults: ReadonlyArray<string>) => {
  const { sandbox } = await startWithPat()
  const env = { ...(await sandbox.behind({ faults })), ZPOOL_MAX_RETRIES: "0" }
  const { stderr } = await runInProcess([...args, "--json"], env)
  const lines = stderr.split("\n").filter((line) => line.startsWith("{"))
  return lines.map((line) => (JSON.parse(line) as { readonly error: Record<string, unknown> }).error)
}

const createCi = ["pat", "create", "CI", "--scope", "job"]
const rotateFirst = ["pat", "rotate", first, "--yes"]

describe("an error in JSON names in its fields", () => {
  it("the PAT that may exist after a create whose answer was lost", async () => {
    const [error] = await errorsOf(["pat", "create", "other", "--scope", "job"], "POST /pat after-drop")
    expect(error).toMatchObject({ type: "OutcomeUnknown", keyId: second, delivered: false, exitCode: 7 })
    expect(error).not.toHaveProperty("keyIds")
  })

  it("several PATs, one of which may be it", async () => {
    const [error] = await errorsOf(createCi, "POST /pat after-drop")
    expect(error).toMatchObject({ type: "OutcomeUnknown", keyIds: [first, second], delivered: false })
    expect(error).not.toHaveProperty("keyId")
  })

  it("no PAT if none is listed", async () => {
    const [error] = await errorsOf(["pat", "create", "other", "--scope", "job"], "POST /pat drop")
    expect(error).toMatchObject({ type: "OutcomeUnknown", delivered: false })
    expect(error).not.toHaveProperty("keyId")
    expect(error).not.toHaveProperty("keyIds")
  })

  it("the new and the old PAT of a rotation that stopped before the delivery", async () => {
    const [error] = await errorsOf(rotateFirst, "GET /hello 503")
    expect(error).toMatchObject({ keyId: second, oldKeyId: first, delivered: false, status: 503 })
  })

  it("both PATs if the old one may still work", async () => {
    const [error] = await errorsOf(rotateFirst, "DELETE /pat 503")
    expect(error).toMatchObject({ keyId: second, oldKeyId: first, delivered: true, status: 503 })
  })

  it("the PAT that doesn't exist, or could not be revoked", async () => {
    expect(await errorsOf(["pat", "revoke", third])).toMatchObject([{ keyId: third, exitCode: 5 }])
    expect(await errorsOf(["pat", "revoke", first], "DELETE /pat 503")).toMatchObject([
      { type: "ServiceUnavailable", keyId: first, exitCode: 6 },
    ])
  })

  it("each of several that could not be revoked", async () => {
    const errors = await errorsOf(["pat", "revoke", first, third], "DELETE /pat 503")
    expect(errors.map(({ keyId }) => keyId)).toEqual([first, third])
    for (const { keyId, message } of errors) expect(message).toMatch(new RegExp(`^${keyId}: `))
  })

  it("no PAT in an error that isn't about one", async () => {
    const errors = await errorsOf(["pat", "list"], "GET /pat 503")
    for (const field of ["keyId", "oldKeyId", "keyIds", "delivered", "childExitCode"]) {
      expect(errors[0]).not.toHaveProperty(field)
    }
  })
})
