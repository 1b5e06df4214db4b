import { readdirSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { logLevels } from "../../src/cli/strict/builtIns.ts"
import { account, item, jwt, listed, loggedIn, newToken, pat } from "../support/fixtures.ts"
import { type Answer, type Answers, systemError } from "../support/http/answer.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"
import { runIn, typed, type WorldRan } from "../support/world/world.ts"

const id = "law-hotel-shape-community"
const password = account.ZPOOL_PASSWORD
const secrets = { PAT: pat.ZPOOLPAT, password, JWT: jwt, "new token": newToken }

const commands = {
  list: ["pat", "list"],
  "list --json": ["pat", "list", "--json"],
  create: ["pat", "create", "ci", "--scope", "job"],
  "create --json": ["pat", "create", "ci", "--scope", "job", "--json"],
  "revoke --json": ["pat", "revoke", id, "--json"],
  revoke: ["pat", "revoke", id],
  hello: ["hello"],
} as const

/** Signing in: by PAT (with a password set that is not used), by a password of the environment, by one that is typed. */
const signIns = {
  PAT: { env: { ...pat, ZPOOL_PASSWORD: password } },
  password: { env: account },
  prompt: { terminal: true, keys: typed(`demo\r${password}\ry\r`) },
} as const

const good: Answers = {
  "POST /login": loggedIn,
  "GET /pat": listed(item()),
  "POST /pat": { status: 201, body: { message: "PAT created", detail: { key_id: id, token: newToken } } },
  [`DELETE /pat/${id}`]: {},
  "GET /hello": { body: { message: "Hello demo" } },
}

/** An answer that says everything it should not, wherever it can. */
const telltale = `${pat.ZPOOLPAT} ${password} ${jwt} ${newToken} Bearer ${pat.ZPOOLPAT}`
const headers = {
  "x-amzn-requestid": telltale,
  location: `https://elsewhere.invalid/?t=${pat.ZPOOLPAT}&p=${password}&j=${jwt}`,
}
const everywhere = (answer: Answer | Error, login: Answer | Error = loggedIn): Answers => ({
  "POST /login": login,
  "GET /pat": answer,
  "POST /pat": answer,
  [`DELETE /pat/${id}`]: answer,
  "GET /hello": answer,
})

const failures: Readonly<Record<string, Answers>> = {
  "401 that echoes": everywhere({ status: 401, body: { message: telltale }, headers }),
  "403 that echoes": everywhere({ status: 403, body: { Message: "no", detail: telltale }, headers }),
  "400 that echoes below": everywhere({
    status: 400,
    body: { message: "no", detail: { message: telltale } },
    headers,
  }),
  "404 that echoes": everywhere({ status: 404, body: { message: telltale }, headers }),
  "500 that echoes": everywhere({
    status: 500,
    body: { message: `failed: {"password":"${password}"} ${telltale}` },
    headers,
  }),
  "a redirect with the credential": everywhere({ status: 302, headers }),
  "a body that is cut off": everywhere({
    status: 200,
    body: `{"detail":{"token":"${newToken}","x":"${telltale}`,
    headers,
  }),
  "a body of another shape": {
    ...everywhere({ status: 201, body: { detail: { token: [newToken], items: telltale } }, headers }),
    // Of a revoke any body is fine, and --json shows it as it came.
    [`DELETE /pat/${id}`]: { status: 418, body: [telltale], headers },
  },
  "a connection error that tells": everywhere(
    Object.assign(systemError("ECONNRESET", "read"), { message: telltale }),
  ),
  "a sign-in that echoes": everywhere({}, { status: 401, body: { message: telltale }, headers }),
  "a sign-in that breaks": everywhere({}, { status: 500, body: { message: telltale }, headers }),
  "a sign-in of another shape": everywhere(
    {},
    { status: 200, body: { detail: { access_token: 7, also: telltale } }, headers },
  ),
}

type Session = (typeof signIns)[keyof typeof signIns]

/** A way to sign in and a log level. */
type Case = readonly [signIn: Session, level: string]

const ways: ReadonlyArray<Session> = Object.values(signIns)
const everyCase = ways.flatMap((signIn) => logLevels.map((level): Case => [signIn, level]))
/** The level that says most with each way to sign in, and each other level with one of them. */
const telling = [
  ...ways.map((signIn): Case => [signIn, "all"]),
  ...logLevels.slice(1).map((level, index): Case => [ways[index % ways.length] as Session, level]),
]

/** Runs a command in each case; gives what could be seen. */
const runEach = (cases: ReadonlyArray<Case>, argv: ReadonlyArray<string>, api: Answers) =>
  Effect.forEach(cases, ([signIn, level]) =>
    Effect.gen(function* () {
      const dir = temporaryFolder()
      const env = { ...("env" in signIn ? signIn.env : {}), ZPOOL_TOKEN_CACHE_DIR: dir }
      const ran = yield* runIn([...argv, "--log-level", level], { line: "y", ...signIn, env, routes: api })
      return { ...ran, files: readdirSync(dir).join("\n") }
    }),
  )

const expectNone = (text: string, names: ReadonlyArray<keyof typeof secrets>) => {
  for (const name of names) {
    const secret = secrets[name]
    for (const form of [secret, encodeURIComponent(secret), secret.slice(-12)]) {
      if (text.includes(form)) throw new Error(`the ${name} is in:\n${text}`)
    }
  }
}

const everySecret = Object.keys(secrets) as Array<keyof typeof secrets>
const outOf = ({ stderr, stdout }: WorldRan) => stdout + stderr

describe.each(Object.entries(commands))("%s", (name, argv) => {
  it.effect("shows no secret when it succeeds, except the token that create delivers", () =>
    Effect.gen(function* () {
      const cases = ["list", "create"].includes(name) ? everyCase : telling
      const runs = yield* runEach(cases, argv, good)
      expect(runs.map(({ code }) => code)).toEqual(runs.map(() => 0))
      for (const { files, stderr, stdout } of runs) {
        const delivers = name.startsWith("create")
        expect(stdout.split(newToken).length - 1).toBe(delivers ? 1 : 0)
        expectNone(stdout.replace(newToken, ""), everySecret)
        expectNone(stderr + files, everySecret)
      }
      // Those runs that signed in wrote a file: its name is what was looked at.
      expect(runs.filter(({ files }) => files.startsWith("zpool_token_api.zpools.io_demo"))).toHaveLength(
        cases.filter(([signIn]) => signIn !== signIns.PAT).length,
      )
      expect(runs.some(({ stderr }) => stderr.includes("attempt 1"))).toBe(true)
    }),
  )

  // Less is said at the other levels, and how much does not depend on the command.
  const cases = name === "list" ? telling : telling.slice(0, ways.length)

  it.effect.each(Object.entries(failures))("shows no secret after %s", ([, api]) =>
    Effect.gen(function* () {
      const runs = yield* runEach(cases, argv, api)
      for (const ran of runs) expectNone(outOf(ran) + ran.files, everySecret)
      expect(runs.some(({ code }) => code !== 0)).toBe(true)
    }),
  )
})
