/** Just enough HTTP/1.1 for a server on a raw socket. */

export interface Request {
  readonly method: string
  readonly path: string
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** A whole HTTP answer. */
export const httpAnswer = (
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = { "Content-Type": "application/json" },
): string =>
  [
    `HTTP/1.1 ${status} Status`,
    ...Object.entries({
      Date: new Date().toUTCString(),
      "Content-Length": String(Buffer.byteLength(body)),
      Connection: "close",
      ...headers,
    }).map(([name, value]) => `${name}: ${value}`),
    "",
    body,
  ].join("\r\n")

/** A request, once all of it has been received. */
export const parseRequest = (received: string): Request | undefined => {
  const end = received.indexOf("\r\n\r\n")
  if (end < 0) return undefined
  const [first = "", ...lines] = received.slice(0, end).split("\r\n")
  const [method = "", path = ""] = first.split(" ")
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(":")
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  const body = received.slice(end + 4)
  return body.length < Number(headers.get("content-length") ?? 0)
    ? undefined
    : { method, path, headers, body }
}
