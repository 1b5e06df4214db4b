/** Places of the network that fail before HTTP begins, and proxies that do. */
import { execFileSync, spawn, spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net"
import { join } from "node:path"
import { createSecureContext, type SecureContext, TLSSocket } from "node:tls"
import { type OnFinished, sharedFolder } from "../temporaryFolder.ts"

const listen = (server: Server): Promise<number> =>
  new Promise((fulfil) => server.listen(0, "127.0.0.1", () => fulfil((server.address() as AddressInfo).port)))

/** What listens and never takes a connection: the queue is full, so that a further SYN is dropped. Linux alone. */
export const startBlackhole = async (
  onFinished: OnFinished,
  { host = "127.0.0.1", port: wanted = 0 } = {},
): Promise<number> => {
  const script = `
    require("node:net").createServer().listen({ port: ${wanted}, host: "${host}", backlog: 1 }, function () {
      require("node:fs").writeSync(1, String(this.address().port) + "\\n")
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    })`
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] })
  const sockets: Array<Socket> = []
  onFinished(() => {
    for (const socket of sockets) socket.destroy()
    child.kill("SIGKILL")
  })
  const port = await new Promise<number>((fulfil) =>
    child.stdout.once("data", (chunk) => fulfil(Number(chunk))),
  )
  for (let queued = 0; queued < 2; queued++) {
    const socket = connect(port, host)
    sockets.push(socket)
    socket.on("error", () => {})
    await new Promise((fulfil) => socket.once("connect", fulfil))
  }
  return port
}

interface Proxy {
  /** For `HTTPS_PROXY`. */
  readonly url: string
  /** What each `CONNECT` asked for, in order, its credentials behind it. */
  readonly asked: ReadonlyArray<string>
}

/**
 * A proxy for tunnels. What it is asked for goes to `target` whatever the
 * name; with `answer` it says that instead and hangs up, an empty answer being
 * none, and `undefined` as answer is silence. With a context it speaks TLS.
 */
export const startProxy = async (
  onFinished: OnFinished,
  behaviour: { readonly target: number } | { readonly answer: string | undefined },
  secureContext?: SecureContext,
): Promise<Proxy> => {
  const asked: Array<string> = []
  const sockets = new Set<Socket>()
  const track = (socket: Socket) => {
    sockets.add(socket)
    socket.on("error", () => {}).on("close", () => sockets.delete(socket))
  }
  const server = createServer((raw) => {
    track(raw)
    const socket = secureContext === undefined ? raw : new TLSSocket(raw, { isServer: true, secureContext })
    if (socket !== raw) track(socket)
    let received = ""
    const onData = (chunk: Buffer) => {
      received += chunk.toString("latin1")
      if (!received.includes("\r\n\r\n")) return
      socket.off("data", onData)
      const credentials = /^proxy-authorization: (.*)$/im.exec(received)?.[1]
      asked.push([received.split(" ")[1], credentials?.trim()].filter(Boolean).join(" "))
      if ("target" in behaviour) {
        const onward = connect(behaviour.target, "127.0.0.1", () => {
          socket.write("HTTP/1.1 200 Connection established\r\n\r\n")
          socket.pipe(onward).pipe(socket)
        })
        track(onward)
        socket.on("close", () => onward.destroy())
        onward.on("close", () => socket.destroy())
      } else if (behaviour.answer !== undefined) socket.end(behaviour.answer)
    }
    socket.on("data", onData)
  })
  const port = await listen(server)
  onFinished(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise<void>((closed) => server.close(() => closed()))
  })
  return { url: `${secureContext ? "https" : "http"}://127.0.0.1:${port}`, asked }
}

export interface Certificate {
  /** The private key, and the certificate, which is also for `NODE_EXTRA_CA_CERTS`. */
  readonly files: { readonly key: string; readonly certificate: string }
  /** Both, for a server. */
  readonly server: { readonly key: Buffer; readonly cert: Buffer }
  readonly secureContext: SecureContext
}

/** Why there is no certificate; undefined where openssl can make one. */
export const noOpenssl =
  spawnSync("openssl", ["version"]).status === 0 ? undefined : "needs the openssl command"

/** A fresh self-signed certificate for localhost and api.zpools.test, with further extensions. */
export const makeCertificate = (...extensions: ReadonlyArray<string>): Certificate => {
  const folder = sharedFolder()
  const files = { key: join(folder, "key.pem"), certificate: join(folder, "certificate.pem") }
  const request =
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
  const names = "subjectAltName=DNS:localhost,DNS:api.zpools.test,IP:127.0.0.1"
  const options = [names, ...extensions].flatMap((extension) => ["-addext", extension])
  execFileSync(
    "openssl",
    [...request.split(" "), ...options, "-keyout", files.key, "-out", files.certificate],
    { stdio: "ignore" },
  )
  const server = { key: readFileSync(files.key), cert: readFileSync(files.certificate) }
  return { files, server, secureContext: createSecureContext(server) }
}
