/** The sandbox's API over connections on which things go wrong, as a test plans them. Faults are data. */
import { once } from "node:events"
import type { IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as SynchronizedRef from "effect/SynchronizedRef"
import { makeApi } from "../../../src/services/sandbox/api.ts"
import { parseSeed } from "../../../src/services/sandbox/Seed.ts"
import { account, pat } from "../fixtures.ts"
import { httpAnswer } from "./raw.ts"
import { type ScriptedOptions, startScripted } from "./scripted.ts"

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

/** The part of some bytes that an `answer` step sends. */
const part = (bytes: Buffer, { from = 0, to = 1 }: { readonly from?: number; readonly to?: number }) =>
  bytes.subarray(Math.floor(from * bytes.length), Math.floor(to * bytes.length))

/** What exists, but for the PAT that signs in. */
export interface MadePat {
  readonly keyId: string
  /** Undefined where it was there before. */
  readonly token: string | undefined
  readonly revoked: boolean
}

interface FaultOptions extends Pick<ScriptedOptions, "onFinished" | "secureContext"> {
  /** Where redirects lead. */
  readonly decoy?: string
  /** Further PATs to list, to make a long list: items of a seed. */
  readonly items?: ReadonlyArray<unknown>
}

/** A PAT that exists from the start, for revoking; it isn't the one that signs in. */
export const listedKeyId = "law-hotel-shape-community"

const signer = { key_id: "signs-in-for-tests", label: "signer", scopes: ["pat"], token: pat.ZPOOLPAT }
const listed = { key_id: listedKeyId, label: "Old", scopes: ["job"], created_at: "2026-01-01T00:00:00Z" }

/**
 * Serves until the test is over, for `pat` and `account` of the fixtures. A plan gives the fault for a connection, counted from 0; undefined is
 * a healthy one.
 */
export const startFaults = async (
  plan: (connection: number) => Fault | undefined,
  { decoy = "", items = [], ...options }: FaultOptions = {},
) => {
  const seed = await Effect.runPromise(parseSeed(JSON.stringify([signer, listed, ...items])))
  const store = await Effect.runPromise(SynchronizedRef.make(seed))
  const { ZPOOL_PASSWORD: password, ZPOOL_USER: user } = account
  const api = makeApi({ user, password: Redacted.make(password), jwtSeconds: 3600, faults: [] }, store)
  const tokens = new Map<string, string>()
  const secrets: Array<string> = [pat.ZPOOLPAT, password]
  const closed: Array<string> = []
  const waiting: Array<() => void> = []
  let received = 0
  let pats: ReadonlyArray<MadePat> = []
  const look = async () => {
    const known = (await Effect.runPromise(SynchronizedRef.get(store))).pats
    pats = known.slice(1).map(({ key_id, revoked_at }) => ({
      keyId: key_id,
      token: tokens.get(key_id),
      revoked: revoked_at !== null,
    }))
  }
  await look()

  /** Does what is asked and gives the bytes that a healthy server would answer. */
  const carryOut = async (
    { headers, method = "", url = "" }: IncomingMessage,
    sent: Buffer,
  ): Promise<Buffer> => {
    const answer = await Effect.runPromise(
      api({
        method,
        target: url,
        headers: headers as Record<string, string>,
        body: sent,
        from: "127.0.0.1",
      }),
    )
    if (answer === undefined) throw new Error("the sandbox has faults of its own")
    const detail = answer.body.startsWith("{") ? JSON.parse(answer.body).detail : undefined
    if (detail?.token !== undefined) tokens.set(detail.key_id, detail.token)
    secrets.push(...[detail?.token, detail?.access_token].filter((secret) => secret !== undefined))
    await look()
    // The API may answer a revoke with a body or without; half of none would be no fault.
    const revoked = { message: "PAT revoked", detail: { key_id: url.split("/").pop() } }
    const body = answer.body === "" ? JSON.stringify(revoked) : answer.body
    return Buffer.from(httpAnswer(answer.status, body, answer.headers))
  }

  /** The fault of each connection, and the raw socket below one of TLS, which has no reset of its own. */
  const connections = new WeakMap<Socket, { readonly fault: Fault | undefined; readonly raw: Socket }>()

  const play = async (
    socket: Socket,
    fault: Fault,
    {
      authorization = "",
      healthy,
      raw = socket,
      serve,
    }: {
      readonly authorization?: string | undefined
      readonly healthy?: Buffer
      readonly raw?: Socket
      readonly serve?: () => void
    },
  ): Promise<void> => {
    const pause = (millis: number) => new Promise((resume) => setTimeout(resume, millis))
    const fill = (bytes: string) =>
      bytes.replaceAll("{decoy}", decoy).replaceAll("{authorization}", authorization)
    for (const step of fault.steps) {
      if (socket.destroyed) return
      switch (step.do) {
        case "send":
          socket.write(fill(step.bytes))
          break
        case "answer":
          socket.write(part(healthy ?? Buffer.alloc(0), step))
          break
        case "drip":
          for (const byte of healthy ?? []) {
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
          return serve?.()
        case "close":
          socket.end()
          break
        case "reset":
          raw.resetAndDestroy()
          break
        case "stall":
          return
      }
    }
  }

  const server = await startScripted(
    async (request) => {
      const { socket } = request
      const { fault = { steps: [{ do: "answer" }, { do: "close" }] }, raw = socket } =
        connections.get(socket) ?? {}
      socket.on("close", () => closed.push(request.method ?? ""))
      const chunks: Array<Buffer> = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const answers = fault.steps.some((step) => step.do === "answer" || step.do === "drip")
      const healthy =
        fault.carriedOut === true || answers
          ? await carryOut(request, Buffer.concat(chunks))
          : Buffer.alloc(0)
      received++
      for (const resume of waiting.splice(0)) resume()
      await play(socket, fault, {
        authorization: request.headers.authorization,
        ...(healthy && { healthy }),
        raw,
      })
    },
    {
      ...options,
      onConnection: (raw, connection, serve) => {
        const fault = plan(connection)
        if (fault?.at === "connect") {
          void play(raw, fault, { serve: () => void connections.set(serve(), { fault: undefined, raw }) })
        } else connections.set(serve(), { fault, raw })
      },
    },
  )
  return {
    ...server,
    port: Number(new URL(server.url).port),
    /** The listed PAT, and then those that were made. */
    pats: () => pats,
    /** Whatever must not be shown. */
    secrets,
    /** Methods of the requests whose connection has ended. */
    closed,
    /** Until that many requests have been received, and carried out if they are to be. */
    received: async (count: number) => {
      while (received < count) await new Promise<void>((resume) => void waiting.push(resume))
    },
  }
}

export type Faults = Awaited<ReturnType<typeof startFaults>>
