/** Answers that arrive in another dress, at another time, or over a connection that was used before. */
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import packageJson from "../../package.json" with { type: "json" }
import type { OnFinished } from "../support/http/network.ts"
import { binary, cleanEnv, ended, program, runCli } from "../support/program/program.ts"
import { startServer } from "../support/sandbox.ts"
import { noTerminal, runCliOnTerminal } from "../support/terminal/pty.ts"
import { runInProcess } from "../support/world/sockets.ts"

const pat = `zpat_secret_env_${"e".repeat(24)}`
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

interface Server {
  readonly env: Record<string, string>
  readonly seen: ReadonlyArray<IncomingMessage>
  readonly connections: () => number
}

/** Serves until the test is over; what no answer is given to hangs. */
const start = async (
  onFinished: OnFinished,
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void,
  env: Readonly<Record<string, string>> = {},
): Promise<Server> => {
  const seen: Array<IncomingMessage> = []
  let connections = 0
  const server = createServer((request, response) => {
    seen.push(request)
    answer(request, response, seen.length)
  }).on("connection", () => connections++)
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
  onFinished(() => {
    server.closeAllConnections()
    return new Promise<void>((closed) => server.close(() => closed()))
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    env: { ZPOOL_API_URL: url, ZPOOLPAT: pat, ZPOOL_MAX_RETRIES: "0", ZPOOL_TIMEOUT: "10", ...env },
    seen,
    connections: () => connections,
  }
}

const encodings: ReadonlyArray<readonly [name: string, encode: (text: string) => Buffer, says?: string]> = [
  ["gzip", gzipSync],
  ["x-gzip", gzipSync, "X-GZip"],
  ["deflate", deflateSync],
  ["deflate without its header", deflateRawSync, "deflate"],
  ["br", brotliCompressSync],
  ["gzip in br", (text) => brotliCompressSync(gzipSync(text)), "gzip, br"],
  ["identity", Buffer.from],
]

describe.concurrent("a compressed answer", () => {
  it("is not asked for", async ({ expect, onTestFinished }) => {
    const { env, seen } = await start(onTestFinished, (_, response) => response.end(listed()))
    await runCli(list, { env })
    expect(seen[0]?.headers["accept-encoding"]).toBe("identity")
  })

  for (const [name, encode, says = name] of encodings) {
    it(`(${name}) of a list, a create and a failure is read`, async ({ expect, onTestFinished }) => {
      const { env } = await start(onTestFinished, ({ method, url }, response) => {
        response.setHeader("content-encoding", says)
        if (url === "/hello") response.writeHead(400).end(encode('{"message":"Not today"}'))
        else if (method === "POST") response.writeHead(201).end(encode(created))
        else response.end(encode(listed(item())))
      })
      const [one, two, three] = await Promise.all([
        runInProcess(list, env),
        runCli([...create, "--token-only"], { env }),
        runInProcess(["hello"], env),
      ])
      expect(one).toMatchObject({ code: 0, stdout: expect.stringContaining(keyId) })
      expect(two).toMatchObject({ code: 0, stdout: `${token}\n` })
      expect(three).toMatchObject({ code: 1, stderr: expect.stringContaining("Not today") })
    })
  }

  it("without a body is an empty one", async ({ expect, onTestFinished }) => {
    const { env } = await start(onTestFinished, (_, response) =>
      response.writeHead(204, { "content-encoding": "gzip" }).end(),
    )
    expect(await runCli(["pat", "revoke", keyId, "--yes"], { env })).toMatchObject({ code: 0, stderr: "" })
  })

  it("that is damaged, cut off or in an encoding unknown here exits 1, or 7 for a create", async (test) => {
    const damaged: ReadonlyArray<readonly [string, Buffer]> = [
      ["gzip", Buffer.from(listed())],
      ["gzip", gzipSync(listed(item())).subarray(0, 40)],
      ["zstd", Buffer.from(listed())],
    ]
    for (const [encoding, body] of damaged) {
      const { env } = await start(test.onTestFinished, ({ method }, response) =>
        response.writeHead(method === "POST" ? 201 : 200, { "content-encoding": encoding }).end(body),
      )
      const [one, two] = await Promise.all([runInProcess(list, env), runCli(create, { env })])
      test.expect(one).toMatchObject({ code: 1, stdout: "" })
      test.expect(one.stderr).toContain("encoding")
      test.expect(two).toMatchObject({ code: 7, stdout: "" })
    }
  })

  it("that grows beyond 256 MiB is not read", { timeout: 60_000 }, async ({ expect, onTestFinished }) => {
    const bomb = gzipSync(Buffer.alloc(257 * 1024 * 1024, " "), { level: 1 })
    const { env } = await start(
      onTestFinished,
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

describe.concurrent("headers", () => {
  it("say which program asks", async ({ expect, onTestFinished }) => {
    const { env, seen } = await start(onTestFinished, (_, response) => response.end(listed()))
    await runCli(list, { env })
    expect(seen[0]?.headers["user-agent"]).toBe(`zpcli/${packageJson.version}`)
  })

  for (const kib of [17, 60]) {
    it(`of an answer may take ${kib} KiB`, async ({ expect, onTestFinished }) => {
      const { env } = await start(onTestFinished, (_, response) =>
        response.writeHead(201, { "x-long": "x".repeat(kib * 1024) }).end(created),
      )
      expect(await runCli([...create, "--token-only"], { env })).toMatchObject({
        code: 0,
        stdout: `${token}\n`,
      })
    })
  }

  it("of more than 64 KiB are refused, and a create's outcome is unknown then", async (test) => {
    const { env } = await start(test.onTestFinished, ({ method }, response) =>
      method === "POST"
        ? response.writeHead(201, { "x-long": "x".repeat(70 * 1024) }).end(created)
        : response.end(listed(item({ created_at: new Date().toISOString() }))),
    )
    const { code, stderr } = await runCli(create, { env })
    test.expect(code).toBe(7)
    test.expect(stderr).toContain(keyId)
  })
})

const day = 24 * 3600 * 1000

describe.concurrent("the server's clock", () => {
  /** A server whose clock is off from ours by so many milliseconds. */
  const off = (onFinished: OnFinished, millis: number, body: (now: number) => string) =>
    start(onFinished, (_, response) => {
      const now = Date.now() + millis
      response.setHeader("date", new Date(now).toUTCString())
      response.end(body(now))
    })

  it("decides what is expiring, and a warning says how far ours is off, once", async (test) => {
    for (const days of [-30, 30]) {
      const { env } = await off(test.onTestFinished, days * day, (now) =>
        listed(item({ expiry_at: new Date(now + 5 * day).toISOString() })),
      )
      const ran = await runCli([...list, "--expiring-within", "14d", "--exit-code"], { env })
      test.expect(ran).toMatchObject({ code: 8, stdout: test.expect.stringContaining(keyId) })
      test.expect(ran.stderr.match(/computer's clock/g)).toHaveLength(1)
      test.expect(ran.stderr).toContain(`30 days ${days < 0 ? "ahead of" : "behind"}`)
    }
  })

  it("is not warned of where ours is off by less than five minutes", async ({ expect, onTestFinished }) => {
    const { env } = await off(onTestFinished, 4 * 60_000, () => listed())
    expect((await runCli(list, { env })).stderr).toBe("")
  })

  it("decides when a Retry-After date is", async ({ expect, onTestFinished }) => {
    const started = Date.now()
    const { env, seen } = await start(
      onTestFinished,
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

describe.concurrent("a connection", () => {
  const jwt = "eyJzZWNyZXRzZWNyZXQ.c2VjcmV0c2VjcmV0.c2VjcmV0"
  const account = { ZPOOLPAT: "", ZPOOL_USER: "ada", ZPOOL_PASSWORD: "correct-horse" }
  const answer = ({ method, url }: IncomingMessage, response: ServerResponse) => {
    if (url === "/login") {
      response.end(JSON.stringify({ message: "ok", detail: { access_token: jwt, expires_in: 3600 } }))
    } else if (method === "POST") response.writeHead(201).end(created)
    else if (method === "DELETE" || url === "/hello") response.end('{"message":"ok"}')
    else response.end(listed(item()))
  }

  it("is kept within a run", async ({ expect, onTestFinished }) => {
    const { connections, env, seen } = await start(onTestFinished, answer, account)
    expect((await runCli(list, { env })).code).toBe(0)
    expect({ requests: seen.length, connections: connections() }).toEqual({ requests: 2, connections: 1 })
  })

  it("does not keep the program from ending", async ({ expect, onTestFinished }) => {
    const { env } = await start(onTestFinished, (request, response) => {
      response.setHeader("keep-alive", "timeout=60")
      answer(request, response)
    })
    const started = Date.now()
    expect((await runCli(list, { env })).code).toBe(0)
    expect(Date.now() - started).toBeLessThan(20_000)
  })

  it("that the server has closed meanwhile costs no attempt", async ({ expect, onTestFinished }) => {
    const { env, seen } = await start(
      onTestFinished,
      (request, response, count) => {
        if (count !== 2) return answer(request, response)
        // It had come over the connection of the sign-in, which the server had given up.
        request.socket.resetAndDestroy()
      },
      account,
    )
    expect((await runCli(list, { env })).code).toBe(0)
    expect(seen).toHaveLength(3)
  })

  it("that was idle while a person thought is not used for a create", async ({ expect, onTestFinished }) => {
    for (const [thought, connectionsOfCreate] of [
      [100, 1],
      [1500, 2],
    ] as const) {
      const ports: Array<string> = []
      const { env } = await start(onTestFinished, (request, response) => {
        ports.push(`${request.method} ${request.socket.remotePort}`)
        answer(request, response)
      })
      const child = spawn(binary, [...program, "pat", "rotate", keyId], {
        env: cleanEnv(env),
        stdio: ["pipe", "pipe", "pipe"],
      })
      const done = ended(child)
      await new Promise<void>((asked) =>
        child.stderr.on("data", (chunk) => String(chunk).includes("[y/N]") && asked()),
      )
      await new Promise((resume) => setTimeout(resume, thought))
      child.stdin.end("y\n")
      expect((await done).code).toBe(0)
      expect(ports.map((line) => line.split(" ")[0]).slice(0, 2)).toEqual(["GET", "POST"])
      expect(new Set(ports.slice(0, 2).map((line) => line.split(" ")[1])).size).toBe(connectionsOfCreate)
    }
  })
})

describe.skipIf(process.platform === "win32").concurrent("a program that was stopped", () => {
  const wait = (millis: number) => new Promise((resume) => setTimeout(resume, millis))

  /** Runs a create that is stopped as its request arrives and goes on after its timeout has passed. */
  const stopped = async (server: Server, arrived: Promise<void>) => {
    const child = spawn(binary, [...program, ...create, "--token-only"], {
      env: cleanEnv({ ...server.env, ZPOOL_TIMEOUT: "1" }),
      stdio: ["ignore", "pipe", "pipe"],
    })
    const done = ended(child)
    await arrived
    child.kill("SIGSTOP")
    await wait(2600)
    child.kill("SIGCONT")
    return await done
  }

  it("takes the answer that came meanwhile, the rest of its body later", async (test) => {
    let arrive = () => {}
    const arrived = new Promise<void>((fulfil) => {
      arrive = fulfil
    })
    const server = await start(test.onTestFinished, async (_, response) => {
      arrive()
      await wait(300)
      response.writeHead(201, { "content-length": created.length })
      response.write(created.slice(0, 20))
      await wait(2600)
      response.end(created.slice(20))
    })
    test.expect(await stopped(server, arrived)).toEqual({
      code: 0,
      signal: null,
      stdout: `${token}\n`,
      stderr: "",
    })
  })

  it("gives up where none has come a timeout later", async (test) => {
    let arrive = () => {}
    const arrived = new Promise<void>((fulfil) => {
      arrive = fulfil
    })
    const server = await start(test.onTestFinished, ({ method }, response) => {
      if (method === "POST") arrive()
      else response.end(listed())
    })
    const started = Date.now()
    test.expect(await stopped(server, arrived)).toMatchObject({ code: 7, stdout: "" })
    test.expect(Date.now() - started).toBeLessThan(15_000)
  })
})

describe.concurrent("several PATs", () => {
  const keyIds = [
    "one-one-one-one",
    "two-two-two-two",
    "tri-tri-tri-tri",
    "for-for-for-for",
    "fiv-fiv-fiv-fiv",
  ]
  const account = { ZPOOLPAT: "", ZPOOL_USER: "ada", ZPOOL_PASSWORD: "correct-horse" }
  const jwt = "eyJzZWNyZXRzZWNyZXQ.c2VjcmV0c2VjcmV0.c2VjcmV0"
  const revoke = ["pat", "revoke", ...keyIds, "--yes"]
  const login = JSON.stringify({ message: "ok", detail: { access_token: jwt, expires_in: 3600 } })
  const wait = (millis: number) => new Promise((resume) => setTimeout(resume, millis))

  it("are revoked four at a time, and their results are in the order given", async (test) => {
    let now = 0
    let most = 0
    const { env } = await start(
      test.onTestFinished,
      async ({ url }, response) => {
        if (url === "/login") return void response.end(login)
        most = Math.max(most, ++now)
        // The first one takes the longest.
        await wait(url?.endsWith(keyIds[0] as string) ? 900 : 300)
        now--
        response.end()
      },
      account,
    )
    const { code, stdout } = await runCli(revoke, { env })
    test.expect({ code, most }).toEqual({ code: 0, most: 4 })
    test.expect(stdout.split("\n").map((line) => line.split(" ")[1])).toEqual([...keyIds, undefined])
  })

  it("are signed in for once, and a wrong password ends the run", async (test) => {
    const seen: Array<string | undefined> = []
    const { env } = await start(
      test.onTestFinished,
      ({ url }, response) => {
        seen.push(url)
        response.writeHead(401).end('{"message":"no"}')
      },
      account,
    )
    const { code } = await runCli(revoke, { env })
    test.expect({ code, seen }).toEqual({ code: 4, seen: ["/login"] })
  })

  it("are signed in for afresh once where a cached JWT is refused", async (test) => {
    const cache = mkdtempSync(join(tmpdir(), "zpcli-several-"))
    test.onTestFinished(() => rmSync(cache, { recursive: true, force: true }))
    const seen: Array<string | undefined> = []
    const { env } = await start(
      test.onTestFinished,
      async ({ headers, url }, response) => {
        seen.push(url)
        if (url === "/login") return void response.end(login)
        await wait(100)
        response.writeHead(headers.authorization === `Bearer ${jwt}` ? 200 : 401).end()
      },
      { ...account, ZPOOL_TOKEN_CACHE_DIR: cache },
    )
    const host = env.ZPOOL_API_URL?.replace("http://", "")
    const expiry = Math.floor(Date.now() / 1000) + 3600
    const file = join(cache, `zpool_token_${host}_ada`)
    const stale = { access_token: "eyJvbGQ.b2xk.b2xk", id_token: "x", expires_at: expiry }
    writeFileSync(file, JSON.stringify(stale), { mode: 0o600 })
    const { code } = await runCli(revoke, { env })
    test.expect(code).toBe(0)
    test.expect(seen.filter((url) => url === "/login")).toHaveLength(1)
    test.expect(seen.length).toBeGreaterThan(6)
  })

  it("wait all of them where one is answered by 429", async (test) => {
    const times: Array<number> = []
    const { env } = await start(
      test.onTestFinished,
      ({ url }, response, count) => {
        if (url === "/login") return void response.end(login)
        times.push(Date.now())
        if (count === 2) return void response.writeHead(429, { "retry-after": "1" }).end()
        setTimeout(() => response.end(), 200)
      },
      { ...account, ZPOOL_MAX_RETRIES: "1" },
    )
    const { code } = await runCli(revoke, { env })
    test.expect({ code, requests: times.length }).toEqual({ code: 0, requests: 6 })
    // The four that were sent together, and then nothing for a second.
    test.expect((times[4] as number) - (times[0] as number)).toBeGreaterThanOrEqual(950)
  })

  it("of which some are done when it is interrupted have their results shown", async (test) => {
    let arrived = 0
    let reached = () => {}
    const all = new Promise<void>((fulfil) => {
      reached = fulfil
    })
    const { env } = await start(
      test.onTestFinished,
      ({ url }, response) => {
        if (url === "/login") return void response.end(login)
        if (++arrived === 5) setTimeout(reached, 300)
        if (!url?.endsWith(keyIds[0] as string)) response.end()
      },
      account,
    )
    const child = spawn(binary, [...program, ...revoke], {
      env: cleanEnv(env),
      stdio: ["ignore", "pipe", "pipe"],
    })
    const done = ended(child)
    await all
    child.kill("SIGTERM")
    const { code, stdout } = await done
    test.expect(code).toBe(143)
    test.expect(stdout.match(/revoked successfully/g)).toHaveLength(4)
  })
})

/** Far deeper than the stack allows a recursion to go. */
const deep = `${"[".repeat(50_000)}1${"]".repeat(50_000)}`
const id = "law-hotel-shape-community"
const otherId = "market-night-plain-object"
const otherItem = `{"key_id":"${otherId}","label":"CI","status":"active","scopes":["job"]}`

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
    const env = await serving(
      listOf(...fields.map((field) => `{"label":"odd","${field}":${deep}}`), otherItem),
    )
    const ways = [[], ["--local"], ["--json"], ["--json", "--status", "active"]]
    const ran = await Promise.all(ways.map((args) => runCli(["pat", "list", ...args], { env })))
    for (const { code, stderr, stdout } of ran) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
      expect(stdout).toContain(otherId)
    }
    expect(ran[0]?.stdout.match(/odd/g)).toHaveLength(6)
  })

  it("of a million letters, which do not widen the otherItem rows", async () => {
    const label = "x".repeat(1_000_000)
    const env = await serving(listOf(labelled(`"${label}"`), ...Array.from({ length: 500 }, () => otherItem)))
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
    const env = await serving(listOf(labelled(label), otherItem))
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
    ["pat list", listOf(otherItem).replace("ok", `","unknown":${deep},"x":"`), 200],
    ["pat list --status active", listOf(otherItem).replace("ok", `","unknown":${deep},"x":"`), 200],
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
    const list = await runCli(["pat", "list", "--json"], { env: await serving(`\uFEFF${listOf(otherItem)}`) })
    expect(JSON.parse(list.stdout).detail.items).toEqual([JSON.parse(otherItem)])
    const created = `\uFEFF{"detail":{"key_id":"${id}","token":"zpat_NewNewNew"}}`
    const create = await runCli(["pat", "create", "CI", "--scope", "job", "--token-only"], {
      env: await serving(created, 201),
    })
    expect(create).toMatchObject({ code: 0, stdout: "zpat_NewNewNew\n", stderr: "" })
  })
})
