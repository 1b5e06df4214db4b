import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { runCli } from "../support/program/program.ts"
import { startServer, temporaryFolder } from "../support/sandbox.ts"

const id = "law-hotel-shape-community"
const otherId = "market-night-plain-object"
const token = "zpat_NewNewNewNewNewNew"

/** Answers each request, `METHOD /path`, with a status and a body as it is written here. */
const serving = async (answers: Readonly<Record<string, readonly [status: number, body: string]>>) => ({
  ZPOOL_API_URL: await startServer((request, response) => {
    request.resume()
    const [status, body] = answers[`${request.method} ${request.url?.replace("/v1", "")}`] ?? [500, ""]
    response.writeHead(status, { "content-type": "application/json" }).end(body)
  }),
  ZPOOLPAT: "zpat_TheOneThatSignsIn",
  ZPOOL_MAX_RETRIES: "0",
})

/** Numbers that a double can't hold, or that JavaScript writes otherwise. */
const numbers = ["12345678901234567890", "1e400", "-1E-400", "1.0", "-0", "0.10", "100000000000000000000000"]
const items = numbers.map(
  (number, index) =>
    `{"key_id":"${index % 2 === 0 ? id : otherId}","usage_count":${number},"status":"${index % 2 === 0 ? "active" : "revoked"}"}`,
)
const listed = (some: ReadonlyArray<string>) =>
  `{"message":"ok","detail":{"items":[${some.join(",")}],"next":1.50}}`

const squeezed = (text: string) => text.replaceAll(/\s/g, "")

describe("--json prints numbers as the API wrote them", () => {
  it("in a list, with and without filters", async () => {
    const env = await serving({ "GET /pat": [200, listed(items)] })
    const list = (...args: ReadonlyArray<string>) => runCli(["pat", "list", "--json", ...args], { env })
    expect(squeezed((await list()).stdout)).toBe(listed(items))
    for (const [status, parity] of [
      ["active", 0],
      ["revoked", 1],
    ] as const) {
      const { stdout } = await list("--status", status)
      expect(squeezed(stdout)).toBe(listed(items.filter((_, index) => index % 2 === parity)))
    }
    expect((await list("--status", "expired")).stdout).toBe(
      '{\n  "message": "ok",\n  "detail": {\n    "items": [],\n    "next": 1.50\n  }\n}\n',
    )
  })

  it("of a create, of a revoke and of several", async () => {
    const created = `{"message":"ok","detail":{"key_id":"${id}","token":"${token}","n":[${numbers}]}}`
    const revoked = `{"message":"ok","detail":{"n":[${numbers}]}}`
    const env = await serving({
      "POST /pat": [201, created],
      [`DELETE /pat/${id}`]: [200, revoked],
      [`DELETE /pat/${otherId}`]: [200, revoked],
    })
    const create = await runCli(["pat", "create", "CI", "--scope", "job", "--json"], { env })
    expect(squeezed(create.stdout)).toBe(created)
    const revoke = await runCli(["pat", "revoke", id, "--json"], { env })
    expect(squeezed(revoke.stdout)).toBe(revoked)
    expect((await runCli(["pat", "revoke", id, otherId, "--json"], { env })).stdout).toBe(
      `${revoked}\n${revoked}\n`,
    )
  })

  it("of a rotation", async () => {
    const created = `{"message":"ok","detail":{"key_id":"${otherId}","token":"${token}","n":[${numbers}]}}`
    const old = `{"key_id":"${id}","label":"CI","status":"active","scopes":["job"]}`
    const env = await serving({
      "GET /pat": [200, listed([old])],
      "POST /pat": [201, created],
      "GET /hello": [200, '{"message":"Hello"}'],
      [`DELETE /pat/${id}`]: [200, ""],
    })
    const { stdout } = await runCli(["pat", "rotate", id, "--yes", "--json"], { env })
    expect(JSON.parse(stdout).detail.key_id).toBe(otherId)
    expect(squeezed(stdout)).toContain(`"n":[${numbers}]`)
  })

  it("with two spaces a level and readable characters, whatever the API's layout", async () => {
    const body = '\n{ "a":[ ],"b" : {\t},\r\n"c":[1 ,{"d":null}], "caf\\u00e9":"\\/\\u202e" }'
    const env = await serving({ "GET /pat": [200, `{"detail":{"items":[]},"odd":${body}}`] })
    const { stdout } = await runCli(["pat", "list", "--json"], { env })
    const odd = `{\n    "a": [],\n    "b": {},\n    "c": [\n      1,\n      {\n        "d": null\n      }\n    ],\n    "café": "/\\u202e"\n  }`
    expect(stdout).toBe(`{\n  "detail": {\n    "items": []\n  },\n  "odd": ${odd}\n}\n`)
  })
})

describe("--json --out", () => {
  it("leaves each token out, however its key is written, and masks it elsewhere", async () => {
    const body = `{"message":"Copy ${token}","detail":{"token":"zpat_Another","key_id":"${id}","\\u0074oken":"${token}","n":1e400},"x":["a-${token.replace("z", "\\u007a")}-b"]}`
    const env = await serving({ "POST /pat": [201, body] })
    const file = join(temporaryFolder(), "ci.pat")
    const { code, stderr, stdout } = await runCli(
      ["pat", "create", "CI", "--scope", "job", "--json", "--out", file],
      { env },
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(readFileSync(file, "utf8")).toBe(token)
    expect(squeezed(stdout)).toBe(
      `{"message":"Copy[hidden]","detail":{"key_id":"${id}","n":1e400},"x":["a-[hidden]-b"]}`,
    )
  })
})
