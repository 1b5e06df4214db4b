import { type ChildProcess, spawn } from "node:child_process"
import { request as send } from "node:http"
import * as Either from "effect/Either"
import { parseFault } from "../../../src/services/sandbox/index.ts"
import { type Sandbox, startServer } from "../sandbox.ts"
import { binary, cleanEnv, ended, program, type Ran } from "./program.ts"

/** What happens to requests on their way to a sandbox, which itself answers others as ever. */
export interface GateOptions {
  /** As `zpcli sandbox --fail` takes them. */
  readonly faults?: ReadonlyArray<string>
  /** Where requests come to a stop for good: before the sandbox gets them, or with its answer. */
  readonly stop?: { readonly at: string; readonly when: "before" | "after" }
  /** Called when one has come to a stop. */
  readonly reached?: () => void
  /** Called when a request has come. */
  readonly onRequest?: (at: string) => void
  /** Changes the body of an answer on its way back. */
  readonly rewrite?: (at: string, body: string) => string
}

/** Serves what a sandbox answers, through a gate, until the test is over; gives the base URL. */
export const startGate = (sandbox: Sandbox, options: GateOptions): Promise<string> => {
  const faults = (options.faults ?? []).map((text) => Either.getOrThrow(parseFault(text)))
  const used = faults.map(() => 0)
  return startServer(async (request, response) => {
    const path = request.url?.replace("/v1", "") as string
    const at = `${request.method} ${path}`
    options.onRequest?.(at)
    const hit = faults.findIndex(
      (fault, index) =>
        fault.method === request.method &&
        path.startsWith(fault.path) &&
        (used[index] as number) < fault.times,
    )
    const fault = faults[hit]
    if (fault !== undefined) used[hit] = (used[hit] as number) + 1
    const stop = options.stop !== undefined && at.startsWith(options.stop.at) ? options.stop.when : undefined
    const fail = (answer: number | "drop") =>
      answer === "drop" ? request.socket.destroy() : response.writeHead(answer).end('{"message":"So told"}')

    const chunks: Array<Buffer> = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (stop === "before") return options.reached?.()
    if (fault?.after === false) return fail(fault.answer)
    const { host: _, ...headers } = request.headers
    const onward = send(
      sandbox.url.replace(/\/v1$/, `/v1${path}`),
      { method: request.method, headers },
      (answer) => {
        let body = ""
        answer.setEncoding("utf8").on("data", (chunk) => {
          body += chunk
        })
        answer.on("end", () => {
          if (stop === "after") return options.reached?.()
          if (fault !== undefined) return fail(fault.answer)
          const { "content-length": _, "transfer-encoding": __, ...rest } = answer.headers
          response.writeHead(answer.statusCode as number, rest).end(options.rewrite?.(at, body) ?? body)
        })
      },
    )
    onward.end(Buffer.concat(chunks))
  })
}

/** Runs the built program, and interrupts it once a request has come to a stop. */
export const runInterrupted = async (
  args: ReadonlyArray<string>,
  sandbox: Sandbox,
  stop: NonNullable<GateOptions["stop"]>,
): Promise<Ran> => {
  let child: ChildProcess | undefined
  const url = await startGate(sandbox, { stop, reached: () => void child?.kill("SIGINT") })
  child = spawn(binary, [...program, ...args], {
    env: cleanEnv({ ...sandbox.env, ZPOOL_API_URL: url }),
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 20_000,
  })
  return ended(child)
}
