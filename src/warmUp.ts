import * as Cookies from "@effect/platform/Cookies"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as Terminal from "@effect/platform/Terminal"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Clock from "effect/Clock"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Inspectable from "effect/Inspectable"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import { run } from "./cli/run.ts"
import type { CommandShape } from "./cli/strict/shape.ts"
import { CommandRunner } from "./services/CommandRunner.ts"
import { Identity } from "./services/Identity.ts"
import { Stdin } from "./services/Stdin.ts"
import { Streams } from "./services/Streams.ts"

const unused = Effect.dieMessage("not part of the warm-up")

const keyId = "law-hotel-shape-community"
const item = {
  key_id: keyId,
  label: "CI",
  status: "active",
  created_at: "2026-01-26T02:05:37.123Z",
  expiry_at: "2126-01-26T02:05:37.123Z",
  last_used_at: null,
  scopes: ["pat"],
  usage_count: 0,
}
const answers: Readonly<Record<string, readonly [status: number, body: unknown]>> = {
  "GET /v1/pat": [200, { message: "PATs retrieved", detail: { items: [item] } }],
  "POST /v1/pat": [
    201,
    { message: "PAT created", detail: { key_id: keyId, token: "zpat_WarmUpWarmUpWarmUpWarmUp00000000" } },
  ],
  [`DELETE /v1/pat/${keyId}`]: [200, { message: "PAT revoked" }],
}

/** An answer without Node's own `Response`, which can't be in a snapshot. */
const responseTo = (
  request: HttpClientRequest.HttpClientRequest,
  path: string,
): HttpClientResponse.HttpClientResponse => {
  const [status, body] = answers[`${request.method} ${path}`] ?? [404, {}]
  return {
    ...Inspectable.BaseProto,
    [HttpIncomingMessage.TypeId]: HttpIncomingMessage.TypeId,
    [HttpClientResponse.TypeId]: HttpClientResponse.TypeId,
    request,
    status,
    headers: Headers.fromInput({ "content-type": "application/json" }),
    cookies: Cookies.empty,
    remoteAddress: Option.none(),
    text: Effect.succeed(JSON.stringify(body)),
    json: Effect.succeed(body),
    urlParamsBody: unused,
    formData: unused,
    arrayBuffer: unused,
    stream: Stream.empty,
  }
}

/** Time passes, and no timer ever fires: a snapshot can't contain one. */
const clock: Clock.Clock = Object.create(Clock.make(), {
  sleep: { value: () => Effect.async<void>(() => {}) },
})

const silent = { isTerminal: false, color: false, columns: 80 }

const world = Layer.mergeAll(
  Layer.succeed(Streams, {
    stdin: { isTerminal: false },
    stdout: { ...silent, discards: false },
    stderr: silent,
  }),
  Layer.mock(Terminal.Terminal, { columns: Effect.succeed(80), isTTY: Effect.succeed(false) }),
  Layer.mock(Stdin, {}),
  Layer.mock(CommandRunner, {}),
  // Its default is whoever builds the snapshot.
  Layer.succeed(Identity, { uid: Option.none() }),
  Layer.succeed(
    HttpClient.HttpClient,
    HttpClient.make((request, url) => Effect.sync(() => responseTo(request, url.pathname))),
  ),
  FileSystem.layerNoop({
    readFile: () => Effect.succeed(new TextEncoder().encode("ZPOOLPAT=zpat_warm_up\n")),
  }),
  NodePath.layer,
  Layer.setConfigProvider(ConfigProvider.fromMap(new Map([["HOME", "/home/nobody"]]))),
)

const lines = [
  ["pat", "list"],
  ["pat", "list", "--json"],
  ["pat", "create", "CI", "--scope", "pat"],
  ["pat", "revoke", keyId, "--yes"],
]

/**
 * Runs some command lines in a world of fakes, so that their functions are
 * compiled before the snapshot is taken. Nothing of it opens a handle or waits.
 */
export const warmUp = (tree: CommandShape): void => {
  for (const line of lines) {
    const errors: Array<unknown> = []
    const program = Effect.flatMap(Effect.console, (defaults) =>
      Effect.withConsole(run(line, tree), {
        ...defaults,
        log: () => Effect.void,
        error: (text) => Effect.sync(() => void errors.push(text)),
      }),
    )
    const code = program.pipe(
      Effect.provide(world),
      Effect.withClock(clock),
      Effect.withRandom(Random.make("warm-up")),
      Effect.runSync,
    )
    if (code !== 0) throw new Error(`${line.join(" ")} exited with ${code}: ${errors.join(" ")}`)
  }
}
