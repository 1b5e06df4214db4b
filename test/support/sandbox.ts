import type { IncomingMessage, ServerResponse } from "node:http"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import * as SynchronizedRef from "effect/SynchronizedRef"
import { onTestFinished } from "vitest"
import { type Api, makeApi, parseFault } from "../../src/services/sandbox/api.ts"
import { empty, type State } from "../../src/services/sandbox/State.ts"
import { startScripted } from "./http/scripted.ts"

/** An item of the list, as the API gives it. */
type Item = Readonly<Record<string, unknown>>

/** What happens to requests on their way to a sandbox. */
export interface Gate {
  /** As `zpcli sandbox --fail` takes them. */
  readonly faults?: ReadonlyArray<string>
  /** Where requests come to a stop for good: before the sandbox gets them, or with its answer. */
  readonly stop?: { readonly at: string; readonly when: "before" | "after" }
  /** Called when one has come to a stop. */
  readonly reached?: () => void
  /** Called when a request has come. */
  readonly onRequest?: (at: string) => void
  /** Changes the body of an answer on its way back, or keeps it back until then. */
  readonly rewrite?: (at: string, body: string) => string | Promise<string>
}

/** The sandbox's handler on a port of this process: the fake API of all that behaves. The built program connects to it. */
export interface Sandbox {
  readonly url: string
  /** What to run the program with: the address, and username and password. */
  readonly env: Readonly<Record<"ZPOOL_API_URL" | "ZPOOL_USER" | "ZPOOL_PASSWORD", string>>
  /** `METHOD /path status`, the path below the base URL, in order; status 0 for no answer. */
  readonly requests: ReadonlyArray<string>
  /** Forgets the requests so far. */
  readonly forget: () => void
  /** Sends a request of our own, signed in; gives `detail` of its answer. */
  readonly call: (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>
  /** What the list holds. */
  readonly pats: () => Promise<ReadonlyArray<Item>>
  /** The status of each PAT of the list, in its order. */
  readonly statuses: () => Promise<ReadonlyArray<unknown>>
  /** The key IDs of those that are active. */
  readonly active: () => Promise<ReadonlyArray<unknown>>
  /** Whether a token signs in. */
  readonly accepts: (token: string) => Promise<boolean>
  /** Puts the sandbox's clock forward, by milliseconds. */
  readonly later: (millis: number) => void
  /** The same sandbox on another port, behind a gate; gives what to run the program with there. */
  readonly behind: (gate: Gate) => Promise<Sandbox["env"]>
  /** Ends it before the test is over. */
  readonly close: () => Promise<void>
}

/** The password of the user demo. */
const demoPassword = "demo-Pa55word"

/** The key IDs that a sandbox deals first, in their order. */
export const dealtKeyIds = [
  "law-hotel-shape-community",
  "market-night-plain-object",
  "basket-doctor-humble-figure",
  "garden-ink-motion-history",
] as const

/** Serves a fresh sandbox until the test is over. */
export const startSandbox = (...faults: ReadonlyArray<string>): Promise<Sandbox> =>
  startSandboxOn(undefined, faults)

/** Serves a fresh sandbox with one PAT, labelled CI, whose key ID is the first that is dealt. */
export const startWithPat = async (fields: Item = {}, ...faults: ReadonlyArray<string>) => {
  const sandbox = await startSandbox(...faults)
  const { token } = await sandbox.call("POST", "/pat", { label: "CI", scopes: ["job", "pat"], ...fields })
  return { sandbox, token: String(token) }
}

/** Serves a sandbox that starts with given PATs until the test is over. */
export const startSandboxOn = async (
  seed: State | undefined,
  faults: ReadonlyArray<string> = [],
  jwtSeconds = 3600,
): Promise<Sandbox> => {
  const requests: Array<string> = []
  const closing: Array<() => void | Promise<void>> = []
  const close = async () => {
    for (const end of closing.splice(0)) await end()
  }
  onTestFinished(close)
  let ahead = 0
  const clock = Clock.make()
  const shifted: Clock.Clock = {
    ...clock,
    unsafeCurrentTimeMillis: () => clock.unsafeCurrentTimeMillis() + ahead,
    currentTimeMillis: Effect.map(clock.currentTimeMillis, (millis) => millis + ahead),
  }
  const store = await Effect.runPromise(SynchronizedRef.make(seed ?? empty))
  const serve = async (gate: Gate): Promise<string> => {
    const api = makeApi(
      {
        user: "demo",
        password: Redacted.make(demoPassword),
        jwtSeconds,
        faults: (gate.faults ?? []).map((fault) => Either.getOrThrow(parseFault(fault))),
        onRequest: ({ method, path, status }) =>
          Effect.sync(() => void requests.push(`${method} ${path.replace("/v1", "")} ${status}`)),
      },
      store,
    )
    const { url } = await startScripted(
      (request, response) => void pass(api, shifted, gate, request, response),
      { onFinished: (end) => closing.push(end) },
    )
    return url
  }
  const url = await serve({ faults })
  const send = async (method: string, path: string, body: unknown, token?: string) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return (text === "" ? {} : JSON.parse(text).detail) as Record<string, unknown>
  }
  const call: Sandbox["call"] = async (method, path, body) => {
    const { access_token } = await send("POST", "/login", { username: "demo", password: demoPassword })
    const detail = await send(method, path, body, access_token as string)
    requests.length = 0
    return detail
  }
  const pats = async () => (await call("GET", "/pat")).items as ReadonlyArray<Item>
  const envOf = (url: string) => ({ ZPOOL_API_URL: url, ZPOOL_USER: "demo", ZPOOL_PASSWORD: demoPassword })
  return {
    url,
    env: envOf(url),
    requests,
    forget: () => void requests.splice(0),
    call,
    pats,
    statuses: async () => (await pats()).map(({ status }) => status),
    active: async () =>
      (await pats()).filter(({ status }) => status === "active").map(({ key_id }) => key_id),
    accepts: async (token) =>
      (await fetch(`${url}/hello`, { headers: { authorization: `Bearer ${token}` } })).status === 200,
    later: (millis) => {
      ahead += millis
    },
    behind: async (gate) => envOf(await serve(gate)),
    close,
  }
}

/** Answers one request as a sandbox does that is behind a gate. */
const pass = async (
  api: Api,
  clock: Clock.Clock,
  gate: Gate,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const at = `${request.method} ${request.url?.replace("/v1", "")}`
  gate.onRequest?.(at)
  const stop = gate.stop !== undefined && at.startsWith(gate.stop.at) ? gate.stop.when : undefined
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  if (stop === "before") return gate.reached?.()
  const answer = await Effect.runPromise(
    Effect.withClock(
      api({
        method: request.method ?? "",
        target: request.url ?? "",
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(chunks),
        from: request.socket.remoteAddress,
      }),
      clock,
    ),
  )
  if (stop === "after") return gate.reached?.()
  if (answer === undefined) return void request.socket.destroy()
  const body = (await gate.rewrite?.(at, answer.body)) ?? answer.body
  const date = new Date(clock.unsafeCurrentTimeMillis()).toUTCString()
  response.writeHead(answer.status, { date, ...answer.headers }).end(body)
}
