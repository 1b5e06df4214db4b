import { describe, expect, it } from "vitest"
import { runCli } from "../support/program/program.ts"
import { startServer } from "../support/sandbox.ts"
import { runInProcess } from "../support/world/sockets.ts"

const list = ["pat", "list"]
const requestId = "f3a1c7de-0000-4000-8000-5eedc0ffee00"

/** Serves one answer to everything; gives the environment to run in. */
const answering = async (status: number, body: string, headers: Readonly<Record<string, string>> = {}) => {
  const base = await startServer((_, response) => {
    response.writeHead(status, { "x-amzn-requestid": requestId, ...headers }).end(body)
  })
  return { ZPOOL_API_URL: base, ZPOOLPAT: "zpat_0123456789abcdef", ZPOOL_MAX_RETRIES: "0" }
}

const shapes: ReadonlyArray<readonly [name: string, body: string, says: string]> = [
  ["{message}", '{"message":"as told"}', " (the API says: as told)"],
  ["{Message} with a capital", '{"Message":"as told."}', " (the API says: as told)"],
  ["{message, detail}", '{"message":"no","detail":"as told"}', " (the API says: no: as told)"],
  [
    "{message, detail: {message}}",
    '{"message":"no","detail":{"message":"as told"}}',
    " (the API says: no: as told)",
  ],
  ["{detail: {message}}", '{"detail":{"message":"as told"}}', " (the API says: as told)"],
  ["{message: null}", '{"message":null}', ""],
  ["HTML", "<html><h1>Not today</h1></html>", ""],
  ["text", "as told", ""],
  ["a JSON list", '["as told"]', ""],
  ["JSON that is cut off", '{"message":"as', ""],
  ["nothing", "", ""],
  ["hostile text", '{"message":"\\u001b[2J\\u202e\\u0007\\nx"}', " (the API says: \\x1b[2J\\u202e\\x07\\nx)"],
]

const statuses: ReadonlyArray<readonly [status: number, code: number, message: RegExp]> = [
  [400, 1, /^The API refused the request with status 400/],
  [401, 4, /^The PAT in ZPOOLPAT was not accepted/],
  [403, 4, /^The PAT in ZPOOLPAT lacks the scope pat, which this command needs/],
  [404, 1, /^The API refused the request with status 404/],
  [429, 6, /^The API is limiting requests: status 429/],
  [500, 6, /^The API is unavailable: status 500/],
  [503, 6, /^The API is unavailable: status 503/],
]

describe.each(statuses)("status %d", (status, code, message) => {
  // Every shape with a status of each kind, and with the others one that says something and one that does not.
  const every = [400, 503].includes(status)
  it.each(every ? shapes : shapes.filter(([name]) => name === "{message}" || name === "HTML"))(
    "with %s has a message and the request's ID",
    async (name, body, says) => {
      const env = await answering(status, body)
      const ran = await (name === "{message}" ? runCli(list, { env }) : runInProcess(list, env))
      expect(ran).toMatchObject({ code, stdout: "" })
      const [line = "", hint = "", ...rest] = ran.stderr.split("\n")
      // A web page was not sent by the API, so it says nothing about scopes.
      const blocked = status === 403 && body.startsWith("<")
      expect(line.replace("zpcli: ", "")).toMatch(
        blocked ? /^The request was refused with status 403/ : message,
      )
      expect(line).toContain(`${says}. [request ID ${requestId}]`)
      if (says === "") expect(line).not.toContain("the API says")
      expect(hint).not.toContain(requestId)
      expect(rest.join("")).toBe("")
      expect(ran.stderr.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
    },
  )
})

describe("a success that is none", () => {
  it.each([
    ["HTML", "<!doctype html><title>Sign in</title>", /a web page/],
    ["nothing", "", /an empty body/],
    ["no JSON", "OK", /something that is not JSON/],
    ["JSON of another shape", '{"items":[]}', /JSON without a list of PATs/],
    ["items that are no list", '{"detail":{"items":{}}}', /JSON without a list of PATs/],
  ])("(%s) exits 1 with the request's ID", async (_, body, message) => {
    const ran = await runInProcess([...list, "--json"], await answering(200, body))
    expect(ran).toMatchObject({ code: 1, stdout: "" })
    const { error } = JSON.parse(ran.stderr)
    expect(error).toMatchObject({ type: "ResponseUnreadable", status: 200, requestId, exitCode: 1 })
    expect(error.message).toMatch(message)
  })
})

describe("an answer that echoes the credential", () => {
  it("is shown without it, at every level", async () => {
    const env = await answering(401, JSON.stringify({ message: "bad token zpat_0123456789abcdef" }))
    const ran = await runCli([...list, "--log-level", "all"], { env })
    expect(ran.stderr).toContain("bad token [hidden]")
    expect(ran.stderr).not.toContain("zpat_0123456789abcdef")
  })
})
