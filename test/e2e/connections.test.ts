import type { ServerResponse } from "node:http"
import type { Socket } from "node:net"
import { describe, expect, it } from "vitest"
import { runCli } from "../support/program/program.ts"
import { startServer } from "../support/sandbox.ts"

const ids = Array.from(
  { length: 40 },
  (_, index) => `law-hotel-shape-${"abcdefgh"[index % 8]?.repeat(index + 1)}`,
)
const item = (key_id: string) => ({ key_id, label: "ci", scopes: ["pat"], status: "active" })

/** A server that takes its time, and counts the connections and the requests that are open at once. */
const startSlow = async () => {
  const sockets = new Set<Socket>()
  const counts = { open: 0, most: 0, connections: 0, requests: 0 }
  const answers: Record<string, (response: ServerResponse) => void> = {
    GET: (response) => response.end(JSON.stringify({ message: "ok", detail: { items: ids.map(item) } })),
    POST: (response) =>
      response
        .writeHead(201)
        .end(JSON.stringify({ message: "PAT created", detail: { key_id: "a-b-c-d", token: "zpat_new" } })),
    DELETE: (response) => response.end(),
  }
  const url = await startServer((request, response) => {
    counts.open++
    counts.requests++
    counts.most = Math.max(counts.most, counts.open)
    counts.connections = sockets.add(request.socket).size
    request.resume()
    setTimeout(() => {
      counts.open--
      answers[request.method ?? ""]?.(response)
    }, 30)
  })
  const env = { ZPOOL_API_URL: url, ZPOOLPAT: "zpat_x" }
  return { counts, run: (...args: ReadonlyArray<string>) => runCli(["pat", ...args], { env }) }
}

describe("over a slow wire", () => {
  it("revokes 40 PATs four at a time, over no more connections", async () => {
    const { counts, run } = await startSlow()
    expect(await run("revoke", "--yes", ...ids)).toMatchObject({ code: 0, stderr: "" })
    expect(counts).toMatchObject({ most: 4, connections: 4, requests: 41 })
  })

  it("rotates over two connections at most", async () => {
    const { counts, run } = await startSlow()
    const ran = await run("rotate", ids[0] as string, "--yes", "--", "sh", "-c", "cat >&2")
    expect(ran).toMatchObject({ code: 0, stderr: "zpat_new" })
    expect(counts.requests).toBe(5)
    expect(counts.connections).toBeLessThanOrEqual(2)
  })
})
