import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { onTestFinished } from "vitest"
import { parseFault, serve } from "../../src/services/sandbox/index.ts"
import type { State } from "../../src/services/sandbox/State.ts"
import { shellCommand } from "./program/program.ts"

/** A sandbox of this process, to which the built program connects. */
export interface Sandbox {
  readonly url: string
  /** What to run the program with: the address, and username and password. */
  readonly env: Readonly<Record<string, string>>
  /** `METHOD /path status`, the path below the base URL, in order; status 0 for no answer. */
  readonly requests: ReadonlyArray<string>
  /** Forgets the requests so far. */
  readonly forget: () => void
  /** Sends a request of our own, signed in; gives `detail` of its answer. */
  readonly call: (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>
  /** Puts the sandbox's clock forward, by milliseconds. */
  readonly later: (millis: number) => void
  /** Ends it before the test is over. */
  readonly close: () => Promise<void>
}

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

/** Serves a sandbox that starts with given PATs until the test is over. */
export const startSandboxOn = async (
  seed: State | undefined,
  faults: ReadonlyArray<string> = [],
  jwtSeconds = 3600,
  onFinished: OnFinished = onTestFinished,
): Promise<Sandbox> => {
  const requests: Array<string> = []
  let ahead = 0
  const clock = Clock.make()
  const shifted: Clock.Clock = {
    ...clock,
    unsafeCurrentTimeMillis: () => clock.unsafeCurrentTimeMillis() + ahead,
    currentTimeMillis: Effect.map(clock.currentTimeMillis, (millis) => millis + ahead),
  }
  const scope = await Effect.runPromise(Scope.make())
  onFinished(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  const { url } = await Effect.runPromise(
    serve({
      user: "demo",
      password: Redacted.make("demo-Pa55word"),
      port: 0,
      ...(seed === undefined ? {} : { seed }),
      jwtSeconds,
      faults: faults.map((fault) => Either.getOrThrow(parseFault(fault))),
      onRequest: ({ method, path, status }) =>
        Effect.sync(() => void requests.push(`${method} ${path.replace("/v1", "")} ${status}`)),
    }).pipe(Effect.withClock(shifted), Scope.extend(scope)),
  )
  const send = async (method: string, path: string, body: unknown, token?: string) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return (text === "" ? {} : JSON.parse(text).detail) as Record<string, unknown>
  }
  return {
    url,
    env: { ZPOOL_API_URL: url, ZPOOL_USER: "demo", ZPOOL_PASSWORD: "demo-Pa55word" },
    requests,
    forget: () => void requests.splice(0),
    call: async (method, path, body) => {
      const { access_token } = await send("POST", "/login", { username: "demo", password: "demo-Pa55word" })
      const detail = await send(method, path, body, access_token as string)
      requests.length = 0
      return detail
    },
    later: (millis) => {
      ahead += millis
    },
    close: () => Effect.runPromise(Scope.close(scope, Exit.void)),
  }
}

/**
 * Called with what is to be done when the test is over. Tests that run side by
 * side pass the `onTestFinished` of their own context: the global one is that
 * of whichever test began last.
 */
export type OnFinished = (clean: () => void | Promise<void>) => void

/** Serves HTTP on loopback until the test is over; gives the base URL. */
export const startServer = async (
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  onFinished: OnFinished = onTestFinished,
): Promise<string> => {
  const server = createServer(answer)
  onFinished(() => {
    server.closeAllConnections()
    return new Promise((closed) => server.close(() => closed()))
  })
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

/** An empty folder that is gone after the test. */
export const temporaryFolder = (onFinished: OnFinished = onTestFinished): string => {
  const folder = mkdtempSync(join(tmpdir(), "zpcli-e2e-"))
  onFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A PATH on which `zpcli` is the built program. */
export const pathWithProgram = (): string => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, "zpcli"), `#!/bin/sh\nexec ${shellCommand} "$@"\n`, {
    mode: 0o755,
  })
  return `${folder}:${process.env.PATH}`
}
