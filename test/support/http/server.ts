import { onTestFinished } from "vitest"
import { type OnFinished, startServer } from "../sandbox.ts"

/** An answer: its status and body (a string as it is, anything else as JSON), or a connection that is cut. */
export type Answer = readonly [status: number, body?: unknown] | "cut"

/**
 * Serves these answers by `METHOD /path` below the base URL until the test is
 * over: each list is used up from its front, and its last answer stays. What is
 * not in the table is cut. An answer that nobody asked for fails the test.
 */
export const startScripted = async (
  answers: Readonly<Record<string, Answer | ReadonlyArray<Answer>>>,
  onFinished: OnFinished = onTestFinished,
) => {
  const requests: Array<string> = []
  const bearers: Array<string | undefined> = []
  const left = new Map(
    Object.entries(answers).map(([at, list]) => [
      at,
      (list === "cut" || typeof list[0] === "number" ? [list] : [...list]) as Array<Answer>,
    ]),
  )
  onFinished(() => {
    const unused = [...left].flatMap(([at, list]) => (list.length > 1 || !requests.includes(at) ? [at] : []))
    if (unused.length > 0) throw new Error(`answers that nobody asked for: ${unused.join(", ")}`)
  })
  const url = await startServer((request, response) => {
    const at = `${request.method} ${request.url?.replace("/v1", "")}`
    requests.push(at)
    bearers.push(request.headers.authorization?.replace("Bearer ", ""))
    const list = left.get(at)
    const answer = list !== undefined && list.length > 1 ? list.shift() : list?.[0]
    if (answer === undefined || answer === "cut") {
      request.socket.destroy()
      return
    }
    const [status, body] = answer
    response.writeHead(status)
    response.end(body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body))
  }, onFinished)
  const env = { ZPOOL_API_URL: url, ZPOOLPAT: "zpat_0123456789abcdef", ZPOOL_MAX_RETRIES: "1" }
  return { url, env, requests, bearers }
}
