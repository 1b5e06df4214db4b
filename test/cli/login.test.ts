import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { pat } from "../support/fixtures.ts"
import { systemError } from "../support/http/answer.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"
import { runIn, typed, type World } from "../support/world/world.ts"

const token = "zpat_PastedPastedPastedPasted0000"
const page = "https://zpools.io/dashboard/tokens"
const greeting = { "GET /hello": { body: { message: "Hello demo" } } }

/** A home whose rcfile has this content; none without. */
const homeWith = (content?: string) => {
  const home = temporaryFolder()
  const folder = join(home, ".config", "zpools.io")
  const rcfile = join(folder, "zpoolrc")
  if (content !== undefined) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(rcfile, content)
  }
  return { env: { HOME: home }, folder, rcfile }
}

/** A run that logs in, and the pages that it opened. */
const login = (world: World, ...argv: ReadonlyArray<string>) =>
  Effect.suspend(() => {
    const opened: Array<string> = []
    const process = { openPage: (url: string) => Effect.sync(() => void opened.push(url)) }
    return runIn(["login", ...argv], { ...world, process }).pipe(Effect.map((ran) => ({ ...ran, opened })))
  })

describe("zpcli login", () => {
  it.effect("reads the PAT from one line of stdin, checks it, and saves it in a new private rcfile", () =>
    Effect.gen(function* () {
      const { env, folder, rcfile } = homeWith()
      const ran = yield* login({ env, line: ` ${token}\r`, api: greeting })
      expect(ran).toMatchObject({
        code: 0,
        stdout: `Hello demo\nSaved the PAT in: ${rcfile}\nAPI: https://api.zpools.io/v1\n`,
        stderr: "",
        opened: [],
      })
      expect(ran.requests).toMatchObject([{ method: "GET", authorization: `Bearer ${token}` }])
      expect(readFileSync(rcfile, "utf8")).toBe(`ZPOOLPAT=${token}\n`)
      if (process.platform === "win32") return
      expect(statSync(rcfile).mode & 0o777).toBe(0o600)
      expect(statSync(folder).mode & 0o777).toBe(0o700)
    }),
  )

  it.effect.each(["--no-input", "ZPOOL_NO_INPUT"])("still reads stdin with %s", (by) =>
    Effect.gen(function* () {
      const { env, rcfile } = homeWith()
      const more = by === "--no-input" ? [by] : []
      const ran = yield* login(
        { env: { ...env, ZPOOL_NO_INPUT: more.length > 0 ? "" : "1" }, line: token, api: greeting },
        ...more,
      )
      expect(ran.code).toBe(0)
      expect(readFileSync(rcfile, "utf8")).toContain(token)
    }),
  )

  it.effect("at a terminal names the page, and asks once without an echo", () =>
    Effect.gen(function* () {
      const { env, rcfile } = homeWith()
      const ran = yield* login({ env, terminal: true, keys: typed(`${token}\r`), api: greeting })
      expect(ran).toMatchObject({
        code: 0,
        stderr: `Create a PAT at ${page}\nPaste the PAT, or press Enter to open the page: \n`,
        opened: [],
      })
      expect(readFileSync(rcfile, "utf8")).toBe(`ZPOOLPAT=${token}\n`)
    }),
  )

  it.effect("opens the page if only Enter is pressed, once, and asks again", () =>
    Effect.gen(function* () {
      const { env, rcfile } = homeWith()
      const ran = yield* login({ env, terminal: true, keys: typed(`\r${token}\r`), api: greeting })
      expect(ran).toMatchObject({ code: 0, opened: [page] })
      expect(ran.stderr).toContain("press Enter to open the page: \nPaste the PAT: \n")
      expect(existsSync(rcfile)).toBe(true)
      const none = yield* login({ env, terminal: true, keys: typed("\r\r") })
      expect(none).toMatchObject({ code: 4, opened: [page], requests: [] })
    }),
  )

  it.effect("at a terminal says that it replaces another PAT, and keeps every other line", () =>
    Effect.gen(function* () {
      const before = (saved: string) => `# mine\r\nZPOOLPAT='${saved}'\r\nEDITOR=vi`
      const { env, rcfile } = homeWith(before("zpat_OldOldOldOldOldOldOldOldOldOld"))
      const keys = typed(`${token}\r`)
      const ran = yield* login({ env, terminal: true, columns: 200, keys, api: greeting })
      expect(ran).toMatchObject({
        code: 0,
        stdout: `Hello demo\nReplaced the PAT in: ${rcfile}\nAPI: https://api.zpools.io/v1\n`,
      })
      const warning = `${rcfile} already contains a PAT. The new one will replace it.\n`
      expect(ran.stderr.startsWith(`${warning}Create a PAT at`)).toBe(true)
      expect(readFileSync(rcfile, "utf8")).toBe(`# mine\r\nZPOOLPAT=${token}\r\nEDITOR=vi`)
      const again = yield* login({ env, terminal: true, keys, api: greeting })
      expect(again.stdout).toContain(`\nSaved the PAT in: ${rcfile}\n`)
    }),
  )

  it.effect("fails at the end of input and quits at Ctrl-C, without opening a page", () =>
    Effect.gen(function* () {
      const { env, rcfile } = homeWith()
      for (const [key, code] of [
        ["\u0004", 4],
        ["\u0003", 130],
      ] as const) {
        const ran = yield* login({ env, terminal: true, keys: typed(key) })
        expect(ran).toMatchObject({ code, stdout: "", opened: [], requests: [] })
      }
      expect(existsSync(rcfile)).toBe(false)
    }),
  )

  it.effect("says that the PAT is missing if stdin has none and asking isn't possible", () =>
    Effect.gen(function* () {
      const { env } = homeWith()
      const hint = `Create one at ${page}, and paste it at the prompt or pipe it into zpcli login.\n`
      const cases: ReadonlyArray<readonly [World, ReadonlyArray<string>, string]> = [
        [{ line: "" }, [], "no PAT was given"],
        [{ line: " " }, ["--no-input"], "no PAT was given"],
        [
          { terminal: true, columns: 200 },
          ["--no-input"],
          "no PAT was given, and --no-input disables prompts",
        ],
        [
          { terminal: { stdin: true, stdout: true, stderr: false } },
          [],
          "no PAT was given, and there is no terminal to ask on",
        ],
      ]
      for (const [world, argv, why] of cases) {
        const ran = yield* login({ env, ...world }, ...argv)
        expect(ran).toMatchObject({
          code: 4,
          stdout: "",
          stderr: `zpcli: Not signed in: ${why}.\n${hint}`,
          requests: [],
        })
      }
    }),
  )

  it.effect("saves nothing if the API rejects the PAT, and says that it means this PAT", () =>
    Effect.gen(function* () {
      const { env, rcfile } = homeWith("ZPOOL_USER=ada\n")
      const refused = { "GET /hello": { status: 401, body: { message: `no ${token}` } } }
      const ran = yield* login({ env, line: token, api: refused })
      expect(ran).toMatchObject({ code: 4, stdout: "" })
      expect(ran.stderr).toMatch(
        /^zpcli: The API rejected this PAT: it may be revoked, expired or mistyped \(the API says: no .*\)\. Nothing was saved\.\n/,
      )
      expect(ran.stderr).toContain(`create another at ${page}`)
      expect(ran.stderr).not.toContain(token)
      expect(ran.stderr).not.toContain("ZPOOLPAT")
      expect(readFileSync(rcfile, "utf8")).toBe("ZPOOL_USER=ada\n")
    }),
  )

  it.effect(
    "saves nothing if the PAT can't be checked, because the API is unreachable or something else answers",
    () =>
      Effect.gen(function* () {
        const { env, rcfile } = homeWith()
        for (const [answer, code] of [
          [systemError("ECONNREFUSED", "connect"), 6],
          [{ status: 503 }, 6],
          [{ status: 403, body: "<html>Blocked</html>" }, 4],
          [{ status: 200, body: "<html>Sign in to this network</html>" }, 1],
          [{ status: 202, body: { message: "ok" } }, 1],
          [{ status: 200, body: { message: "Internal server error", errorType: "x" } }, 1],
        ] as const) {
          const ran = yield* login({ env, line: token, api: { "GET /hello": answer } })
          expect(ran, JSON.stringify(answer)).toMatchObject({ code, stdout: "" })
        }
        expect(existsSync(rcfile)).toBe(false)
      }),
  )

  it.effect.each(["zpat_two words", "zpat_\u00e9", "zpat_$(reboot)", "'zpat_quoted'"])(
    "refuses %j, which isn't a PAT, before sending anything",
    (line) =>
      Effect.gen(function* () {
        const { env, rcfile } = homeWith()
        const ran = yield* login({ env, line })
        expect(ran).toMatchObject({ code: 2, stdout: "", requests: [] })
        expect(ran.stderr).toContain("Nothing was saved")
        expect(ran.stderr).not.toContain(line)
        expect(existsSync(rcfile)).toBe(false)
      }),
  )

  it.effect("repairs an rcfile whose PAT is unusable", () =>
    Effect.gen(function* () {
      const { env, rcfile } = homeWith("ZPOOL_TIMEOUT=3\nZPOOLPAT='two words'\n")
      expect(yield* login({ env, line: token, api: greeting })).toMatchObject({ code: 0, stderr: "" })
      expect(readFileSync(rcfile, "utf8")).toBe(`ZPOOL_TIMEOUT=3\nZPOOLPAT=${token}\n`)
    }),
  )

  it.effect("creates the file that --rcfile or ZPOOL_RCFILE names", () =>
    Effect.gen(function* () {
      const { env } = homeWith()
      const named = join(env.HOME, "a", "b.rc")
      expect((yield* login({ env, line: token, api: greeting }, "--rcfile", named)).code).toBe(0)
      expect(readFileSync(named, "utf8")).toBe(`ZPOOLPAT=${token}\n`)
      const other = join(env.HOME, "c.rc")
      const ran = yield* login({ env: { ...env, ZPOOL_RCFILE: other }, line: token, api: greeting })
      expect(ran.code).toBe(0)
      expect(readFileSync(other, "utf8")).toBe(`ZPOOLPAT=${token}\n`)
    }),
  )

  it.effect.each(["ZPOOLPAT", "ZPOOLPAT_FILE", "ZPOOLPAT_COMMAND"])(
    "warns if %s in the environment overrides the saved PAT",
    (name) =>
      Effect.gen(function* () {
        const { env, rcfile } = homeWith()
        const ran = yield* login({ env: { ...env, [name]: "/x" }, line: token, api: greeting })
        expect(ran).toMatchObject({
          code: 0,
          stderr: `zpcli: warning: ${name} is set in the environment and overrides ${rcfile}.\n`,
        })
        expect(ran.requests[0]?.authorization).toBe(`Bearer ${token}`)
      }),
  )

  it.effect("warns if the PAT's API is set only in the environment", () =>
    Effect.gen(function* () {
      const api = "https://staging.test/v1"
      const warned = homeWith()
      const ran = yield* login({ env: { ...warned.env, ZPOOL_API_URL: api }, line: token, api: greeting })
      expect(ran.stderr).toMatch(/^zpcli: warning: The saved PAT is for https:\/\/staging\.test\/v1\. /)
      const { env } = homeWith(`ZPOOL_API_URL=${api}/\n`)
      const quiet = yield* login({ env: { ...env, ZPOOL_API_URL: api }, line: token, api: greeting })
      expect(quiet).toMatchObject({ code: 0, stderr: "" })
    }),
  )

  it.effect.each([
    ["ZPOOLPAT_COMMAND=op read x\n", "has a ZPOOLPAT_COMMAND line"],
    ["ZPOOLPAT_FILE=/run/secrets/pat\n", "has a ZPOOLPAT_FILE line"],
    ['export A="open\nZPOOLPAT zpat_x\n', "must have the form KEY=value"],
  ])("refuses an rcfile with %j before asking", ([content, why]) =>
    Effect.gen(function* () {
      const { env, rcfile } = homeWith(content)
      const ran = yield* login({ env, terminal: true, columns: 200 })
      expect(ran).toMatchObject({ code: 2, stdout: "", requests: [] })
      expect(ran.stderr).toContain(why)
      expect(readFileSync(rcfile, "utf8")).toBe(content)
    }),
  )

  it.effect("fails if no path of the rcfile is known", () =>
    Effect.gen(function* () {
      expect(yield* login({ env: {}, line: token })).toMatchObject({
        code: 2,
        stderr: "zpcli: The rcfile can't be found: HOME is not set.\nName another file with --rcfile.\n",
      })
    }),
  )

  it.effect("doesn't accept the PAT as an argument, and doesn't repeat it", () =>
    Effect.gen(function* () {
      const ran = yield* login({ env: pat }, token)
      expect(ran).toMatchObject({ code: 2, requests: [] })
      expect(ran.stderr).not.toContain(token)
    }),
  )
})
