/**
 * An API of PATs on a raw TCP socket that misbehaves as it is told to. It keeps
 * real state, so that a test can ask what exists after a fault. Faults are data.
 */
import { once } from "node:events"
import { createServer, type Socket } from "node:net"
import { type SecureContext, TLSSocket } from "node:tls"
import { httpAnswer, parseRequest, type Request } from "./raw.ts"

/** One thing that a faulty server does to a connection. */
export type Step =
  /** These bytes; `{decoy}` and `{authorization}` are filled in. */
  | { readonly do: "send"; readonly bytes: string }
  /** The answer of a healthy server, or the part of its bytes between two fractions; it does what was asked. */
  | { readonly do: "answer"; readonly from?: number; readonly to?: number }
  /** The healthy answer one byte at a time. */
  | { readonly do: "drip"; readonly everyMillis: number }
  /** Bytes again and again, for ever or up to a size; as fast as they are taken, or at intervals. */
  | { readonly do: "flood"; readonly bytes: string; readonly everyMillis?: number; readonly upTo?: number }
  | { readonly do: "wait"; readonly millis: number }
  /** From here on (after a fault on connecting) the server is healthy. */
  | { readonly do: "serve" }
  | { readonly do: "stall" | "close" | "reset" }

/** What happens on one connection. */
export interface Fault {
  /** On connecting, before a byte was read, or (default) once the request is there. */
  readonly at?: "connect" | "request"
  /** Whether what was asked is done, whatever is answered. An `answer` or `drip` step does it anyway. */
  readonly carriedOut?: boolean
  readonly steps: ReadonlyArray<Step>
}

export interface StoredPat {
  readonly keyId: string
  readonly label: string
  readonly token: string
  readonly createdAt: string
  revoked: boolean
}

export interface FaultyServerOptions {
  /** The fault for a connection, counted from 0; undefined is a healthy one. */
  readonly plan: (connection: number) => Fault | undefined
  /** With it the server speaks TLS. */
  readonly secureContext?: SecureContext
  /** Where redirects lead. */
  readonly decoy?: string
  /** Further PATs to list, to make a long list. */
  readonly items?: ReadonlyArray<unknown>
}

/** The password that signs in; every other fails with 401. */
export const password = "correct-horse-battery-staple"
/** The PAT that exists from the start, for revoking. */
export const oldKeyId = "law-hotel-shape-community"

const digits = ["acorn", "birch", "cedar", "daisy", "elder", "fern", "grass", "hazel", "iris", "juniper"]
let made = 0

/** Starts a server on a free port of loopback. */
export const startFaultyServer = async (options: FaultyServerOptions) => {
  const pats: Array<StoredPat> = []
  const seen: Array<Request> = []
  const closed: Array<string> = []
  const sockets = new Set<Socket>()
  const waiting: Array<() => void> = []
  let connections = 0

  const create = (label: string): StoredPat => {
    const words = String(++made).padStart(3, "0").slice(-3)
    const keyId = ["new", ...Array.from(words, (digit) => digits[Number(digit)])].join("-")
    const pat = {
      keyId,
      label,
      token: `zpat_secret_${made}_${"k".repeat(20)}`,
      createdAt: new Date().toISOString(),
      revoked: false,
    }
    pats.push(pat)
    return pat
  }
  Object.assign(create("Old"), { keyId: oldKeyId, createdAt: "2026-01-01T00:00:00Z" })

  const json = (status: number, value: unknown) => httpAnswer(status, JSON.stringify(value))

  /** Does what is asked and gives the bytes that a healthy server would answer. */
  const carryOut = ({ body, method, path }: Request): string => {
    if (path === "/login") {
      const good = JSON.parse(body).password === password
      return good
        ? json(200, { message: "ok", detail: { access_token: jwt, expires_in: 3600 } })
        : json(401, { message: "no" })
    }
    if (method === "GET") {
      const items = pats.map(({ createdAt, keyId, label, revoked }) => ({
        key_id: keyId,
        label,
        status: revoked ? "revoked" : "active",
        created_at: createdAt,
        last_used_at: null,
        scopes: ["job"],
      }))
      return json(200, { message: "ok", detail: { items: [...items, ...(options.items ?? [])] } })
    }
    if (method === "POST") {
      const { keyId, token } = create(JSON.parse(body).label)
      return json(201, { message: "created", detail: { key_id: keyId, token } })
    }
    const pat = pats.find(({ keyId, revoked }) => path === `/pat/${keyId}` && !revoked)
    if (pat === undefined) return json(404, { message: "Not found" })
    pat.revoked = true
    return json(200, { message: "PAT revoked", detail: { key_id: pat.keyId } })
  }

  const play = async (socket: Socket, fault: Fault, request: Request | undefined): Promise<void> => {
    const healthy =
      request !== undefined &&
      (fault.carriedOut === true || fault.steps.some((step) => step.do === "answer" || step.do === "drip"))
        ? Buffer.from(carryOut(request))
        : Buffer.alloc(0)
    const pause = (millis: number) => new Promise((resume) => setTimeout(resume, millis))
    const fill = (bytes: string) =>
      bytes
        .replaceAll("{decoy}", options.decoy ?? "")
        .replaceAll("{authorization}", request?.headers.get("authorization") ?? "")
    for (const step of fault.steps) {
      if (socket.destroyed) return
      switch (step.do) {
        case "send":
          socket.write(fill(step.bytes))
          break
        case "answer":
          socket.write(
            healthy.subarray(
              Math.floor((step.from ?? 0) * healthy.length),
              Math.floor((step.to ?? 1) * healthy.length),
            ),
          )
          break
        case "drip":
          for (const byte of healthy) {
            if (socket.destroyed) return
            socket.write(Buffer.of(byte))
            await pause(step.everyMillis)
          }
          break
        case "flood": {
          let sent = 0
          while (!socket.destroyed && sent < (step.upTo ?? Number.POSITIVE_INFINITY)) {
            const taken = socket.write(step.bytes)
            sent += step.bytes.length
            if (step.everyMillis !== undefined) await pause(step.everyMillis)
            else if (!taken) await once(socket, "drain").catch(() => {})
          }
          break
        }
        case "wait":
          await pause(step.millis)
          break
        case "serve":
          return serve(socket, undefined)
        case "close":
          socket.end()
          break
        case "reset":
          // A TLS socket has no reset of its own; the raw one below it has.
          ;(raw.get(socket) ?? socket).resetAndDestroy()
          break
        case "stall":
          return
      }
    }
  }

  /** The raw socket below a TLS one. */
  const raw = new WeakMap<Socket, Socket>()

  const serve = (socket: Socket, fault: Fault | undefined): void => {
    let stream = socket
    if (options.secureContext !== undefined) {
      stream = new TLSSocket(socket, { isServer: true, secureContext: options.secureContext })
      raw.set(stream, socket)
      stream.on("error", () => {})
    }
    let received = ""
    const onData = (chunk: Buffer) => {
      received += chunk.toString("latin1")
      const request = parseRequest(received)
      if (request === undefined) return
      stream.off("data", onData).on("data", () => {})
      seen.push(request)
      socket.on("close", () => closed.push(request.method))
      void play(stream, fault ?? { steps: [{ do: "answer" }, { do: "close" }] }, request)
      for (const resume of waiting.splice(0)) resume()
    }
    stream.on("data", onData)
  }

  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on("error", () => {}).on("close", () => sockets.delete(socket))
    const fault = options.plan(connections++)
    if (fault?.at === "connect") void play(socket, fault, undefined)
    else serve(socket, fault)
  })
  await new Promise<void>((resume) => server.listen(0, "127.0.0.1", resume))
  const { port } = server.address() as { port: number }

  return {
    port,
    url: options.secureContext ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    pats,
    seen,
    /** Methods of the requests whose connection has ended. */
    closed,
    connections: () => connections,
    /** Until that many requests have been received. */
    received: async (count: number) => {
      while (seen.length < count) await new Promise<void>((resume) => void waiting.push(resume))
    },
    stop: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise<void>((resume) => server.close(() => resume()))
    },
  }
}

export type FaultyServer = Awaited<ReturnType<typeof startFaultyServer>>

/** What `POST /login` hands out. */
export const jwt = "eyJzZWNyZXRzZWNyZXQ.c2VjcmV0c2VjcmV0.c2VjcmV0"
