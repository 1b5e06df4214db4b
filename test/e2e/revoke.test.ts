import { describe, expect, it } from "vitest"
import { type Answer, json, reset, text } from "../support/http/answer.ts"
import { startScripted } from "../support/http/scripted.ts"
import { runInProcess } from "../support/program/inProcess.ts"
import { pathWithProgram, runCli, runShell } from "../support/program/program.ts"
import { dealtKeyIds as ids, type Sandbox, startSandbox } from "../support/sandbox.ts"
import { noTerminal, runCliOnTerminal, runOnTerminal } from "../support/terminal/pty.ts"

type Variables = Readonly<Record<string, string>>

const id = "law-hotel-shape-community"
const other = "market-night-plain-object"

const listed = (...statuses: ReadonlyArray<readonly [keyId: string, status: string]>) =>
  json(200, { message: "ok", detail: { items: statuses.map(([key_id, status]) => ({ key_id, status })) } })

const active = listed([id, "active"])
const revoked = listed([id, "revoked"])
const failed = json(200, { errorMessage: "Task timed out after 3.00 seconds" })

/** Revokes over a server with these answers to DELETE and to the list. */
const revoke = async (
  deletes: ReadonlyArray<Answer>,
  list: Answer,
  {
    flags = ["--yes"],
    run = runInProcess,
  }: { flags?: ReadonlyArray<string>; run?: typeof runInProcess } = {},
) => {
  const { env } = await startScripted(
    { [`DELETE /pat/${id}`]: deletes, "GET /pat": list },
    { env: { ZPOOL_MAX_RETRIES: "1" } },
  )
  return run(["pat", "revoke", id, ...flags], env)
}

// PatApi.test.ts has every answer and list; here is what the user gets.
describe("an answer to a revoke that isn't the API's own", () => {
  it.each<[what: string, answer: Answer]>([
    ["a function that failed", failed],
    ["a success that says false", json(200, { message: "PAT revoked", success: false })],
    ["the name of another PAT", json(200, { message: "PAT revoked", detail: { key_id: other } })],
  ])("(%s) is a failure while the list shows the PAT as active", async (_, answer) => {
    const ran = await revoke([answer], active)
    expect(ran).toMatchObject({ code: 1, stdout: "" })
    expect(ran.stderr).toContain(`PAT ${id} was not revoked`)
  })

  it("is a success if the list shows the PAT as revoked, also for the built program", async () => {
    for (const run of [runInProcess, (args: ReadonlyArray<string>, env: Variables) => runCli(args, { env })])
      expect(await revoke([failed], revoked, { run })).toMatchObject({
        code: 0,
        stdout: `PAT ${id} revoked successfully.\n`,
        stderr: "",
      })
  })

  it("is unconfirmed without a list", async () => {
    const ran = await revoke([failed], text(404, "<html>"), { flags: ["--json"] })
    expect(ran).toMatchObject({ code: 1, stdout: "" })
    expect(JSON.parse(ran.stderr).error).toMatchObject({ type: "RevokeUnconfirmed", keyId: id, exitCode: 1 })
  })
})

describe("a 404 to a revoke", () => {
  it("because of a wrong path in ZPOOL_API_URL is not reported as a missing PAT", async () => {
    const ran = await revoke([json(404, { message: "Not Found" })], json(404, { message: "Not Found" }))
    expect(ran).toMatchObject({ code: 1, stdout: "" })
    expect(ran.stderr).toContain(`zpcli could not confirm that PAT ${id} was revoked`)
    expect(ran.stderr).toContain("Check ZPOOL_API_URL")
  })

  it("after a lost answer is a success with an API that lists only active PATs", async () => {
    const list = listed([other, "active"])
    expect(await revoke([reset, json(404, {})], list)).toMatchObject({
      code: 0,
      stdout: `PAT ${id} is no longer listed.\n`,
      stderr: "",
    })
    const asJson = await revoke([reset, json(404, {})], list, { flags: ["--json"] })
    expect(JSON.parse(asJson.stdout)).toEqual({ message: "PAT no longer listed", detail: { key_id: id } })
    expect(await revoke([reset, json(404, {})], listed([other, "revoked"]))).toMatchObject({ code: 5 })
  })
})

describe("the PAT that signs in", () => {
  const start = async (...faults: ReadonlyArray<string>) => {
    const sandbox = await startSandbox()
    const own = await sandbox.call("POST", "/pat", { label: "own", scopes: ["pat"] })
    const another = await sandbox.call("POST", "/pat", { label: "another", scopes: ["job"] })
    const behind = await sandbox.behind({ faults })
    const env = { ...behind, ZPOOLPAT: own.token as string, ZPOOL_MAX_RETRIES: "1" }
    return { env, own: own.key_id as string, another: another.key_id as string, statuses: sandbox.statuses }
  }

  it("is revoked if the answer was lost and a 401 follows", async () => {
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

  it("doesn't make another PAT count as revoked if the API rejects it", async () => {
    const { another, env, statuses } = await start("DELETE /pat 503 1")
    const ran = await runCli(["pat", "revoke", another, "--yes"], {
      env: { ...env, ZPOOLPAT: "zpat_OfNobody0000" },
    })
    expect(ran).toMatchObject({ code: 4, stdout: "" })
    expect(await statuses()).toEqual(["active", "active"])
  })

  it("is rotated even if the answer to its revoke was lost", async () => {
    const { env, own, statuses } = await start("DELETE /pat after-drop 1")
    const ran = await runCli(["pat", "rotate", own, "--yes", "--token-only"], { env })
    expect(ran).toMatchObject({ code: 0, stderr: "" })
    expect(await statuses()).toEqual(["revoked", "active", "active"])
  })
})

const withLabels = async (...labels: ReadonlyArray<string>): Promise<Sandbox> => {
  const sandbox = await startSandbox()
  for (const label of labels) await sandbox.call("POST", "/pat", { label, scopes: ["job"] })
  return sandbox
}

/** Revokes, and answers the question. Reading stdin itself is tested in prompt.test.ts. */
const ask = ({ env }: Sandbox, args: ReadonlyArray<string>, line = "") =>
  runInProcess(["pat", "revoke", ...args], env, { line })

describe("pat revoke of several", () => {
  const withFour = async () => {
    const sandbox = await withLabels("a", "b", "c", "d")
    await sandbox.call("DELETE", `/pat/${ids[1]}`)
    return sandbox
  }
  it("tries all, and exits with the code of the first failure in the given order", async () => {
    const sandbox = await withFour()
    const env = await sandbox.behind({ faults: [`DELETE /pat/${ids[2]} 503`] })
    const revoke = (...given: ReadonlyArray<string>) =>
      runCli(["pat", "revoke", "--yes", ...given], {
        env: { ...env, ZPOOL_MAX_RETRIES: "0" },
      })
    const ran = await revoke(ids[0], ids[1], ids[2], ids[3])
    expect(ran.code).toBe(5)
    expect(ran.stdout).toBe(`PAT ${ids[0]} revoked successfully.\nPAT ${ids[3]} revoked successfully.\n`)
    expect(ran.stderr).toContain(`zpcli: ${ids[1]}: There is no PAT ${ids[1]}, or it is already revoked`)
    expect(ran.stderr).toContain(`zpcli: ${ids[2]}: The API is unavailable: status 503`)
    expect(await sandbox.statuses()).toEqual(["revoked", "revoked", "active", "revoked"])
    expect((await revoke(ids[2], ids[1])).code).toBe(6)
  })

  it("prints one object per line with --json, and errors on stderr", async () => {
    const sandbox = await withFour()
    const { code, stderr, stdout } = await ask(sandbox, ["--json", ids[0], ids[1], ids[2]])
    expect(code).toBe(5)
    const done = (key_id: string) => ({ message: "PAT revoked", detail: { key_id } })
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([done(ids[0]), done(ids[2])])
    expect(
      stderr
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { error: expect.objectContaining({ type: "PatNotFound", status: 404, exitCode: 5, retryable: false }) },
    ])
  })

  it("is refused if one isn't a key ID, and otherwise asks once about all", async () => {
    const sandbox = await withFour()
    expect((await ask(sandbox, ["--yes", ids[0], "../pat"])).code).toBe(2)
    expect(sandbox.requests).toEqual([])
    const asked = await ask(sandbox, [ids[0], ids[2]], "no")
    expect(asked).toMatchObject({ code: 3, stdout: "" })
    expect(asked.stderr.match(/\[y\/N\]/g)).toHaveLength(1)
    for (const text of [ids[0], ids[2], '("a", scopes job', "Revoke these 2 PATs?"])
      expect(asked.stderr).toContain(text)
    expect(await sandbox.statuses()).toEqual(["active", "revoked", "active", "active"])
  })

  it.each([["--yes"], ["--json"]])(
    "with a wrong password signs in once and says so once, with %s",
    async (flag) => {
      const sandbox = await withLabels("a", "b", "c")
      const env = { ...sandbox.env, ZPOOL_PASSWORD: "wrong" }
      const ran = await runInProcess(["pat", "revoke", flag, ids[0], ids[1], ids[2]], env)
      expect(ran).toMatchObject({ code: 4, stdout: "" })
      expect(sandbox.requests).toEqual(["POST /login 401"])
      expect(ran.stderr.match(/refused the username or password/g)).toHaveLength(1)
    },
  )

  it("without a password says so once", async () => {
    const sandbox = await withLabels("a", "b")
    const { ZPOOL_PASSWORD: _, ...env } = sandbox.env
    const ran = await runInProcess(["pat", "revoke", "--yes", ids[0], ids[1]], env)
    expect(ran).toMatchObject({ code: 4, stdout: "" })
    expect(ran.stderr.match(/ZPOOL_PASSWORD/g)).toHaveLength(1)
    expect(sandbox.requests).toEqual([])
  })

  it.skipIf(noTerminal)("ends at Ctrl-C at its password prompt, which is asked once", async () => {
    const sandbox = await withLabels("a", "b", "c")
    const { ZPOOL_PASSWORD: _, ...env } = sandbox.env
    const ran = await runCliOnTerminal(["pat", "revoke", "--yes", ids[0], ids[1], ids[2]], {
      env,
      script: [["Password", "\u0003"]],
    })
    expect(ran).toMatchObject({ code: 130, echo: true, unused: [] })
    expect(ran.output.match(/Password/g)).toHaveLength(1)
    expect(sandbox.requests).toEqual([])
  })
})

describe("the question of pat revoke", () => {
  const fields = (label: string) => `PAT ${ids[0]} ("${label}", scopes job, last used never)`

  it.each([
    [
      "x\", scopes *, last used never)? This can't be undone. [y/N] ",
      "x\\\", scopes *, last used never)? This can't be undone. [y/N] ",
    ],
    ["back\\", "back\\\\"],
    ['\\"', '\\\\\\"'],
    ["a 'quote'", "a 'quote'"],
  ])("escapes the quotes of the label %j, so that it can't forge its end", async (label, shown) => {
    const sandbox = await withLabels(label)
    const { code, stderr } = await ask(sandbox, [ids[0]], "n")
    expect(code).toBe(3)
    expect(stderr.split("\n")[0]).toContain(`Revoke ${fields(shown)}?`)
  })

  it("says which PAT signs in", async () => {
    const sandbox = await withLabels("a")
    const own = await sandbox.call("POST", "/pat", { label: "own", scopes: ["pat"] })
    const env = { ZPOOL_API_URL: sandbox.url, ZPOOLPAT: String(own.token) }
    const args = ["pat", "revoke", ids[0], String(own.key_id)]
    const { code, stderr } = await runInProcess(args, env, { line: "n" })
    expect(code).toBe(3)
    expect(stderr).toMatch(/\("own", [^)]*\), which you are signed in with\n/)
    expect(stderr).toContain(`  ${fields("a")}\n`)
  })

  it("is not asked about a PAT that is already revoked", async () => {
    const sandbox = await withLabels("a")
    await sandbox.call("DELETE", `/pat/${ids[0]}`)
    const { code, stderr, stdout } = await ask(sandbox, [ids[0]], "y")
    expect({ code, stdout }).toEqual({ code: 5, stdout: "" })
    expect(stderr).toContain(`PAT ${ids[0]} is already revoked`)
    expect(stderr).not.toContain("[y/N]")
    expect(sandbox.requests).toEqual(["POST /login 200", "GET /pat 200"])
  })

  it("is not asked about a PAT that is not listed, and names the nearest one", async () => {
    const sandbox = await withLabels("a", "b")
    const { code, stderr } = await ask(sandbox, ["law-hotel-shape-comunity"], "y")
    expect(code).toBe(5)
    expect(stderr).toContain("There is no PAT law-hotel-shape-comunity")
    expect(stderr).toContain(`Did you mean ${ids[0]}?`)
    expect(stderr).not.toContain("[y/N]")
    expect(sandbox.requests).toEqual(["POST /login 200", "GET /pat 200"])
  })

  it("is asked about those of several that can be revoked, and the others fail", async () => {
    const sandbox = await withLabels("a", "b", "c")
    await sandbox.call("DELETE", `/pat/${ids[1]}`)
    const { code, stderr, stdout } = await ask(sandbox, [ids[1], ids[0], "no-such-key-id", ids[2]], "y")
    expect({ code, stdout }).toEqual({
      code: 5,
      stdout: `PAT ${ids[0]} revoked successfully.\nPAT ${ids[2]} revoked successfully.\n`,
    })
    expect(stderr).toContain("Revoke these 2 PATs?")
    expect(stderr).toContain(`${ids[1]} is already revoked`)
    expect(stderr).toContain("There is no PAT no-such-key-id")
    expect(sandbox.requests.filter((request) => request.startsWith("DELETE"))).toHaveLength(2)
    expect(await sandbox.statuses()).toEqual(["revoked", "revoked", "revoked"])
  })

  it("ends with 3 if declined, even if another PAT couldn't be revoked anyway", async () => {
    const sandbox = await withLabels("a")
    expect((await ask(sandbox, [ids[0], "no-such-key-id"], "n")).code).toBe(3)
    expect(await sandbox.statuses()).toEqual(["active"])
  })
})

const strictBash = ["bash", "-e", "-o", "pipefail"]
const done = `PAT ${ids[0]} revoked successfully.\nPAT ${ids[1]} revoked successfully.\n`

describe("zpcli pat revoke -", () => {
  it("revokes what a pipe from pat list names, under pipefail, and nothing when it runs again", async () => {
    const sandbox = await withLabels("a", "b")
    const line = "zpcli pat list -q --status active | zpcli pat revoke - --yes"
    const run = () => runShell(line, { env: sandbox.env, shell: strictBash })
    expect(await run()).toMatchObject({ code: 0, stdout: done, stderr: "" })
    expect(await run()).toMatchObject({ code: 0, stdout: "", stderr: "Nothing to revoke.\n" })
  })

  it("revokes the active PATs with a label in the pipeline that --label suggests", async () => {
    const sandbox = await withLabels("a", "b")
    await sandbox.call("POST", "/pat", { label: "a", scopes: ["job"] })
    await sandbox.call("DELETE", `/pat/${ids[0]}`)
    const { env } = sandbox
    const refused = await runInProcess(["pat", "revoke", "--label", "a"], env)
    const line = /zpcli pat list .+$/m.exec(refused.stderr)?.[0].replace("LABEL", "a")
    const ran = await runShell(`${line} --yes`, { env, shell: strictBash })
    expect(ran).toMatchObject({ code: 0, stdout: `PAT ${ids[2]} revoked successfully.\n`, stderr: "" })
  })

  it.skipIf(noTerminal)("asks at the terminal even if all three streams are redirected", async () => {
    const sandbox = await withLabels("a", "b")
    const env = { ...sandbox.env, PATH: pathWithProgram() }
    const line = `printf '${ids[0]}\\n${ids[1]}\\n' | zpcli pat revoke - 2>&1 | cat`
    const ran = await runOnTerminal(["bash", "-o", "pipefail", "-c", line], {
      env,
      script: [["\\[y/N\\] ", "y\r"]],
    })
    expect(ran).toMatchObject({ code: 0, echo: true, unused: [], echoes: [false] })
    expect(ran.output).toContain(`Revoke these 2 PATs? This can't be undone. [y/N] y\n${done}`)
  })

  it.skipIf(noTerminal)("reads key IDs that are typed, and still asks", async () => {
    const sandbox = await withLabels("a", "b")
    const env = { ...sandbox.env, PATH: pathWithProgram() }
    const ran = await runOnTerminal(["zpcli", "pat", "revoke", "-"], {
      env,
      script: [
        ["then press Ctrl-D", `${ids[0]}\n\u0004`],
        ["\\[y/N\\] ", "\r"],
      ],
    })
    expect(ran).toMatchObject({ code: 3, echo: true, unused: [] })
    expect(ran.output).toContain(`Revoke PAT ${ids[0]}`)
  })

  it("sends nothing if stdin is longer than 1 MiB", async () => {
    const sandbox = await withLabels("a", "b")
    const input = `${ids[0]}\n`.repeat(50_000)
    const ran = await runCli(["pat", "revoke", "-", "--json"], { env: sandbox.env, input })
    expect(ran).toMatchObject({ code: 2, stdout: "" })
    expect(JSON.parse(ran.stderr)).toMatchObject({ error: { exitCode: 2, retryable: false } })
    expect(sandbox.requests).toEqual([])
  })
})
