// A loopback server for the benchmark: signs anybody in, and lists as many PATs as its path says (/N/pat). Behind /slow
// it answers after 100 ms. A message from the parent asks how many connections there were since the last one.
import { createServer } from "node:http"

const lists = new Map()
const listOf = (count) => {
  if (!lists.has(count)) {
    const words = ["law", "hotel", "shape", "community", "market", "night", "plain", "object"]
    const items = Array.from({ length: count }, (_, index) => ({
      key_id: [0, 3, 6, 9].map((shift) => words[(index >> shift) & 7]).join("-"),
      label: `Token number ${index} of a job`,
      status: index % 7 === 0 ? "revoked" : "active",
      created_at: new Date(1_700_000_000_000 + index * 61_000).toISOString(),
      expiry_at: index % 3 === 0 ? null : new Date(1_800_000_000_000 + index * 61_000).toISOString(),
      hard_expiry_at: null,
      last_used_at: index % 2 === 0 ? null : new Date(1_750_000_000_000 + index * 61_000).toISOString(),
      last_ip: "192.0.2.1",
      last_ua: "zpcli/0.1.0",
      scopes: ["zpool", "job"],
      token_ver: 1,
      usage_count: index,
    }))
    lists.set(count, Buffer.from(JSON.stringify({ message: "PATs retrieved", detail: { items } })))
  }
  return lists.get(count)
}

const send = async (response, status, body) => {
  if (response.req.url.startsWith("/slow/")) await new Promise((passed) => setTimeout(passed, 100))
  response.writeHead(status, { "content-type": "application/json", "x-amzn-requestid": "bench" })
  response.end(typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body))
}

const server = createServer((request, response) => {
  request.resume().on("end", () => {
    const [, count, path] = /^(?:\/slow)?\/(\d+)(\/.*)$/.exec(request.url) ?? []
    if (path === "/login") {
      const detail = { access_token: "eyJhbGciOi.bench.x", id_token: "eyJhbGciOi.bench.y", expires_in: 3600 }
      return send(response, 200, { message: "ok", detail })
    }
    if (request.method === "POST") {
      const detail = { key_id: "law-hotel-shape-community", token: "zpat_xxxxxxxxxxxxxxxxxxxxxxxx" }
      return send(response, 201, { message: "PAT created", detail })
    }
    if (request.method === "DELETE") return send(response, 200, "")
    return send(response, 200, listOf(Number(count)))
  })
})
let connections = 0
server.on("connection", () => connections++)
process.on("message", () => {
  process.send(connections)
  connections = 0
})
server.listen(
  0,
  "127.0.0.1",
  () => process.send?.(server.address().port) ?? console.log(server.address().port),
)
