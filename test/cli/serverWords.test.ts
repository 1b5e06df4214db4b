/** What is shown of a failure: the server's words, where they are words and can be shown. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { jwt, pat } from "../support/fixtures.ts"
import { json as inJson, text } from "../support/http/answer.ts"
import { type Reply, raw } from "../support/http/client.ts"
import { runIn } from "../support/world/world.ts"

const json = (value: unknown) => JSON.stringify(value)

/** Runs `pat list`, which is answered by this. */
const list = (answer: Reply, ...args: ReadonlyArray<string>) =>
  runIn(["pat", "list", ...args], { env: pat, api: { "GET /pat": answer } })

/** What the message says that the API says. */
const saidIn = (stderr: string) => /\(the API says: (.*)\)\.$/m.exec(stderr.split("\n")[0] ?? "")?.[1]

describe("a long message from the server", () => {
  const size = 2_000_000
  it.effect.each<[what: string, message: string]>([
    ["dots", "x".padEnd(size, ".")],
    ["spaces between dots", ". ".repeat(size / 2)],
    ["dots in front of a word", `${".".repeat(size)}x`],
    ["spaces between words", `x${" ".repeat(size)}x`],
    ["beginnings of a token", "eyJ".repeat(size / 3)],
    ["tokens without an end", `zpat_${"a-".repeat(size / 2)}`],
    ["dots after the beginning of a token", `eyJabcdefgh${".a".repeat(size / 2)}`],
  ])("made of %s is processed quickly", ([, message]) =>
    Effect.gen(function* () {
      const ran = yield* list(inJson(400, { message }))
      expect(ran).toMatchObject({ code: 1, stdout: "" })
      expect(ran.stderr.length).toBeLessThan(1_400)
    }),
  )

  it.effect("is cut at 1,000 characters, between two of them", () =>
    Effect.gen(function* () {
      const cut = (message: string) =>
        Effect.map(list(inJson(400, { message })), ({ stderr }) => saidIn(stderr))
      expect(yield* cut("ab".repeat(5_000))).toBe(`${"ab".repeat(500)}…`)
      expect(yield* cut(`x${"🦊".repeat(5_000)}`)).toBe(`x${"🦊".repeat(499)}…`)
    }),
  )

  it.effect.each<[what: string, secret: string]>([
    ["the credential", pat.ZPOOLPAT],
    ["another PAT", "zpat_SomebodyElsesSecret0000"],
    ["a JWT", jwt],
  ])("shows no part of %s at the cut", ([, secret]) =>
    Effect.gen(function* () {
      for (const room of [10, 20, 30]) {
        const message = `${"-".repeat(1_000 - room)}${secret} and more${"-".repeat(2_000)}`
        const { stderr } = yield* list(inJson(400, { message }))
        expect(saidIn(stderr)).toMatch(/^-+\[hidd?e?n?\]?.*…$/)
        expect(stderr).not.toContain(secret.slice(0, 6))
      }
    }),
  )
})

describe("the server's message is found", () => {
  it.effect.each<[where: string, body: string, said: string]>([
    ["behind a byte order mark", `\uFEFF${json({ message: "as told" })}`, "as told"],
    ["in error.message", json({ error: { message: "as told", code: 7 } }), "as told"],
    ["in error", json({ error: "as told" }), "as told"],
    ["in error_description", json({ error: "invalid", error_description: "as told" }), "invalid: as told"],
    ["in a list by field", json({ message: { expiry: ["as told"] } }), "as told"],
    ["in errors", json({ errors: [{ field: "label", message: "as told" }] }), "as told"],
    ["in errors by field", json({ errors: { label: ["as told", "and more"] } }), "as told"],
    ["in detail as a list", json({ detail: [{ loc: ["body"], msg: "as told" }] }), "as told"],
    ["in title", json({ type: "about:blank", title: "as told", status: 400 }), "as told"],
    ["in title and detail", json({ title: "Bad request", detail: "as told" }), "Bad request: as told"],
    ["in errorMessage", json({ errorMessage: "as told", errorType: "Error" }), "as told"],
    ["in msg", json({ msg: "as told" }), "as told"],
    ["as a JSON string", json("as told"), "as told"],
    ["behind an empty message", json({ message: "", error: "as told" }), "as told"],
  ])("%s", ([, body, said]) =>
    Effect.gen(function* () {
      expect(saidIn((yield* list(raw(400, body))).stderr)).toBe(said)
    }),
  )

  it.effect.each<[what: string, body: string, said: string | undefined]>([
    ["short text", "as told\n", "as told"],
    ["text of many lines", "as told\nand more", "as told\\nand more"],
    ["text that is long", "as told ".repeat(200), undefined],
    ["text that is a page after all", "<html>as told</html>", undefined],
  ])("in text/plain: %s", ([, body, said]) =>
    Effect.gen(function* () {
      expect(saidIn((yield* list(raw(400, body, "text/plain"))).stderr)).toBe(said)
    }),
  )

  it.effect.each<[what: string, body: string, type: string]>([
    ["HTML", "<html><p>not this</p></html>", "text/html"],
    ["numbers and nulls", json({ message: 5, error: null, errors: [], detail: {} }), "application/json"],
    ["a deep list", `${"[".repeat(100_000)}"not this"${"]".repeat(100_000)}`, "application/json"],
    ["deep objects", `${'{"message":'.repeat(100_000)}"x"${"}".repeat(100_000)}`, "application/json"],
    ["a wide list of nothing", json({ errors: Array(300_000).fill({}) }), "application/json"],
  ])("not in %s", ([, body, type]) =>
    Effect.gen(function* () {
      const ran = yield* list(raw(400, body, type))
      expect(ran).toMatchObject({ code: 1, stdout: "" })
      expect(ran.stderr).toMatch(/^zpcli: The API refused the request with status 400\.\n/)
    }),
  )

  it.effect("and is never shown as [object Object]", () =>
    Effect.gen(function* () {
      const { stderr } = yield* list(inJson(400, { message: {}, error: { code: 5 }, detail: [[]] }))
      expect(stderr).not.toContain("object")
    }),
  )
})

describe("a 403", () => {
  it.effect.each(['{"message":"Forbidden"}', '\uFEFF{"message":"Forbidden"}'])(
    "from the API blames a missing scope: %j",
    (body) =>
      Effect.gen(function* () {
        const ran = yield* list(raw(403, body))
        expect(ran).toMatchObject({ code: 4, stdout: "" })
        expect(ran.stderr).toContain("needs the scope pat")
      }),
  )

  it.effect.each<[what: string, body: string]>([
    ["a web page", "<!DOCTYPE html><h1>Request blocked</h1>"],
    ["a web page with a BOM", "\uFEFF\n<HTML><h1>Request blocked</h1>"],
    ["plain text", "Forbidden by the firewall"],
  ])("that is %s doesn't blame a scope", ([, body]) =>
    Effect.gen(function* () {
      const ran = yield* list(raw(403, body, "text/plain"))
      expect(ran).toMatchObject({ code: 4, stdout: "" })
      expect(ran.stderr).not.toContain("scope")
      expect(ran.stderr).toContain("may not have come from the API")
    }),
  )

  it.effect("because of a wrong path says so", () =>
    Effect.gen(function* () {
      const { stderr } = yield* list(raw(403, '\uFEFF{"message":"Missing Authentication Token"}'))
      expect(stderr).not.toContain("scope")
      expect(stderr).toContain("Check ZPOOL_API_URL")
    }),
  )
})

const requestId = "f3a1c7de-0000-4000-8000-5eedc0ffee00"
const answering = (status: number, body: string) => text(status, body, { "x-amzn-requestid": requestId })

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
  [401, 4, /^The API rejected the PAT in ZPOOLPAT/],
  [403, 4, /^This command needs the scope pat, which the PAT in ZPOOLPAT does not have/],
  [404, 1, /^The API refused the request with status 404/],
  [429, 6, /^The API is limiting requests: status 429/],
  [500, 6, /^The API is unavailable: status 500/],
  [503, 6, /^The API is unavailable: status 503/],
]

describe.each(statuses)("status %d", (status, code, message) => {
  it.effect.each(shapes)("with %s is reported with a message and the request ID", ([, body, says]) =>
    Effect.gen(function* () {
      const ran = yield* list(answering(status, body))
      expect(ran).toMatchObject({ code, stdout: "" })
      const [line = "", hint = "", ...rest] = ran.stderr.split("\n")
      // What is no JSON object was not sent by the API, so it says nothing about scopes.
      const blocked = status === 403 && body !== "" && !/^\{.*\}$/.test(body)
      expect(line.replace("zpcli: ", "")).toMatch(
        blocked ? /^The request was refused with status 403/ : message,
      )
      expect(line).toContain(`${says}. [request ID ${requestId}]`)
      if (says === "") expect(line).not.toContain("the API says")
      expect(hint).not.toContain(requestId)
      expect(rest.join("")).toBe("")
      expect(ran.stderr.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
    }),
  )
})

describe("a success status with an unusable body", () => {
  it.effect.each<[what: string, body: string, message: RegExp]>([
    ["HTML", "<!doctype html><title>Sign in</title>", /a web page/],
    ["nothing", "", /an empty body/],
    ["no JSON", "OK", /something other than JSON/],
    ["JSON of another shape", '{"items":[]}', /JSON without a list of PATs/],
    ["items that are no list", '{"detail":{"items":{}}}', /JSON without a list of PATs/],
  ])("(%s) exits with 1 and shows the request ID", ([, body, message]) =>
    Effect.gen(function* () {
      const ran = yield* list(answering(200, body), "--json")
      expect(ran).toMatchObject({ code: 1, stdout: "" })
      const { error } = JSON.parse(ran.stderr)
      expect(error).toMatchObject({ type: "ResponseUnreadable", status: 200, requestId, exitCode: 1 })
      expect(error.message).toMatch(message)
    }),
  )
})

describe("an answer that echoes the credential", () => {
  it.effect("is shown with the credential masked, at every log level", () =>
    Effect.gen(function* () {
      const { stderr } = yield* list(
        inJson(401, { message: `bad token ${pat.ZPOOLPAT}` }),
        "--log-level",
        "all",
      )
      expect(stderr).toContain("bad token [hidden]")
      expect(stderr).not.toContain(pat.ZPOOLPAT)
    }),
  )
})
