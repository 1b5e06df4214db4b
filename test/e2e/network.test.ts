/** What has not left, what has, and who failed: the built program against a network that fails early. */
import { writeFileSync } from "node:fs"
import { createServer as createTlsServer } from "node:https"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { describe, it } from "vitest"
import { pat } from "../support/fixtures.ts"
import { type Fault, type Faults, startFaults } from "../support/http/faults.ts"
import {
  type Certificate,
  makeCertificate,
  noOpenssl,
  startBlackhole,
  startProxy,
} from "../support/http/network.ts"
import { ended, runCli, startCli } from "../support/program/program.ts"
import { type OnFinished, temporaryFolder } from "../support/temporaryFolder.ts"

const create = ["pat", "create", "Nightly", "--scope", "job"]
const run = (env: Readonly<Record<string, string>>, argv: ReadonlyArray<string> = create) =>
  runCli(argv, { env: { ...pat, ZPOOL_TIMEOUT: "0.6", ZPOOL_MAX_RETRIES: "1", ...env } })

const linux = process.platform === "linux"
const certificate = noOpenssl ? undefined : makeCertificate()
const clientsOnly = noOpenssl ? undefined : makeCertificate("extendedKeyUsage=clientAuth")

const startTls = async (
  onFinished: OnFinished,
  plan: (connection: number) => Fault | undefined,
  made = certificate,
): Promise<{ readonly api: Faults; readonly env: Record<string, string> }> => {
  const { files, secureContext } = made as Certificate
  const api = await startFaults(plan, { onFinished, secureContext })
  return { api, env: { ZPOOL_API_URL: api.url, NODE_EXTRA_CA_CERTS: files.certificate } }
}
const stall: Fault = { at: "connect", steps: [{ do: "stall" }] }
const twice = "(2 attempts)"

describe.concurrent("a create that can't have left", () => {
  it.skipIf(!linux)("whose SYN is dropped exits with 6 after retries", async ({ expect, onTestFinished }) => {
    const port = await startBlackhole(onTestFinished)
    const { code, stderr, stdout } = await run({ ZPOOL_API_URL: `http://127.0.0.1:${port}` })
    expect({ code, stdout }).toEqual({ code: 6, stdout: "" })
    expect(stderr).toContain(twice)
    expect(stderr).not.toContain("PAT")
  })

  it.skipIf(noOpenssl)("whose TLS handshake stalls exits with 6 after retries", async (test) => {
    const { api, env } = await startTls(test.onTestFinished, () => stall)
    const { code, stderr } = await run(env)
    test.expect({ code, connections: api.connections() }).toEqual({ code: 6, connections: 2 })
    test.expect(stderr).toContain(twice)
    test.expect(stderr).not.toContain("Nightly")
  })

  it.skipIf(noOpenssl)("whose TLS handshake is reset exits with 6 after retries", async (test) => {
    const fault: Fault = { at: "connect", steps: [{ do: "wait", millis: 50 }, { do: "reset" }] }
    const { api, env } = await startTls(test.onTestFinished, (connection) =>
      connection === 0 ? fault : undefined,
    )
    const { code, stdout } = await run({ ...env, ZPOOL_TIMEOUT: "10" })
    test.expect({ code, connections: api.connections() }).toEqual({ code: 0, connections: 2 })
    test.expect(stdout).toContain(api.pats()[1]?.token)
    test.expect(api.pats()).toHaveLength(2)
  })

  it.skipIf(noOpenssl)(
    `to a server with a client-only certificate exits with 6 without a retry`,
    async (test) => {
      const { api, env } = await startTls(test.onTestFinished, () => undefined, clientsOnly)
      const { code, stderr } = await run(env)
      test.expect({ code, connections: api.connections() }).toEqual({ code: 6, connections: 1 })
      test.expect(stderr).toContain(`The certificate of ${new URL(api.url).origin} is not trusted`)
      test.expect(api.seen).toEqual([])
    },
  )

  it.skipIf(noOpenssl)(
    `to a server that wants a client certificate exits with 6 without a retry`,
    async (test) => {
      for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
        let connections = 0
        const answered: Array<string | undefined> = []
        const https = createTlsServer(
          {
            ...certificate?.server,
            requestCert: true,
            rejectUnauthorized: true,
            maxVersion,
          },
          (request, response) => {
            answered.push(request.url)
            response.end("{}")
          },
        ).on("connection", () => connections++)
        await new Promise<void>((listening) => https.listen(0, "127.0.0.1", listening))
        test.onTestFinished(() => void https.close())
        const { code, stderr } = await run({
          ZPOOL_API_URL: `https://localhost:${(https.address() as AddressInfo).port}`,
          NODE_EXTRA_CA_CERTS: certificate?.files.certificate ?? "",
        })
        test.expect({ maxVersion, code, stderr, answered }).toMatchObject({ code: 6, answered: [] })
        test.expect(connections).toBe(1)
      }
    },
  )

  it.skipIf(!linux)("and is interrupted doesn't call its outcome unclear", async (test) => {
    const port = await startBlackhole(test.onTestFinished)
    for (const url of [`http://127.0.0.1:${port}`, "http://127.0.0.1:9"]) {
      const child = startCli([...create, "--log-level", "debug"], {
        env: {
          ...pat,
          ZPOOL_API_URL: url,
          ZPOOL_MAX_RETRIES: "20",
          ZPOOL_TIMEOUT: "0.6",
        },
      })
      const done = ended(child)
      await new Promise<void>((failed) =>
        child.stderr?.on("data", (chunk) => String(chunk).includes("attempt 2") && failed()),
      )
      child.kill("SIGINT")
      const { code, stderr } = await done
      test.expect(code).toBe(130)
      test.expect(stderr).not.toContain("Nightly")
    }
  })

  it("to a port where nobody listens exits with 6 and names the API", async ({ expect }) => {
    const { code, stderr } = await run({ ZPOOL_API_URL: "http://127.0.0.1:9" })
    expect(code).toBe(6)
    expect(stderr).toContain(`http://127.0.0.1:9 can't be reached (ECONNREFUSED) ${twice}`)
  })

  it("to an unknown host name exits with 6", async ({ expect }) => {
    const { code, stderr } = await run({ ZPOOL_API_URL: "https://api.zpools.invalid", ZPOOL_TIMEOUT: "10" })
    expect(code).toBe(6)
    expect(stderr).toMatch(/https:\/\/api\.zpools\.invalid can't be reached \((ENOTFOUND|EAI_AGAIN)\)/)
  })
})

describe.concurrent("a create that may have left", () => {
  it.skipIf(noOpenssl)("over TLS, and gets no answer, exits with 7", async (test) => {
    const { api, env } = await startTls(test.onTestFinished, (connection) =>
      connection === 0 ? { carriedOut: true, steps: [{ do: "stall" }] } : undefined,
    )
    const { code, stderr } = await run(env)
    test.expect(code).toBe(7)
    test.expect(stderr).toContain(api.pats()[1]?.keyId)
    test.expect(api.pats()).toHaveLength(2)
  })

  it("over plain http, and gets no answer, exits with 7", async ({ expect, onTestFinished }) => {
    const api = await startFaults((connection) => (connection === 0 ? stall : undefined), {
      onFinished: onTestFinished,
    })
    expect((await run({ ZPOOL_API_URL: api.url })).code).toBe(7)
  })
})

describe.concurrent("a proxy that fails", () => {
  const behind = { ZPOOL_API_URL: "https://api.zpools.test/v1" }
  const tunnelError = async (
    onFinished: OnFinished,
    answer: string | undefined,
    argv: ReadonlyArray<string> = create,
  ) => {
    const proxy = await startProxy(onFinished, { answer })
    const ran = await run({ ...behind, HTTPS_PROXY: proxy.url.replace("//", "//user:hunter2@") }, argv)
    return { ...ran, asked: proxy.asked.length, proxy: proxy.url }
  }

  it("by hanging up on CONNECT is named, and the create exits with 6 after retries", async ({
    expect,
    onTestFinished,
  }) => {
    for (const answer of ["", "HTTP/1.1 200 Conn"]) {
      const { asked, code, proxy, stderr } = await tunnelError(onTestFinished, answer)
      expect({ answer, code, asked }).toEqual({ answer, code: 6, asked: 2 })
      expect(stderr).toContain(proxy)
      expect(stderr).toContain("HTTPS_PROXY")
      expect(stderr).not.toMatch(/hunter2|api\.zpools\.test can't/)
    }
  })

  it("by staying silent is named, and the create exits with 6 after retries", async ({
    expect,
    onTestFinished,
  }) => {
    const { asked, code, proxy, stderr } = await tunnelError(onTestFinished, undefined)
    expect({ code, asked }).toEqual({ code: 6, asked: 2 })
    expect(stderr).toContain(proxy)
  })

  it("with a temporary status is tried again", async ({ expect, onTestFinished }) => {
    const { asked, code, proxy, stderr } = await tunnelError(onTestFinished, "HTTP/1.1 503 Busy\r\n\r\n")
    expect({ code, asked }).toEqual({ code: 6, asked: 2 })
    expect(stderr).toContain(proxy)
    expect(stderr).toContain("503")
  })

  it("with a permanent refusal is tried once", async ({ expect, onTestFinished }) => {
    for (const status of [403, 407]) {
      const { asked, code, proxy, stderr } = await tunnelError(
        onTestFinished,
        `HTTP/1.1 ${status} No\r\nContent-Length: 5\r\n\r\nNever`,
      )
      expect({ code, asked }).toEqual({ code: 6, asked: 1 })
      expect(stderr).toContain(proxy)
      expect(stderr).toContain(String(status))
    }
  })

  it("with another protocol is named, and the create exits with 6", async ({ expect, onTestFinished }) => {
    const { code, proxy, stderr } = await tunnelError(onTestFinished, "SSH-2.0-OpenSSH_9.9\r\n")
    expect(code).toBe(6)
    expect(stderr).toContain(proxy)
  })

  it("because nobody listens is named", async ({ expect }) => {
    const { code, stderr } = await run({ ...behind, https_proxy: "http://user:hunter2@127.0.0.1:9" })
    expect(code).toBe(6)
    expect(stderr).toContain("http://127.0.0.1:9 (https_proxy)")
    expect(stderr).toContain("ECONNREFUSED")
    expect(stderr).not.toContain("hunter2")
  })

  it.skipIf(noOpenssl)(`with an untrusted certificate is named, and tried once`, async (test) => {
    const proxy = await startProxy(test.onTestFinished, { answer: "" }, certificate?.secureContext)
    const { code, stderr } = await run({ ...behind, HTTPS_PROXY: proxy.url })
    test.expect({ code, asked: proxy.asked.length }).toEqual({ code: 6, asked: 0 })
    test.expect(stderr).toContain(`The certificate of ${proxy.url} (HTTPS_PROXY) is not trusted`)
  })

  it.skipIf(noOpenssl)("can itself be reached over TLS", async (test) => {
    const { api, env } = await startTls(test.onTestFinished, () => undefined)
    const proxy = await startProxy(test.onTestFinished, { target: api.port }, certificate?.secureContext)
    const { code, stdout } = await run({ ...env, ...behind, HTTPS_PROXY: proxy.url, ZPOOL_TIMEOUT: "10" })
    test.expect({ code, asked: proxy.asked }).toEqual({ code: 0, asked: ["api.zpools.test:443"] })
    test.expect(stdout).toContain(api.pats()[1]?.token)
  })

  it.skipIf(noOpenssl)("isn't blamed for failures of the API behind it", async (test) => {
    const { api, env } = await startTls(test.onTestFinished, () => stall)
    const proxy = await startProxy(test.onTestFinished, { target: api.port })
    const { code, stderr } = await run({ ...env, ...behind, HTTPS_PROXY: proxy.url })
    test.expect({ code, asked: proxy.asked.length }).toEqual({ code: 6, asked: 2 })
    test.expect(stderr).toContain("https://api.zpools.test")
    test.expect(stderr).not.toContain(proxy.url)
  })

  it.skipIf(noOpenssl)("whose tunnel is open doesn't make a lost create harmless", async (test) => {
    const { api, env } = await startTls(test.onTestFinished, (connection) =>
      connection === 0 ? { carriedOut: true, steps: [{ do: "stall" }] } : undefined,
    )
    const proxy = await startProxy(test.onTestFinished, { target: api.port })
    const { code, stderr } = await run({ ...env, ...behind, HTTPS_PROXY: proxy.url })
    test.expect(code).toBe(7)
    test.expect(stderr).toContain(api.pats()[1]?.keyId)
  })
})

/** `NODE_OPTIONS` under which a name has these addresses. */
const withNames = (onFinished: OnFinished, names: Readonly<Record<string, ReadonlyArray<string>>>) => {
  const file = join(temporaryFolder(onFinished), "names.cjs")
  writeFileSync(
    file,
    `const dns = require("node:dns")
     const names = ${JSON.stringify(names)}
     const real = dns.lookup
     dns.lookup = (name, options, callback) => {
       const found = names[name]?.map((address) => ({ address, family: 4 }))
       if (found === undefined) return real(name, options, callback)
       setImmediate(() => options.all ? callback(null, found) : callback(null, found[0].address, 4))
     }`,
  )
  return `--require ${file}`
}

describe.concurrent("a name with several addresses", () => {
  it.skipIf(!linux)("tries the next one after a second", async ({ expect, onTestFinished }) => {
    const api = await startFaults(() => undefined, { onFinished: onTestFinished })
    await startBlackhole(onTestFinished, { host: "127.0.0.2", port: api.port })
    const started = Date.now()
    const { code } = await run(
      {
        ZPOOL_API_URL: api.url.replace("127.0.0.1", "localhost"),
        ZPOOL_TIMEOUT: "5",
        NODE_OPTIONS: withNames(onTestFinished, { localhost: ["127.0.0.2", "127.0.0.1"] }),
      },
      ["pat", "list"],
    )
    expect(code).toBe(0)
    expect(Date.now() - started).toBeGreaterThanOrEqual(1000)
  })
})
