/** Which connections are used, how long they are waited for, and how many at once. */
import { writeFileSync } from "node:fs"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { item, jwt } from "../support/fixtures.ts"
import { type Handler, type Scripted, startScripted } from "../support/http/scripted.ts"
import { ended, runCli, startCli } from "../support/program/program.ts"
import { type OnFinished, temporaryFolder } from "../support/temporaryFolder.ts"

const token = `zpat_secret_new_${"n".repeat(24)}`
const keyId = "law-hotel-shape-community"
const create = ["pat", "create", "Nightly", "--scope", "job"]
const list = ["pat", "list"]
const created = JSON.stringify({ message: "ok", detail: { key_id: "market-night-plain-object", token } })
const listed = JSON.stringify({ message: "ok", detail: { items: [item()] } })
const login = JSON.stringify({ message: "ok", detail: { access_token: jwt, expires_in: 3600 } })
const account = { ZPOOLPAT: "", ZPOOL_USER: "ada", ZPOOL_PASSWORD: "correct-horse" }
const wait = (millis: number) => new Promise((resume) => setTimeout(resume, millis))

const start = (onFinished: OnFinished, handler: Handler, env: Readonly<Record<string, string>> = {}) =>
  startScripted(handler, { onFinished, env: { ZPOOL_TIMEOUT: "10", ...env } })

describe.concurrent("a connection", () => {
  const answer = ({ method, url }: IncomingMessage, response: ServerResponse) => {
    if (url === "/v1/login") {
      response.end(login)
    } else if (method === "POST") response.writeHead(201).end(created)
    else if (method === "DELETE" || url === "/v1/hello") response.end('{"message":"ok"}')
    else response.end(listed)
  }

  it("is reused within a run", async ({ expect, onTestFinished }) => {
    const { connections, env, seen } = await start(onTestFinished, answer, account)
    expect((await runCli(list, { env })).code).toBe(0)
    expect({ requests: seen.length, connections: connections() }).toEqual({ requests: 2, connections: 1 })
  })

  it("that stays open doesn't delay the program's end", async ({ expect, onTestFinished }) => {
    const { env } = await start(onTestFinished, (request, response) => {
      response.setHeader("keep-alive", "timeout=60")
      answer(request, response)
    })
    const started = Date.now()
    expect((await runCli(list, { env })).code).toBe(0)
    expect(Date.now() - started).toBeLessThan(20_000)
  })

  it("that the server has closed in the meantime doesn't use up an attempt", async ({
    expect,
    onTestFinished,
  }) => {
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

  it("that was idle at a prompt is not used for a create", async ({ expect, onTestFinished }) => {
    for (const [thought, connectionsOfCreate] of [
      [100, 1],
      [1500, 2],
    ] as const) {
      const ports: Array<string> = []
      const { env } = await start(onTestFinished, (request, response) => {
        ports.push(`${request.method} ${request.socket.remotePort}`)
        answer(request, response)
      })
      const child = startCli(["pat", "rotate", keyId], { env, stdio: ["pipe", "pipe", "pipe"] })
      const done = ended(child)
      await new Promise<void>((asked) =>
        child.stderr?.on("data", (chunk) => String(chunk).includes("[y/N]") && asked()),
      )
      await new Promise((resume) => setTimeout(resume, thought))
      child.stdin?.end("y\n")
      expect((await done).code).toBe(0)
      expect(ports.map((line) => line.split(" ")[0]).slice(0, 2)).toEqual(["GET", "POST"])
      expect(new Set(ports.slice(0, 2).map((line) => line.split(" ")[1])).size).toBe(connectionsOfCreate)
    }
  })
})

describe.skipIf(process.platform === "win32").concurrent("a program that is suspended", () => {
  /** Runs a create that is stopped as its request arrives and goes on after its timeout has passed. */
  const stopped = async (server: Scripted, arrived: Promise<void>) => {
    const child = startCli([...create, "--token-only"], { env: { ...server.env, ZPOOL_TIMEOUT: "1" } })
    const done = ended(child)
    await arrived
    child.kill("SIGSTOP")
    await wait(2600)
    child.kill("SIGCONT")
    return await done
  }

  it("reads the answer that arrived in the meantime, and the rest of its body later", async (test) => {
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

  it("gives up if no answer has come one timeout later", async (test) => {
    let arrive = () => {}
    const arrived = new Promise<void>((fulfil) => {
      arrive = fulfil
    })
    const server = await start(test.onTestFinished, ({ method }, response) => {
      if (method === "POST") arrive()
      else response.end(listed)
    })
    const started = Date.now()
    test.expect(await stopped(server, arrived)).toMatchObject({ code: 7, stdout: "" })
    test.expect(Date.now() - started).toBeLessThan(15_000)
  })
})

describe.concurrent("a revoke of several PATs", () => {
  const keyIds = [
    "one-one-one-one",
    "two-two-two-two",
    "tri-tri-tri-tri",
    "for-for-for-for",
    "fiv-fiv-fiv-fiv",
  ]
  const revoke = ["pat", "revoke", ...keyIds, "--yes"]

  it("signs in again only once if a cached JWT is refused", async (test) => {
    const cache = temporaryFolder(test.onTestFinished)
    const seen: Array<string | undefined> = []
    const { env } = await start(
      test.onTestFinished,
      async ({ headers, url }, response) => {
        seen.push(url)
        if (url === "/v1/login") return void response.end(login)
        await wait(100)
        response.writeHead(headers.authorization === `Bearer ${jwt}` ? 200 : 401).end()
      },
      { ...account, ZPOOL_TOKEN_CACHE_DIR: cache },
    )
    const { host } = new URL(env.ZPOOL_API_URL ?? "")
    const expiry = Math.floor(Date.now() / 1000) + 3600
    const file = join(cache, `zpool_token_${host}_ada`)
    const stale = { access_token: "eyJvbGQ.b2xk.b2xk", id_token: "x", expires_at: expiry }
    writeFileSync(file, JSON.stringify(stale), { mode: 0o600 })
    const { code } = await runCli(revoke, { env })
    test.expect(code).toBe(0)
    test.expect(seen.filter((url) => url === "/v1/login")).toHaveLength(1)
    test.expect(seen.length).toBeGreaterThan(6)
  })

  it("pauses all of its requests if one is answered with 429", async (test) => {
    const times: Array<number> = []
    const { env } = await start(
      test.onTestFinished,
      ({ url }, response, count) => {
        if (url === "/v1/login") return void response.end(login)
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

  it("shows what it has done when it is interrupted", async (test) => {
    let arrived = 0
    let reached = () => {}
    const all = new Promise<void>((fulfil) => {
      reached = fulfil
    })
    const { env } = await start(
      test.onTestFinished,
      ({ url }, response) => {
        if (url === "/v1/login") return void response.end(login)
        if (++arrived === 5) setTimeout(reached, 300)
        if (!url?.endsWith(keyIds[0] as string)) response.end()
      },
      account,
    )
    const child = startCli(revoke, { env })
    const done = ended(child)
    await all
    child.kill("SIGTERM")
    const { code, stdout } = await done
    test.expect(code).toBe(143)
    test.expect(stdout.match(/revoked successfully/g)).toHaveLength(4)
  })
})

const ids = Array.from(
  { length: 40 },
  (_, index) => `law-hotel-shape-${"abcdefgh"[index % 8]?.repeat(index + 1)}`,
)

/** A server that takes its time, and counts the connections and the requests that are open at once. */
const startSlow = async () => {
  const sockets = new Set<Socket>()
  const counts = { open: 0, most: 0, connections: 0, requests: 0 }
  const answers: Record<string, (response: ServerResponse) => void> = {
    GET: (response) =>
      response.end(
        JSON.stringify({ message: "ok", detail: { items: ids.map((key_id) => item({ key_id })) } }),
      ),
    POST: (response) =>
      response
        .writeHead(201)
        .end(JSON.stringify({ message: "PAT created", detail: { key_id: "a-b-c-d", token: "zpat_new" } })),
    DELETE: (response) => response.end(),
  }
  const { env } = await startScripted((request, response) => {
    counts.open++
    counts.requests++
    counts.most = Math.max(counts.most, counts.open)
    counts.connections = sockets.add(request.socket).size
    request.resume()
    setTimeout(
      () => {
        counts.open--
        answers[request.method ?? ""]?.(response)
      },
      request.url?.endsWith(ids[0] as string) ? 300 : 30,
    )
  })
  return { counts, run: (...args: ReadonlyArray<string>) => runCli(["pat", ...args], { env }) }
}

describe("over a slow network, zpcli", () => {
  it("revokes 40 PATs four at a time, over four connections, and shows them in the order given", async () => {
    const { counts, run } = await startSlow()
    const ran = await run("revoke", "--yes", ...ids)
    expect(ran).toMatchObject({ code: 0, stderr: "" })
    expect(
      ran.stdout
        .trimEnd()
        .split("\n")
        .map((line) => line.split(" ")[1]),
    ).toEqual(ids)
    expect(counts).toMatchObject({ most: 4, connections: 4, requests: 41 })
  })

  it("rotates over two connections at most", async () => {
    const { counts, run } = await startSlow()
    const ran = await run("rotate", ids[0] as string, "--yes", "--", "sh", "-c", "cat >&2")
    expect(ran).toMatchObject({ code: 0, stderr: "zpat_new" })
    expect(counts.requests).toBe(5)
    expect(counts.connections).toBeLessThanOrEqual(2)
  })
})
