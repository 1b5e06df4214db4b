/** What each fault that `faults.md` names does on the wire. */
import type { Fault, Step } from "../../support/http/faults.ts"
import { httpAnswer } from "../../support/http/raw.ts"

interface Behaviour {
  /** Undefined: nobody listens at the port. */
  readonly fault: Fault | undefined
  /** How the server is reached (default: plain, on loopback). */
  readonly tls?: "trusted" | "untrusted"
  /** Seconds for `ZPOOL_TIMEOUT`, where the usual one is too short. */
  readonly timeout?: number
}

const onRequest = (...steps: ReadonlyArray<Step>): Behaviour => ({ fault: { steps } })
const onConnect = (...steps: ReadonlyArray<Step>): Behaviour => ({ fault: { at: "connect", steps } })
const overTls = (tls: "trusted" | "untrusted", behaviour: Behaviour): Behaviour => ({ ...behaviour, tls })
const carriedOut = ({ fault, ...rest }: Behaviour): Behaviour => ({
  ...rest,
  fault: fault && { ...fault, carriedOut: true },
})

const close = { do: "close" } as const
const reset = { do: "reset" } as const
const stall = { do: "stall" } as const
const wait = (millis: number) => ({ do: "wait", millis }) as const
const send = (bytes: string) => ({ do: "send", bytes }) as const

const answering = (...whole: Parameters<typeof httpAnswer>) => onRequest(send(httpAnswer(...whole)), close)
const status = (code: number, headers: Readonly<Record<string, string>> = {}, message = "Told you") =>
  answering(code, JSON.stringify({ message }), { "Content-Type": "application/json", ...headers })
const redirect = (code: number) => status(code, { Location: "{decoy}/pat" })
const success = (body: string, type = "application/json") =>
  carriedOut(answering(200, body, { "Content-Type": type }))

const web = "<!DOCTYPE html><html><body>Sign in to the network</body></html>"
const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

/** By the name in the table. `, carried out` and `, once` behind a name are read by `table.ts`. */
export const behaviours: Readonly<Record<string, Behaviour>> = {
  refused: { fault: undefined },
  // Reset or closed at once, now and then the connection would not even count as opened.
  "reset before the request": onConnect(wait(200), reset),
  "closed before the request": onConnect(wait(200), close),
  "stalled before the request": onConnect(stall),
  "reset after the request": onRequest(reset),
  "closed after the request": onRequest(close),
  "stalled after the request": onRequest(stall),
  dripping: onRequest({ do: "drip", everyMillis: 30 }),
  "stalled after the head": carriedOut(onRequest(send(`${head}Content-Length: 99\r\n\r\n`), stall)),
  "half a body, closed": onRequest({ do: "answer", to: 0.9 }, close),
  "half a body, reset": onRequest({ do: "answer", to: 0.9 }, wait(50), reset),
  "half a body, stalled": onRequest({ do: "answer", to: 0.9 }, stall),
  "half a body of no length": carriedOut(onRequest(send(`${head}\r\n{"detail": {"it`), close)),
  "half a chunked body": carriedOut(
    onRequest(send(`${head}Transfer-Encoding: chunked\r\n\r\n9\r\n{"detail"\r\n`), close),
  ),
  "broken chunks": carriedOut(
    onRequest(
      send(`${head}Transfer-Encoding: chunked\r\n\r\n9\r\n{"detail"\r\n`),
      wait(50),
      send("zz\r\n"),
      stall,
    ),
  ),
  "endless body": carriedOut(
    onRequest(send(`${head}\r\n"`), { do: "flood", bytes: "x".repeat(4096), everyMillis: 5 }),
  ),
  "endless head": onRequest(send(head), { do: "flood", bytes: `X: ${"x".repeat(4090)}\r\n`, everyMillis: 2 }),
  "more than 256 MiB": {
    ...onRequest(send(`${head}\r\n"`), { do: "flood", bytes: "x".repeat(1 << 20), upTo: 258 << 20 }, close),
    timeout: 30,
  },
  "not HTTP": onRequest(send("SSH-2.0-OpenSSH_9.9\r\n"), stall),
  "two answers": onRequest({ do: "answer" }, { do: "answer" }, close),
  "answer in pieces": onRequest({ do: "answer", to: 0.3 }, wait(60), { do: "answer", from: 0.3 }, close),
  "informational answers first": onRequest(
    send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"),
    { do: "answer" },
    close,
  ),
  "switching protocols": onRequest(
    send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"),
    stall,
  ),
  "HTML with 200": answering(200, web, { "Content-Type": "text/html" }),
  "empty with 200": success(""),
  "no content (204)": carriedOut(onRequest(send("HTTP/1.1 204 No Content\r\n\r\n"), close)),
  "text with 200": answering(200, "It works!", { "Content-Type": "text/plain" }),
  "wrong JSON type": success('["nobody", "expects", "this"]'),
  "missing fields": success('{"message": "ok"}'),
  "null fields": success(
    '{"message": null, "detail": {"key_id": null, "token": null, "items": [{"key_id": null, "label": null, "status": null, "created_at": null, "expiry_at": null, "last_used_at": null, "scopes": null}]}}',
  ),
  ...Object.fromEntries([301, 302, 303, 307, 308].map((code) => [`redirect (${code})`, redirect(code)])),
  "not modified (304)": onRequest(send("HTTP/1.1 304 Not Modified\r\n\r\n"), close),
  ...Object.fromEntries(
    [400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 501, 502, 503, 504].map((code) => [
      `status ${code}`,
      status(code, { "x-amzn-requestid": "f00d-cafe" }),
    ]),
  ),
  "status 429, Retry-After: 1": status(429, { "Retry-After": "1" }),
  "status 503, Retry-After: 900": status(503, { "Retry-After": "900" }),
  "status 502, HTML": answering(502, web, { "Content-Type": "text/html" }),
  "status 400, empty": answering(400, "", {}),
  "status 400, credential echoed": onRequest(
    send('HTTP/1.1 400 Bad\r\n\r\n{"message": "bad header {authorization}"}'),
    close,
  ),
  "status 400, control characters": status(400, {}, "\u001b]0;owned\u0007 \u009b2J \u202e"),
  "slow TLS": overTls("trusted", onConnect(wait(300), { do: "serve" })),
  "stalled TLS": overTls("trusted", onConnect(stall)),
  "reset during TLS": overTls("trusted", onConnect(wait(50), reset)),
  "plain HTTP where TLS is due": overTls("trusted", onConnect(send(httpAnswer(400, "{}")), close)),
  "certificate not trusted": overTls("untrusted", { fault: { steps: [{ do: "answer" }, close] } }),
  "half a body over TLS, reset": overTls("trusted", onRequest({ do: "answer", to: 0.9 }, wait(50), reset)),
}
