import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type { HttpMethod } from "@effect/platform/HttpMethod"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { type Fault, parseFault } from "../../../src/services/sandbox/api.ts"
import { type SandboxOptions, serve } from "../../../src/services/sandbox/serve.ts"

/** A real client and a real file system: the sandbox is tested over loopback. */
export const live = Layer.merge(NodeHttpClient.layer, NodeFileSystem.layer)

const defaults: SandboxOptions = {
  user: "demo",
  password: Redacted.make("demo"),
  port: 0,
  jwtSeconds: 3600,
  faults: [],
}

export const faults = (...texts: ReadonlyArray<string>): ReadonlyArray<Fault> =>
  texts.map((text) => Either.getOrThrow(parseFault(text)))

interface Sent {
  readonly token?: string
  /** An object is sent as JSON, a string as it is. */
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

/** The answers of a sandbox, read whole. `json` is undefined where the body is none. */
export const clientOf = (url: string) => {
  const send = (method: HttpMethod, path: string, { body, headers = {}, token }: Sent = {}) =>
    Effect.gen(function* () {
      const text = typeof body === "string" ? body : JSON.stringify(body)
      const request = HttpClientRequest.make(method)(`${url}${path}`, {
        headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      })
      const response = yield* HttpClient.execute(
        text === undefined ? request : HttpClientRequest.bodyText(request, text, "application/json"),
      )
      const answer = yield* response.text
      const isJson = response.headers["content-type"] === "application/json"
      return {
        status: response.status,
        headers: response.headers,
        text: answer,
        // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of many shapes
        json: isJson ? (JSON.parse(answer) as any) : undefined,
      }
    })

  const login = Effect.map(
    send("POST", "/login", { body: { username: "demo", password: "demo" } }),
    ({ json }) => json.detail.access_token as string,
  )

  /** Creates a PAT and gives its key ID and token. */
  const create = (token: string, fields: Record<string, unknown> = {}) =>
    Effect.map(
      send("POST", "/pat", { token, body: { label: "ci", scopes: ["pat"], ...fields } }),
      ({ json }) => json.detail as { readonly key_id: string; readonly token: string },
    )

  /** The items of `GET /pat`. */
  const items = (token: string) =>
    Effect.map(
      send("GET", "/pat", { token }),
      ({ json }) => json.detail.items as ReadonlyArray<Record<string, unknown>>,
    )

  return { url, send, login, create, items }
}

/** A sandbox that lives as long as the scope. */
export const sandbox = (options: Partial<SandboxOptions> = {}) =>
  Effect.map(serve({ ...defaults, ...options }), ({ url }) => clientOf(url))
