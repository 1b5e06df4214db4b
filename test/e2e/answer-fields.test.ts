import { describe, expect, it } from "vitest"
import { runCli } from "../support/program/program.ts"
import { startServer } from "../support/sandbox.ts"
import { noTerminal, runCliOnTerminal } from "../support/terminal/pty.ts"

/** Far deeper than the stack allows a recursion to go. */
const deep = `${"[".repeat(50_000)}1${"]".repeat(50_000)}`
const id = "law-hotel-shape-community"
const otherId = "market-night-plain-object"
const other = `{"key_id":"${otherId}","label":"CI","status":"active","scopes":["job"]}`

/** Serves one body for every request; gives the environment to ask for it. */
const serving = async (body: string, status = 200) => ({
  ZPOOL_API_URL: await startServer((request, response) => {
    request.resume()
    response.writeHead(status, { "content-type": "application/json" }).end(body)
  }),
  ZPOOLPAT: "zpat_TheOneThatSignsIn",
  ZPOOL_MAX_RETRIES: "0",
})

const listOf = (...items: ReadonlyArray<string>) => `{"message":"ok","detail":{"items":[${items.join(",")}]}}`
const labelled = (label: string) => `{"key_id":"${id}","label":${label},"status":"active","scopes":["job"]}`

describe("an odd field of a PAT costs no more than its cell", () => {
  it("nested 50,000 levels deep", async () => {
    const fields = ["key_id", "label", "status", "created_at", "last_used_at", "scopes", "unknown"]
    const env = await serving(listOf(...fields.map((field) => `{"label":"odd","${field}":${deep}}`), other))
    const ways = [[], ["--local"], ["--json"], ["--json", "--status", "active"]]
    const ran = await Promise.all(ways.map((args) => runCli(["pat", "list", ...args], { env })))
    for (const { code, stderr, stdout } of ran) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
      expect(stdout).toContain(otherId)
    }
    expect(ran[0]?.stdout.match(/odd/g)).toHaveLength(6)
  })

  it("of a million letters, which do not widen the other rows", async () => {
    const label = "x".repeat(1_000_000)
    const env = await serving(listOf(labelled(`"${label}"`), ...Array.from({ length: 500 }, () => other)))
    const { code, stdout } = await runCli(["pat", "list"], { env })
    expect(code).toBe(0)
    expect(stdout).toContain(`${id}  ${label}  active`)
    expect(stdout.length).toBeLessThan(2_000_000)
  })

  it.skipIf(noTerminal).each([
    ["nested 50,000 levels deep", deep, [20, 120]],
    ["of 130,000 words", JSON.stringify("word ".repeat(130_000)), [120]],
    ["of 50,000 letters", JSON.stringify("x".repeat(50_000)), [20, 120]],
    ["of 50,000 joiners", JSON.stringify("x\u200d".repeat(50_000)), [20, 120]],
    ["of 50,000 accents", JSON.stringify(`x${"\u0301".repeat(50_000)}`), [20, 120]],
    ["of 50,000 wide characters", JSON.stringify("漢".repeat(50_000)), [20, 120]],
  ])("a label %s, on terminals", async (_, label, widths) => {
    const env = await serving(listOf(labelled(label), other))
    await Promise.all(
      widths.map(async (columns) => {
        const { code, output } = await runCliOnTerminal(["pat", "list"], { env, columns })
        expect({ columns, code, error: output.includes("zpcli:") }).toEqual({
          columns,
          code: 0,
          error: false,
        })
        expect(output).toContain(otherId)
      }),
    )
  })
})

describe("a deep unknown field of an answer is printed with --json", () => {
  const done = `{"message":"done","detail":{"key_id":"${id}","token":"zpat_NewNewNew"},"unknown":${deep}}`
  const squeezed = (text: string) => text.replaceAll(/\s/g, "")

  it.each([
    ["pat list", listOf(other).replace("ok", `","unknown":${deep},"x":"`), 200],
    ["pat list --status active", listOf(other).replace("ok", `","unknown":${deep},"x":"`), 200],
    ["pat create x --scope job", done, 201],
    [`pat revoke ${id}`, done, 200],
  ])("%s", async (command, body, status) => {
    const { code, stderr, stdout } = await runCli([...command.split(" "), "--json"], {
      env: await serving(body, status),
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(squeezed(stdout)).toBe(body)
    expect(stdout.length).toBeLessThan(body.length * 2)
  })

  it("is no bug where a failure has it", async () => {
    for (const body of [deep, `{"message":${deep}}`, `{"message":"no","detail":${deep}}`]) {
      const { code, stderr } = await runCli(["pat", "list", "--json"], { env: await serving(body, 400) })
      expect({ code, type: JSON.parse(stderr).error.type }).toEqual({ code: 1, type: "RequestRefused" })
    }
  })
})

describe("a byte order mark in front of an answer", () => {
  it("costs neither a list nor a token", async () => {
    const list = await runCli(["pat", "list", "--json"], { env: await serving(`\uFEFF${listOf(other)}`) })
    expect(JSON.parse(list.stdout).detail.items).toEqual([JSON.parse(other)])
    const created = `\uFEFF{"detail":{"key_id":"${id}","token":"zpat_NewNewNew"}}`
    const create = await runCli(["pat", "create", "CI", "--scope", "job", "--token-only"], {
      env: await serving(created, 201),
    })
    expect(create).toMatchObject({ code: 0, stdout: "zpat_NewNewNew\n", stderr: "" })
  })
})
