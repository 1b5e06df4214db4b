/** Just enough HTTP/1.1 for a server on a raw socket. */

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
