import { describe, it } from "vitest"
import { runCli } from "../support/program/program.ts"
import { type OnFinished, startServer } from "../support/sandbox.ts"
import { runInProcess } from "../support/world/sockets.ts"

const pat = "zpat_0123456789abcdefghij"

/** Runs `pat list` against a server that answers everything alike. */
const listAgainst = async (
  onFinished: OnFinished,
  status: number,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = { "content-type": "application/json" },
  run: typeof runInProcess = runInProcess,
) => {
  const url = await startServer(
    (_, response) => void response.writeHead(status, headers).end(body),
    onFinished,
  )
  const env = { ZPOOL_API_URL: url, ZPOOLPAT: pat, ZPOOL_MAX_RETRIES: "0" }
  return run(["pat", "list"], env)
}

/** What the message says that the API says. */
const saidIn = (stderr: string) => /\(the API says: (.*)\)\.$/m.exec(stderr.split("\n")[0] ?? "")?.[1]

describe.concurrent("a long message of a server", () => {
  const size = 2_000_000
  it.for([
    ["dots", "x".padEnd(size, ".")],
    ["spaces between dots", ". ".repeat(size / 2)],
    ["dots in front of a word", `${".".repeat(size)}x`],
    ["spaces between words", `x${" ".repeat(size)}x`],
    ["beginnings of a token", "eyJ".repeat(size / 3)],
    ["tokens without an end", `zpat_${"a-".repeat(size / 2)}`],
    ["dots after the beginning of a token", `eyJabcdefgh${".a".repeat(size / 2)}`],
  ] as const)("of %s ends the run at once", async ([_, message], { expect, onTestFinished }) => {
    const ran = await listAgainst(onTestFinished, 400, JSON.stringify({ message }), undefined, (args, env) =>
      runCli(args, { env }),
    )
    expect(ran).toMatchObject({ code: 1, stdout: "" })
    expect(ran.stderr.length).toBeLessThan(1_400)
  })

  it("is cut at 1,000 characters", async ({ expect, onTestFinished }) => {
    const { stderr } = await listAgainst(onTestFinished, 400, JSON.stringify({ message: "ab".repeat(5_000) }))
    expect(saidIn(stderr)).toBe(`${"ab".repeat(500)}…`)
  })

  it("is not cut through a character", async ({ expect, onTestFinished }) => {
    const { stderr } = await listAgainst(
      onTestFinished,
      400,
      JSON.stringify({ message: `x${"🦊".repeat(5_000)}` }),
    )
    expect(saidIn(stderr)).toBe(`x${"🦊".repeat(499)}…`)
  })

  it.for([
    ["the credential", pat],
    ["another PAT", "zpat_SomebodyElsesSecret0000"],
    ["a JWT", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"],
  ] as const)("shows nothing of %s where it is cut", async ([_, secret], { expect, onTestFinished }) => {
    await Promise.all(
      Array.from({ length: 3 }, async (_, index) => {
        const message = `${"-".repeat(1_000 - 10 * (index + 1))}${secret} and more`
        const { stderr } = await listAgainst(
          onTestFinished,
          400,
          JSON.stringify({ message: `${message}${"-".repeat(2_000)}` }),
        )
        expect(saidIn(stderr)).toMatch(/^-+\[hidd?e?n?\]?.*…$/)
        expect(stderr).not.toContain(secret.slice(0, 6))
      }),
    )
  })
})

describe.concurrent("the words of a failure are found", () => {
  const json = (value: unknown) => JSON.stringify(value)
  it.for([
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
  ] as const)("%s", async ([_, body, said], { expect, onTestFinished }) => {
    expect(saidIn((await listAgainst(onTestFinished, 400, body)).stderr)).toBe(said)
  })

  it.for([
    ["short text", "as told\n", "as told"],
    ["text of many lines", "as told\nand more", "as told\\nand more"],
    ["text that is long", "as told ".repeat(200), undefined],
    ["text that is a page after all", "<html>as told</html>", undefined],
  ] as const)("in text/plain: %s", async ([_, body, said], { expect, onTestFinished }) => {
    expect(
      saidIn((await listAgainst(onTestFinished, 400, body, { "content-type": "text/plain" })).stderr),
    ).toBe(said)
  })

  it.for([
    ["HTML", "<html><p>not this</p></html>", "text/html"],
    ["numbers and nulls", json({ message: 5, error: null, errors: [], detail: {} }), "application/json"],
    ["a deep list", `${"[".repeat(100_000)}"not this"${"]".repeat(100_000)}`, "application/json"],
    ["deep objects", `${'{"message":'.repeat(100_000)}"x"${"}".repeat(100_000)}`, "application/json"],
    ["a wide list of nothing", json({ errors: Array(300_000).fill({}) }), "application/json"],
  ] as const)("not in %s", async ([_, body, type], { expect, onTestFinished }) => {
    const ran = await listAgainst(onTestFinished, 400, body, { "content-type": type })
    expect(ran).toMatchObject({ code: 1, stdout: "" })
    expect(ran.stderr).toMatch(/^zpcli: The API refused the request with status 400\.\n/)
  })

  it("without what is not words: never [object Object]", async ({ expect, onTestFinished }) => {
    const { stderr } = await listAgainst(
      onTestFinished,
      400,
      json({ message: {}, error: { code: 5 }, detail: [[]] }),
    )
    expect(stderr).not.toContain("object")
  })
})

describe.concurrent("a 403", () => {
  it("of the API blames a scope", async ({ expect, onTestFinished }) => {
    const ran = await listAgainst(onTestFinished, 403, '{"message":"Forbidden"}')
    expect(ran).toMatchObject({ code: 4, stdout: "" })
    expect(ran.stderr).toContain("lacks the scope pat")
  })

  it("of the API behind a byte order mark does too", async ({ expect, onTestFinished }) => {
    expect((await listAgainst(onTestFinished, 403, '\uFEFF{"message":"Forbidden"}')).stderr).toContain(
      "lacks the scope pat",
    )
  })

  it.for([
    ["a web page", "<!DOCTYPE html><h1>Request blocked</h1>"],
    ["a web page with a BOM", "\uFEFF\n<HTML><h1>Request blocked</h1>"],
    ["plain text", "Forbidden by the firewall"],
  ] as const)("that is %s does not", async ([_, body], { expect, onTestFinished }) => {
    const ran = await listAgainst(onTestFinished, 403, body, { "content-type": "text/plain" })
    expect(ran).toMatchObject({ code: 4, stdout: "" })
    expect(ran.stderr).not.toContain("scope")
    expect(ran.stderr).toContain("may not have come from the API")
  })

  it("that means a wrong path says so", async ({ expect, onTestFinished }) => {
    const ran = await listAgainst(onTestFinished, 403, '\uFEFF{"message":"Missing Authentication Token"}')
    expect(ran.stderr).not.toContain("scope")
    expect(ran.stderr).toContain("Check ZPOOL_API_URL")
  })
})
