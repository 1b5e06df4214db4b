import { readFileSync } from "node:fs"
import { join } from "node:path"
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import packageJson from "../../package.json" with { type: "json" }
import { newToken } from "../support/fixtures.ts"
import { text } from "../support/http/answer.ts"
import { type Handler, startScripted } from "../support/http/scripted.ts"
import { runInProcess } from "../support/program/inProcess.ts"
import { runCli } from "../support/program/program.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"
import { noTerminal, runCliOnTerminal } from "../support/terminal/pty.ts"

const token = `zpat_secret_new_${"n".repeat(24)}`
const keyId = "law-hotel-shape-community"
const create = ["pat", "create", "Nightly", "--scope", "job"]
const list = ["pat", "list"]
const created = JSON.stringify({ message: "ok", detail: { key_id: "market-night-plain-object", token } })

const item = (fields: Readonly<Record<string, unknown>> = {}) => ({
  key_id: keyId,
  label: "Nightly",
  status: "active",
  created_at: "2026-01-26T02:05:37Z",
  scopes: ["job"],
  ...fields,
})

const listed = (...items: ReadonlyArray<unknown>) => JSON.stringify({ message: "ok", detail: { items } })

const start = (handler: Handler, env: Readonly<Record<string, string>> = {}) =>
  startScripted(handler, { env: { ZPOOL_TIMEOUT: "10", ...env } })

const encodings: ReadonlyArray<readonly [name: string, encode: (text: string) => Buffer, says?: string]> = [
  ["gzip", gzipSync],
  ["x-gzip", gzipSync, "X-GZip"],
  ["deflate", deflateSync],
  ["deflate without its header", deflateRawSync, "deflate"],
  ["br", brotliCompressSync],
  ["gzip in br", (text) => brotliCompressSync(gzipSync(text)), "gzip, br"],
  ["identity", Buffer.from],
]

describe("a compressed answer", () => {
  it("isn't requested", async () => {
    const { env, seen } = await start((_, response) => response.end(listed()))
    await runCli(list, { env })
    expect(seen[0]?.headers["accept-encoding"]).toBe("identity")
  })

  for (const [name, encode, says = name] of encodings) {
    it(`(${name}) is read in a list, a create and a failure`, async () => {
      const { env } = await start(({ method, url }, response) => {
        response.setHeader("content-encoding", says)
        if (url === "/v1/hello") response.writeHead(400).end(encode('{"message":"Not today"}'))
        else if (method === "POST") response.writeHead(201).end(encode(created))
        else response.end(encode(listed(item())))
      })
      const [shown, made, refused] = await Promise.all([
        runInProcess(list, env),
        runInProcess([...create, "--token-only"], env),
        runInProcess(["hello"], env),
      ])
      expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining(keyId) })
      expect(made).toMatchObject({ code: 0, stdout: `${token}\n` })
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("Not today") })
      if (name === "gzip in br")
        expect(await runCli([...create, "--token-only"], { env })).toMatchObject({
          code: 0,
          stdout: made.stdout,
        })
    })
  }

  it("without a body counts as empty", async () => {
    const { env } = await start((_, response) =>
      response.writeHead(204, { "content-encoding": "gzip" }).end(),
    )
    expect(await runCli(["pat", "revoke", keyId, "--yes"], { env })).toMatchObject({ code: 0, stderr: "" })
  })

  it("that is damaged, cut off or in an unknown encoding ends with 1, or 7 for a create", async () => {
    const damaged: ReadonlyArray<readonly [string, Buffer]> = [
      ["gzip", Buffer.from(listed())],
      ["gzip", gzipSync(listed(item())).subarray(0, 40)],
      ["zstd", Buffer.from(listed())],
    ]
    for (const [encoding, body] of damaged) {
      const { env } = await start(({ method }, response) =>
        response.writeHead(method === "POST" ? 201 : 200, { "content-encoding": encoding }).end(body),
      )
      const [shown, made] = await Promise.all([runInProcess(list, env), runInProcess(create, env)])
      expect(shown).toMatchObject({ code: 1, stdout: "" })
      expect(shown.stderr).toContain("encoding")
      expect(made).toMatchObject({ code: 7, stdout: "" })
    }
  })

  it("that unpacks to more than 256 MiB is refused", { timeout: 60_000 }, async () => {
    const bomb = gzipSync(Buffer.alloc(257 * 1024 * 1024, " "), { level: 1 })
    const { env } = await start(
      (_, response) => {
        response.setHeader("content-encoding", "gzip")
        response.end(bomb)
      },
      { ZPOOL_TIMEOUT: "60" },
    )
    const { code, stderr } = await runCli(list, { env, timeout: 60_000 })
    expect(code).toBe(1)
    expect(stderr).toContain("more than 256 MiB")
  })
})

describe("headers", () => {
  it("name the program and its version", async () => {
    const { env, seen } = await start((_, response) => response.end(listed()))
    await runCli(list, { env })
    expect(seen[0]?.headers["user-agent"]).toBe(`zpcli/${packageJson.version}`)
  })

  for (const kib of [17, 60]) {
    it(`of an answer can be ${kib} KiB long`, async () => {
      const { env } = await start((_, response) =>
        response.writeHead(201, { "x-long": "x".repeat(kib * 1024) }).end(created),
      )
      expect(await runCli([...create, "--token-only"], { env })).toMatchObject({
        code: 0,
        stdout: `${token}\n`,
      })
    })
  }

  it("of more than 64 KiB are refused, and leave a create's outcome unknown", async () => {
    const { env } = await start(({ method }, response) =>
      method === "POST"
        ? response.writeHead(201, { "x-long": "x".repeat(70 * 1024) }).end(created)
        : response.end(listed(item({ created_at: new Date().toISOString() }))),
    )
    const { code, stderr } = await runCli(create, { env })
    expect(code).toBe(7)
    expect(stderr).toContain(keyId)
  })
})

const day = 24 * 3600 * 1000

describe("the server's clock", () => {
  /** A server whose clock is off from ours by so many milliseconds. */
  const off = (millis: number, body: (now: number) => string) =>
    start((_, response) => {
      const now = Date.now() + millis
      response.setHeader("date", new Date(now).toUTCString())
      response.end(body(now))
    })

  it("decides which PATs are expiring, and one warning says how wrong our clock is", async () => {
    for (const days of [-30, 30]) {
      const { env } = await off(days * day, (now) =>
        listed(item({ expiry_at: new Date(now + 5 * day).toISOString() })),
      )
      const ran = await runCli([...list, "--expiring-within", "14d", "--exit-code"], { env })
      expect(ran).toMatchObject({ code: 8, stdout: expect.stringContaining(keyId) })
      expect(ran.stderr.match(/computer's clock/g)).toHaveLength(1)
      expect(ran.stderr).toContain(`30 days ${days < 0 ? "ahead of" : "behind"}`)
    }
  })

  it("causes no warning if our clock is off by less than five minutes", async () => {
    const { env } = await off(4 * 60_000, () => listed())
    expect((await runCli(list, { env })).stderr).toBe("")
  })

  it("decides how long to wait for a Retry-After date", async () => {
    const started = Date.now()
    const { env, seen } = await start(
      (_, response, count) => {
        const now = Date.now() + 30 * day
        response.setHeader("date", new Date(now).toUTCString())
        if (count > 1) return response.end(listed())
        return response.writeHead(429, { "retry-after": new Date(now + 1000).toUTCString() }).end()
      },
      { ZPOOL_MAX_RETRIES: "1" },
    )
    const { code, stderr } = await runCli(list, { env })
    expect({ code, requests: seen.length }).toEqual({ code: 0, requests: 2 })
    expect(stderr.match(/computer's clock/g)).toHaveLength(1)
    expect(Date.now() - started).toBeLessThan(15_000)
  })
})

/** Far deeper than the stack allows a recursion to go. */
const deep = `${"[".repeat(50_000)}1${"]".repeat(50_000)}`
const otherId = "market-night-plain-object"
const otherItem = `{"key_id":"${otherId}","label":"CI","status":"active","scopes":["job"]}`

/** Serves one body for every request; gives the environment to ask for it. */
const serving = async (body: string, status = 200) => (await startScripted(text(status, body))).env
const listOf = (...items: ReadonlyArray<string>) => `{"message":"ok","detail":{"items":[${items.join(",")}]}}`
const labelled = (label: string) =>
  `{"key_id":"${keyId}","label":${label},"status":"active","scopes":["job"]}`

describe("an odd field of a PAT blanks at most its own cell", () => {
  it("if it is nested 50,000 levels deep", async () => {
    const fields = ["key_id", "label", "status", "created_at", "last_used_at", "scopes", "unknown"]
    const env = await serving(
      listOf(...fields.map((field) => `{"label":"odd","${field}":${deep}}`), otherItem),
    )
    const ways = [[], ["--local"], ["--json"], ["--json", "--status", "active"]]
    const ran = await Promise.all(ways.map((args) => runInProcess(["pat", "list", ...args], env)))
    for (const { code, stderr, stdout } of ran) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
      expect(stdout).toContain(otherId)
    }
    expect(ran[0]?.stdout.match(/odd/g)).toHaveLength(6)
  })

  it("if it has a million letters, which don't widen the other rows", async () => {
    const label = "x".repeat(1_000_000)
    const env = await serving(listOf(labelled(`"${label}"`), ...Array.from({ length: 500 }, () => otherItem)))
    const { code, stdout } = await runInProcess(["pat", "list"], env)
    expect(code).toBe(0)
    expect(stdout).toContain(`${keyId}  ${label}  active`)
    expect(stdout.length).toBeLessThan(2_000_000)
  })

  const labels = [
    ["nested 50,000 levels deep", deep],
    ["of 130,000 words", JSON.stringify("word ".repeat(130_000))],
    ["of 50,000 letters", JSON.stringify("x".repeat(50_000))],
    ["of 50,000 joiners", JSON.stringify("x\u200d".repeat(50_000))],
    ["of 50,000 accents", JSON.stringify(`x${"\u0301".repeat(50_000)}`)],
    ["of 50,000 wide characters", JSON.stringify("漢".repeat(50_000))],
  ] as const

  it.each(labels)("if it is a label %s, which fits the terminal", async (_, label) => {
    const env = await serving(listOf(labelled(label), otherItem))
    for (const columns of [20, 120]) {
      const { code, stderr, stdout } = await runInProcess(["pat", "list"], env, { terminal: true, columns })
      expect({ columns, code, stderr }).toEqual({ columns, code: 0, stderr: "" })
      expect(stdout).toContain(otherId)
    }
  })

  it.skipIf(noTerminal)("on a terminal, if all fields are odd at once", async () => {
    const env = await serving(listOf(...labels.map(([, label]) => labelled(label)), otherItem))
    const { code, output } = await runCliOnTerminal(["pat", "list"], { env, columns: 120 })
    expect({ code, error: output.includes("zpcli:") }).toEqual({ code: 0, error: false })
    expect(output).toContain(otherId)
  })
})

const squeezed = (text: string) => text.replaceAll(/\s/g, "")

describe("a deep unknown field of an answer is printed with --json", () => {
  const done = `{"message":"done","detail":{"key_id":"${keyId}","token":"${newToken}"},"unknown":${deep}}`

  it.each([
    ["pat list", listOf(otherItem).replace("ok", `","unknown":${deep},"x":"`), 200],
    ["pat list --status active", listOf(otherItem).replace("ok", `","unknown":${deep},"x":"`), 200],
    ["pat create x --scope job", done, 201],
    [`pat revoke ${keyId}`, done, 200],
  ])("by %s", async (command, body, status) => {
    const env = await serving(body, status)
    const { code, stderr, stdout } = await runCli([...command.split(" "), "--json"], { env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(squeezed(stdout)).toBe(body)
    expect(stdout.length).toBeLessThan(body.length * 2)
  })

  it("and doesn't cause an internal error in a failure", async () => {
    for (const body of [deep, `{"message":${deep}}`, `{"message":"no","detail":${deep}}`]) {
      const { code, stderr } = await runInProcess(["pat", "list", "--json"], await serving(body, 400))
      expect({ code, type: JSON.parse(stderr).error.type }).toEqual({ code: 1, type: "RequestRefused" })
    }
  })
})

describe("a byte order mark in front of an answer", () => {
  it("is skipped in the answers to a list and a create", async () => {
    const list = await runCli(["pat", "list", "--json"], { env: await serving(`\uFEFF${listOf(otherItem)}`) })
    expect(JSON.parse(list.stdout).detail.items).toEqual([JSON.parse(otherItem)])
    const created = `\uFEFF{"detail":{"key_id":"${keyId}","token":"${newToken}"}}`
    const create = await runCli(["pat", "create", "CI", "--scope", "job", "--token-only"], {
      env: await serving(created, 201),
    })
    expect(create).toMatchObject({ code: 0, stdout: `${newToken}\n`, stderr: "" })
  })
})

/** Numbers that a double can't hold, or that JavaScript writes otherwise. */
const numbers = ["12345678901234567890", "1e400", "-1E-400", "1.0", "-0", "0.10", "100000000000000000000000"]

const rawItems = numbers.map(
  (number, index) =>
    `{"key_id":"${index % 2 === 0 ? keyId : otherId}","usage_count":${number},"status":"${index % 2 === 0 ? "active" : "revoked"}"}`,
)

const listedAs = (some: ReadonlyArray<string>) =>
  `{"message":"ok","detail":{"items":[${some.join(",")}],"next":1.50}}`

describe("--json prints numbers as the API wrote them", () => {
  it("in a list, by the built program", async () => {
    const { env } = await startScripted({ "GET /pat": text(200, listedAs(rawItems)) })
    const { stdout } = await runCli(["pat", "list", "--json"], { env })
    expect(squeezed(stdout)).toBe(listedAs(rawItems))
  })

  it("in a list, with and without filters", async () => {
    const { env } = await startScripted({ "GET /pat": text(200, listedAs(rawItems)) })
    const list = (...args: ReadonlyArray<string>) => runInProcess(["pat", "list", "--json", ...args], env)
    expect(squeezed((await list()).stdout)).toBe(listedAs(rawItems))
    for (const [status, parity] of [
      ["active", 0],
      ["revoked", 1],
    ] as const) {
      const { stdout } = await list("--status", status)
      expect(squeezed(stdout)).toBe(listedAs(rawItems.filter((_, index) => index % 2 === parity)))
    }
    expect((await list("--status", "expired")).stdout).toBe(
      '{\n  "message": "ok",\n  "detail": {\n    "items": [],\n    "next": 1.50\n  }\n}\n',
    )
  })

  it("after a create, a revoke and a revoke of several PATs", async () => {
    const created = `{"message":"ok","detail":{"key_id":"${keyId}","token":"${newToken}","n":[${numbers}]}}`
    const revoked = `{"message":"ok","detail":{"n":[${numbers}]}}`
    const { env } = await startScripted({
      "POST /pat": text(201, created),
      [`DELETE /pat/${keyId}`]: text(200, revoked),
      [`DELETE /pat/${otherId}`]: text(200, revoked),
    })
    const create = await runInProcess(["pat", "create", "CI", "--scope", "job", "--json"], env)
    expect(squeezed(create.stdout)).toBe(created)
    const revoke = await runInProcess(["pat", "revoke", keyId, "--json"], env)
    expect(squeezed(revoke.stdout)).toBe(revoked)
    expect((await runInProcess(["pat", "revoke", keyId, otherId, "--json"], env)).stdout).toBe(
      `${revoked}\n${revoked}\n`,
    )
  })

  it("after a rotation", async () => {
    const created = `{"message":"ok","detail":{"key_id":"${otherId}","token":"${newToken}","n":[${numbers}]}}`
    const old = `{"key_id":"${keyId}","label":"CI","status":"active","scopes":["job"]}`
    const { env } = await startScripted({
      "GET /pat": text(200, listedAs([old])),
      "POST /pat": text(201, created),
      "GET /hello": text(200, '{"message":"Hello"}'),
      [`DELETE /pat/${keyId}`]: text(200, ""),
    })
    const { stdout } = await runInProcess(["pat", "rotate", keyId, "--yes", "--json"], env)
    expect(JSON.parse(stdout).detail.key_id).toBe(otherId)
    expect(squeezed(stdout)).toContain(`"n":[${numbers}]`)
  })

  it("indented by two spaces and with readable characters, whatever the API's layout", async () => {
    const body = '\n{ "a":[ ],"b" : {\t},\r\n"c":[1 ,{"d":null}], "caf\\u00e9":"\\/\\u202e" }'
    const { env } = await startScripted({ "GET /pat": text(200, `{"detail":{"items":[]},"odd":${body}}`) })
    const { stdout } = await runInProcess(["pat", "list", "--json"], env)
    const odd = `{\n    "a": [],\n    "b": {},\n    "c": [\n      1,\n      {\n        "d": null\n      }\n    ],\n    "café": "/\\u202e"\n  }`
    expect(stdout).toBe(`{\n  "detail": {\n    "items": []\n  },\n  "odd": ${odd}\n}\n`)
  })
})

describe("--json --out", () => {
  it("leaves the token out, however its key is spelled, and masks it elsewhere", async () => {
    const body = `{"message":"Copy ${newToken}","detail":{"token":"zpat_Another","key_id":"${keyId}","\\u0074oken":"${newToken}","n":1e400},"x":["a-${newToken.replace("z", "\\u007a")}-b"]}`
    const { env } = await startScripted({ "POST /pat": text(201, body) })
    const file = join(temporaryFolder(), "ci.pat")
    const { code, stderr, stdout } = await runCli(
      ["pat", "create", "CI", "--scope", "job", "--json", "--out", file],
      { env },
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(readFileSync(file, "utf8")).toBe(newToken)
    expect(squeezed(stdout)).toBe(
      `{"message":"Copy[hidden]","detail":{"key_id":"${keyId}","n":1e400},"x":["a-[hidden]-b"]}`,
    )
  })
})
