/** The server for everything that does not behave: it answers what a test tells it to. What behaves is the sandbox. */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http"
import { type AddressInfo, createServer, type Socket } from "node:net"
import { type SecureContext, TLSSocket } from "node:tls"
import { onTestFinished } from "vitest"
import { pat } from "../fixtures.ts"
import type { OnFinished } from "../temporaryFolder.ts"
import { type Answer, type Answers, bodyOf, turns } from "./answer.ts"

/** Answers a request by hand; `count` is 1 for the first. What it does not answer hangs. */
export type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void

/** One answer to everything, answers by path, or what a test makes of each request. */
type Script = Answer | Answers | Handler

export interface ScriptedOptions {
  readonly onFinished?: OnFinished
  /** With it the server speaks TLS. */
  readonly secureContext?: SecureContext
  /** Meets each connection, counted from 0, before anything of it is read; `serve` then serves it, and gives the stream of its requests. */
  readonly onConnection?: (socket: Socket, connection: number, serve: () => Socket) => void
  /** Variables beside those of `env`. */
  readonly env?: Readonly<Record<string, string>>
}

export interface Scripted {
  readonly url: string
  /** What to run the program with: the address, the PAT of the fixtures, and no second attempts. */
  readonly env: Readonly<Record<string, string>>
  /** The requests as they came. */
  readonly seen: ReadonlyArray<IncomingMessage>
  /** The same as `METHOD /path` below the base URL. */
  readonly requests: ReadonlyArray<string>
  readonly connections: () => number
}

const isAnswer = (script: Answer | Answers): script is Answer =>
  script instanceof Error || Object.keys(script).every((key) => ["status", "body", "headers"].includes(key))

/** Gives an answer to a request; an error cuts its connection. */
const give = (answer: Answer | undefined, request: IncomingMessage, response: ServerResponse): void => {
  if (answer === undefined || answer instanceof Error) return void request.socket.destroy()
  response.writeHead(answer.status ?? 200, { ...answer.headers }).end(bodyOf(answer))
}

/** `METHOD /path` of a request, below the base URL. */
const atOf = ({ method, url }: IncomingMessage): string => `${method} ${url?.replace(/^\/v1(?=\/)/, "")}`

/**
 * Serves a script until the test is over. By a table, what is not in it is cut,
 * and an answer that nobody asked for fails the test.
 */
export const startScripted = async (script: Script, options: ScriptedOptions = {}): Promise<Scripted> => {
  const { onConnection, onFinished = onTestFinished, secureContext } = options
  const seen: Array<IncomingMessage> = []
  const requests: Array<string> = []
  const sockets = new Set<Socket>()
  let connections = 0
  let handler: Handler
  if (typeof script === "function") handler = script
  else if (isAnswer(script)) handler = (request, response) => give(script, request, response)
  else {
    const { next, unused } = turns<Answer>(script)
    handler = (request, response) => give(next(atOf(request)), request, response)
    onFinished(() => {
      if (unused().length > 0) throw new Error(`answers that nobody asked for: ${unused().join(", ")}`)
    })
  }
  const http = createHttpServer({ maxHeaderSize: 128 * 1024 }, (request, response) => {
    seen.push(request)
    requests.push(atOf(request))
    // A body that nobody reads would keep the next request of the connection back.
    if (typeof script !== "function") request.resume()
    handler(request, response, seen.length)
  })
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on("error", () => {}).on("close", () => sockets.delete(socket))
    const serve = () => {
      const stream =
        secureContext === undefined ? socket : new TLSSocket(socket, { isServer: true, secureContext })
      stream.on("error", () => {})
      http.emit("connection", stream)
      return stream
    }
    const connection = connections++
    if (onConnection === undefined) serve()
    else onConnection(socket, connection, serve)
  })
  onFinished(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise<void>((closed) => server.close(() => closed()))
  })
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
  const { port } = server.address() as AddressInfo
  const url = secureContext === undefined ? `http://127.0.0.1:${port}/v1` : `https://localhost:${port}/v1`
  return {
    url,
    env: { ZPOOL_API_URL: url, ...pat, ZPOOL_MAX_RETRIES: "0", ...options.env },
    seen,
    requests,
    connections: () => connections,
  }
}
