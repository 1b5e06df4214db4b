/** Which requests go through a proxy: NO_PROXY as curl reads it, variables that can't be used, Node's own proxying. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { describe, it } from "vitest"
import { type OnFinished, startProxy } from "../support/http/network.ts"
import { runCli } from "../support/program/program.ts"

const list = ["pat", "list"]
const run = (env: Readonly<Record<string, string>>) =>
  runCli(list, {
    env: { ZPOOLPAT: "zpat_behind_a_proxy", ZPOOL_MAX_RETRIES: "0", ZPOOL_TIMEOUT: "5", ...env },
  })

/** An API on loopback; gives its base URL. */
const startApi = async (onFinished: OnFinished) => {
  const server = createServer((_, response) => response.end('{"message":"ok","detail":{"items":[]}}'))
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
  onFinished(() => new Promise<void>((closed) => server.close(() => closed())))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe.concurrent("NO_PROXY", () => {
  const cases: ReadonlyArray<readonly [noProxy: string, host: string, covered: boolean]> = [
    ["zpools.invalid", "api.zpools.invalid", true],
    ["ZPOOLS.invalid.", "api.zpools.invalid", true],
    ["ools.invalid", "api.zpools.invalid", false],
    ["127.0.0.0/8", "127.0.0.1:9", true],
    ["::1", "[::1]:9", true],
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

  it("is none where NO_PROXY covers the host, or another variable is stronger", async (test) => {
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
        const proxy = createServer((_, response) => {
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
