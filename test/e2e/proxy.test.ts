import { createServer as createHttpServer, request as httpRequest, type Server } from "node:http"
import { createServer as createHttpsServer } from "node:https"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import { createServer as createTlsServer } from "node:tls"
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest"
import { pat } from "../support/fixtures.ts"
import { makeCertificate, noOpenssl, startProxy } from "../support/http/network.ts"
import { runCli, startCli } from "../support/program/program.ts"
import type { OnFinished } from "../support/temporaryFolder.ts"

const certificate = noOpenssl ? undefined : makeCertificate()
const trusted = certificate?.files.certificate ?? ""
const portOf = (server: Server): number => (server.address() as AddressInfo).port

const listen = (server: Server) =>
  new Promise<void>((fulfil) => server.listen(0, "127.0.0.1", () => fulfil()))

const answered: Array<string | undefined> = []
const answer = JSON.stringify({ message: "Hello", detail: { items: [] } })

/** A proxy that does one thing with each connection, until the test is over; gives its address. */
const startRawProxy = async (onConnection: (socket: Socket) => void, secure = false) => {
  const sockets = new Set<Socket>()
  const accept = (socket: Socket) => {
    sockets.add(socket.on("error", () => {}))
    onConnection(socket)
  }
  const server = secure ? createTlsServer({ ...certificate?.server }, accept) : createServer(accept)
  await new Promise<void>((fulfil) => server.listen(0, "127.0.0.1", () => fulfil()))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `${secure ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe.skipIf(noOpenssl)("zpcli with a proxy or certificate", () => {
  let api: Server
  let plainApi: Server
  let proxy: Server
  const tunnels: Array<string> = []
  const forwarded: Array<string | undefined> = []
  let refuse: number | undefined

  beforeAll(async () => {
    const handler: Parameters<typeof createHttpServer>[1] = (request, response) => {
      answered.push(request.headers.authorization)
      response.end(answer)
    }
    api = createHttpsServer({ ...certificate?.server }, handler)
    plainApi = createHttpServer(handler)
    // A forward proxy as they are: CONNECT opens a tunnel, absolute URLs are passed on. It knows api.zpools.test.
    proxy = createHttpServer((request, response) => {
      forwarded.push(request.url)
      httpRequest(request.url as string, { method: request.method, headers: request.headers }, (upstream) => {
        response.writeHead(upstream.statusCode as number, upstream.headers)
        upstream.pipe(response)
      }).end()
    })
    proxy.on("connect", (request, socket) => {
      tunnels.push(`${request.url} ${request.headers["proxy-authorization"] ?? ""}`.trim())
      if (refuse !== undefined) {
        socket.end(`HTTP/1.1 ${refuse} Refused\r\n\r\n`)
        return
      }
      const upstream = connect(portOf(api), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n")
        upstream.pipe(socket).pipe(upstream)
      })
      upstream.on("error", () => socket.destroy())
      socket.on("error", () => upstream.destroy())
    })
    await Promise.all([listen(api), listen(plainApi), listen(proxy)])
  })
  afterAll(() => {
    for (const server of [api, plainApi, proxy]) server.close()
  })

  const list = (env: Record<string, string>) => {
    answered.length = tunnels.length = forwarded.length = 0
    return runCli(["pat", "list"], { env: { ...pat, ZPOOL_MAX_RETRIES: "0", ...env } })
  }
  const outside = { ZPOOL_API_URL: "https://api.zpools.test/v1", NODE_EXTRA_CA_CERTS: trusted }
  const proxyUrl = () => `http://127.0.0.1:${portOf(proxy)}`

  it("tunnels https through HTTPS_PROXY, in either case, with or without a scheme", async () => {
    for (const env of [
      { HTTPS_PROXY: proxyUrl() },
      { https_proxy: proxyUrl() },
      { HTTPS_PROXY: `127.0.0.1:${portOf(proxy)}` },
    ]) {
      const { code, stderr, stdout } = await list({ ...outside, ...env })
      expect({ code, stderr, stdout }).toEqual({ code: 0, stderr: "", stdout: "No PATs found.\n" })
      expect(tunnels).toEqual(["api.zpools.test:443"])
      expect(answered).toEqual([`Bearer ${pat.ZPOOLPAT}`])
    }
  })

  it("sends the proxy its own credentials, and never the PAT", async () => {
    const { code } = await list({ ...outside, HTTPS_PROXY: proxyUrl().replace("//", "//user:pass@") })
    expect(code).toBe(0)
    expect(tunnels).toEqual([`api.zpools.test:443 Basic ${Buffer.from("user:pass").toString("base64")}`])
  })

  it("connects directly to a host that NO_PROXY names", async () => {
    const { code } = await list({
      ZPOOL_API_URL: `https://127.0.0.1:${portOf(api)}`,
      NODE_EXTRA_CA_CERTS: trusted,
      HTTPS_PROXY: "http://127.0.0.1:9",
      NO_PROXY: "127.0.0.1",
    })
    expect(code).toBe(0)
    expect(answered).toEqual([`Bearer ${pat.ZPOOLPAT}`])
  })

  it("reports a proxy's refusal as the proxy's, not as the API's", async () => {
    for (const status of [403, 407, 502]) {
      refuse = status
      const { code, stderr } = await list({ ...outside, HTTPS_PROXY: proxyUrl() })
      expect(code).toBe(6)
      expect(stderr).toContain(`refused to connect to https://api.zpools.test: status ${status}`)
      expect(answered).toEqual([])
    }
    refuse = undefined
  })

  it("says that a proxy can't be reached, and refuses one with an unsupported protocol", async () => {
    const gone = await list({ ...outside, HTTPS_PROXY: "http://127.0.0.1:9" })
    expect(gone.code).toBe(6)
    expect(gone.stderr).toContain("ECONNREFUSED")
    const socks = await list({ ...outside, HTTPS_PROXY: "socks5://127.0.0.1:9" })
    expect(socks.code).toBe(2)
    expect(socks.stderr).toContain("HTTPS_PROXY must be the URL of an http or https proxy")
  })

  it("uses HTTP_PROXY for plain http only if the proxy is on this machine too", async () => {
    const inside = { ZPOOL_API_URL: `http://127.0.0.1:${portOf(plainApi)}` }
    expect((await list({ ...inside, HTTP_PROXY: proxyUrl() })).code).toBe(0)
    expect(forwarded).toEqual([`${inside.ZPOOL_API_URL}/pat`])
    expect((await list({ ...inside, HTTP_PROXY: "http://192.0.2.1:3128" })).code).toBe(0)
    expect(answered).toEqual([`Bearer ${pat.ZPOOLPAT}`])
  })

  it("ends even if a proxy leaves its connection open", async () => {
    const answering = (head: string) => (socket: Socket) => void socket.once("data", () => socket.write(head))
    const proxies = {
      "says nothing": await startRawProxy((socket) => void socket.resume()),
      "says nothing over TLS": await startRawProxy((socket) => void socket.resume(), true),
      "opens a silent tunnel": await startRawProxy(answering("HTTP/1.1 200 OK\r\n\r\n")),
      "refuses halfway": await startRawProxy(answering("HTTP/1.1 403 No\r\nContent-Length: 9\r\n\r\n")),
    }
    const runs = Object.entries(proxies).map(async ([name, url]) => {
      const child = startCli(["pat", "list"], {
        env: {
          ...outside,
          HTTPS_PROXY: url,
          ...pat,
          ZPOOL_MAX_RETRIES: "1",
          ZPOOL_TIMEOUT: "0.5",
        },
        stdio: ["ignore", "ignore", "pipe"],
      })
      let reported = 0
      child.stderr?.on("data", () => {
        reported = performance.now()
      })
      const code = await new Promise((fulfil) => child.on("close", fulfil))
      return { name, code, held: performance.now() - reported > 700 }
    })
    expect(await Promise.all(runs)).toEqual(
      Object.keys(proxies).map((name) => ({ name, code: 6, held: false })),
    )
  })

  it("trusts a certificate only if NODE_EXTRA_CA_CERTS names it, and says so", async () => {
    const direct = { ZPOOL_API_URL: `https://127.0.0.1:${portOf(api)}` }
    expect((await list({ ...direct, NODE_EXTRA_CA_CERTS: trusted })).code).toBe(0)
    const { code, stderr } = await list(direct)
    expect(code).toBe(6)
    expect(stderr).toMatch(/The certificate of https:\/\/127\.0\.0\.1:\d+ is not trusted \(\w+\)/)
    expect(stderr).toContain("NODE_EXTRA_CA_CERTS")
    expect(answered).toEqual([])
  })
})

// Which requests go through a proxy: NO_PROXY as curl reads it, variables that can't be used, Node's own proxying.

const list = ["pat", "list"]

const run = (env: Readonly<Record<string, string>>) =>
  runCli(list, {
    env: { ...pat, ZPOOL_MAX_RETRIES: "0", ZPOOL_TIMEOUT: "5", ...env },
  })

/** An API on loopback; gives its base URL. */
const startApi = async (onFinished: OnFinished) => {
  const server = createHttpServer((_, response) => response.end('{"message":"ok","detail":{"items":[]}}'))
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
  onFinished(() => new Promise<void>((closed) => server.close(() => closed())))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe.concurrent("NO_PROXY", () => {
  const cases: ReadonlyArray<readonly [noProxy: string, host: string, covered: boolean]> = [
    ["ools.invalid", "api.zpools.invalid", false],
    ["127.0.0.0/8", "127.0.0.1:9", true],
  ]
  for (const [noProxy, host, covered] of cases) {
    it(`${noProxy} ${covered ? "covers" : "does not cover"} ${host}`, async ({ expect, onTestFinished }) => {
      const proxy = await startProxy(onTestFinished, { answer: "HTTP/1.1 403 No\r\n\r\n" })
      const { code } = await run({
        ZPOOL_API_URL: `https://${host}`,
        HTTPS_PROXY: proxy.url,
        NO_PROXY: noProxy,
      })
      expect(code).toBe(6)
      expect(proxy.asked.length).toBe(covered ? 0 : 1)
    })
  }
})

describe.concurrent("a proxy variable that can't be used", () => {
  const socks = { ALL_PROXY: "socks5://127.0.0.1:9" }

  it("is an error that names it for a request that would go through it", async ({ expect }) => {
    const { code, stderr } = await run({ ZPOOL_API_URL: "https://api.zpools.invalid", ...socks })
    expect(code).toBe(2)
    expect(stderr).toContain("ALL_PROXY")
  })

  it("doesn't matter if NO_PROXY covers the host, or another variable takes precedence", async (test) => {
    const api = await startApi(test.onTestFinished)
    test
      .expect(await run({ ZPOOL_API_URL: api, ...socks, NO_PROXY: "*" }))
      .toMatchObject({ code: 0, stderr: "" })
    const elsewhere = { HTTP_PROXY: "http://192.0.2.1:1", HTTPS_PROXY: "http://192.0.2.1:1" }
    test
      .expect(await run({ ZPOOL_API_URL: api, ...socks, ...elsewhere }))
      .toMatchObject({ code: 0, stderr: "" })
    test
      .expect(await run({ ZPOOL_API_URL: api, HTTPS_PROXY: "socks5://127.0.0.1:9" }))
      .toMatchObject({ code: 0 })
  })
})

describe.concurrent("Node's own proxying", () => {
  for (const [says, env] of [
    ["NODE_USE_ENV_PROXY", { NODE_USE_ENV_PROXY: "1" }],
    // Known to Node 24 and newer alone; others refuse to start with it.
    ["--use-env-proxy", { NODE_OPTIONS: "--use-env-proxy" }],
  ] as const) {
    const known = says === "NODE_USE_ENV_PROXY" || process.allowedNodeEnvironmentFlags.has(says)
    it.skipIf(known ? false : `this Node does not know ${says}`)(
      `(${says}) never applies`,
      async ({ expect, onTestFinished }) => {
        const api = await startApi(onTestFinished)
        let requests = 0
        const proxy = createHttpServer((_, response) => {
          requests++
          response.writeHead(502).end()
        })
        await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening))
        onTestFinished(() => void proxy.close())
        const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
        for (const more of [{}, { HTTPS_PROXY: "http://192.0.2.1:1" }]) {
          const ran = await run({
            ZPOOL_API_URL: api,
            NO_PROXY: "127.0.0.1",
            HTTP_PROXY: address,
            ...env,
            ...more,
          })
          expect(ran).toMatchObject({ code: 0, stdout: "No PATs found.\n" })
        }
        expect(requests).toBe(0)
      },
    )
  }
})
