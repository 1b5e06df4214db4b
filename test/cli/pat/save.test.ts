import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { account, item, listed, loggedIn, pat, newToken as token } from "../../support/fixtures.ts"
import { temporaryFolder } from "../../support/temporaryFolder.ts"
import { failingFiles } from "../../support/world/files.ts"
import { runIn, type World } from "../../support/world/world.ts"

const keyId = "law-hotel-shape-community"
const newKeyId = "market-night-plain-object"
const own = pat.ZPOOLPAT

/** An API on which the PAT of the list signs in, where `used` is its last use. */
const api = (used: string | null = "1970-01-01T00:00:00Z") => ({
  "GET /pat": { ...listed(item({ last_used_at: used })), headers: { date: "Thu, 01 Jan 1970 00:00:00 GMT" } },
  "GET /hello": { body: { message: "Hello demo" } },
  "POST /login": loggedIn,
  "POST /pat": { status: 201, body: { message: "ok", detail: { key_id: newKeyId, token } } },
  [`DELETE /pat/${keyId}`]: { status: 200 },
  [`DELETE /pat/${newKeyId}`]: { status: 200 },
})

const rcfileWith = (content: string) => {
  const rcfile = join(temporaryFolder(), "zpoolrc")
  writeFileSync(rcfile, content, { mode: 0o600 })
  return rcfile
}

const create = ["pat", "create", "CI", "--scope", "job", "--save"]
const rotate = ["pat", "rotate", keyId, "--yes", "--save"]

const run = (argv: ReadonlyArray<string>, rcfile: string, world: World = {}) =>
  runIn([...argv, "--rcfile", rcfile], { routes: api(), ...world })

const sent = (requests: ReadonlyArray<{ readonly method: string; readonly url: string }>) =>
  requests.map(({ method, url }) => `${method} ${new URL(url).pathname.slice(3)}`)

describe("pat create --save", () => {
  it.effect("writes the token to the rcfile, and not to stdout", () =>
    Effect.gen(function* () {
      const rcfile = rcfileWith("# mine\nZPOOL_TIMEOUT=3\n")
      const ran = yield* run(create, rcfile, { env: account })
      expect(ran).toMatchObject({
        code: 0,
        stdout: `PAT created successfully!\nID: ${newKeyId}\nToken: saved in ${rcfile}\n`,
        stderr: "",
      })
      expect(readFileSync(rcfile, "utf8")).toBe(`# mine\nZPOOL_TIMEOUT=3\nZPOOLPAT=${token}\n`)
    }),
  )

  it.effect("with --json prints the envelope without the token", () =>
    Effect.gen(function* () {
      const ran = yield* run([...create, "--json"], rcfileWith(""), { env: account })
      expect(JSON.parse(ran.stdout)).toEqual({ message: "ok", detail: { key_id: newKeyId } })
    }),
  )

  it.effect("refuses to replace the rcfile's PAT without --replace, and sends nothing", () =>
    Effect.gen(function* () {
      const rcfile = rcfileWith(`ZPOOLPAT=${own}\n`)
      const refused = yield* run(create, rcfile)
      expect(refused).toMatchObject({
        code: 2,
        stdout: "",
        stderr: `zpcli: ${rcfile} already contains a PAT; --save does not replace it.\nAdd --replace to replace it, or name another file with --rcfile.\n`,
        requests: [],
      })
      expect(readFileSync(rcfile, "utf8")).toBe(`ZPOOLPAT=${own}\n`)
      expect((yield* run([...create, "--replace"], rcfile)).code).toBe(0)
      expect(readFileSync(rcfile, "utf8")).toBe(`ZPOOLPAT=${token}\n`)
    }),
  )

  it.effect("creates the given file, and warns about a ZPOOLPAT in the environment", () =>
    Effect.gen(function* () {
      const rcfile = `${rcfileWith("")}.new`
      const ran = yield* run(create, rcfile, { env: pat })
      expect(ran).toMatchObject({
        code: 0,
        stderr: `zpcli: warning: ZPOOLPAT is set in the environment and overrides ${rcfile}.\n`,
      })
      expect(readFileSync(rcfile, "utf8")).toBe(`ZPOOLPAT=${token}\n`)
    }),
  )

  it.effect("revokes the PAT if the rcfile can't hold its token", () =>
    Effect.gen(function* () {
      const rcfile = rcfileWith("A=1\n")
      const odd = { status: 201, body: { detail: { key_id: newKeyId, token: "zpat_#$" } } }
      const ran = yield* run(create, rcfile, { env: account, routes: { ...api(), "POST /pat": odd } })
      expect(ran).toMatchObject({ code: 9, stdout: "" })
      expect(ran.stderr).toContain(
        `The new PAT ${newKeyId} was revoked: its token could not be written to ${rcfile}`,
      )
      expect(ran.stderr).not.toContain("zpat_#$")
      expect(sent(ran.requests)).toEqual(["POST /login", "POST /pat", `DELETE /pat/${newKeyId}`])
      expect(readFileSync(rcfile, "utf8")).toBe("A=1\n")
    }),
  )

  it.effect("refuses an rcfile that gets its PAT from a file or a command, and sends nothing", () =>
    Effect.gen(function* () {
      const rcfile = rcfileWith("ZPOOLPAT_COMMAND=\"op read 'op://zpools/pat'\"\n")
      const ran = yield* run(create, rcfile, { env: pat })
      expect(ran).toMatchObject({ code: 2, stdout: "", requests: [] })
      expect(ran.stderr).toContain(`${rcfile} has a ZPOOLPAT_COMMAND line`)
    }),
  )

  it.effect.each(["--token-only", "--out=x", "--web"])("can't be combined with %s", (other) =>
    Effect.gen(function* () {
      const ran = yield* run([...create, other], rcfileWith(""), { env: account })
      expect(ran).toMatchObject({ code: 2, requests: [] })
      expect(ran.stderr).toContain("--save")
    }),
  )

  it.effect("can't be combined with a command", () =>
    Effect.gen(function* () {
      const ran = yield* runIn([...create, "--", "store"], { env: account })
      expect(ran).toMatchObject({ code: 2, requests: [] })
    }),
  )
})

describe("pat rotate --save", () => {
  it.effect("lets a PAT rotate itself: after the write, the old PAT revokes itself", () =>
    Effect.gen(function* () {
      const rcfile = rcfileWith(`ZPOOLPAT=${own}\nA=1\n`)
      const ran = yield* run(rotate, rcfile)
      expect(ran).toMatchObject({ code: 0, stderr: "" })
      expect(ran.stdout).toBe(
        `PAT created successfully!\nID: ${newKeyId}\nToken: saved in ${rcfile}\nPAT ${keyId} revoked successfully.\n`,
      )
      expect(sent(ran.requests)).toEqual([
        ...["GET /pat", "POST /pat", "GET /hello", "GET /hello"],
        `DELETE /pat/${keyId}`,
      ])
      expect(readFileSync(rcfile, "utf8")).toBe(`ZPOOLPAT=${token}\nA=1\n`)
    }),
  )

  it.effect("recognizes the rcfile's PAT in the environment's ZPOOLPAT too", () =>
    Effect.gen(function* () {
      const rcfile = rcfileWith(`ZPOOLPAT='${own}'\n`)
      expect((yield* run(rotate, rcfile, { env: pat })).code).toBe(0)
      expect(readFileSync(rcfile, "utf8")).toBe(`ZPOOLPAT=${token}\n`)
    }),
  )

  it.effect.each<[who: string, content: string, world: World]>([
    ["another PAT signs in", "ZPOOLPAT=zpat_another\n", { env: pat }],
    ["a password signs in", `ZPOOLPAT=${own}\n`, { env: account }],
    ["the list does not tell which PAT signs in", `ZPOOLPAT=${own}\n`, { routes: api(null) }],
  ])("refuses to replace the rcfile's PAT without --replace if %s, before asking", ([who, content, world]) =>
    Effect.gen(function* () {
      const rcfile = rcfileWith(content)
      const auth = who.startsWith("a password") ? ["--auth", "jwt"] : []
      const argv = rotate.filter((word) => word !== "--yes")
      const ran = yield* run([...argv, ...auth], rcfile, { ...world, line: "y" })
      expect(ran).toMatchObject({ code: 2, stdout: "" })
      expect(ran.stderr).toBe(
        `zpcli: ${rcfile} already contains a PAT, which may not be the one to rotate; --save does not replace it.\nAdd --replace to replace it, or name another file with --rcfile.\n`,
      )
      expect(sent(ran.requests).filter((request) => !/GET|login/.test(request))).toEqual([])
      expect(readFileSync(rcfile, "utf8")).toBe(content)
      expect((yield* run([...rotate, ...auth, "--replace"], rcfile, world)).code).toBe(0)
      expect(readFileSync(rcfile, "utf8")).toBe(`ZPOOLPAT=${token}\n`)
    }),
  )

  it.effect.each([
    [200, 9, "was revoked"],
    [503, 7, "exists, but its token is lost"],
  ] as const)(
    "keeps the old PAT and the rcfile if the rcfile can't be written (status %d to the new PAT's revoke: exit code %d)",
    ([status, code, words]) =>
      Effect.gen(function* () {
        const rcfile = rcfileWith(`ZPOOLPAT=${own}\n`)
        const ran = yield* run([...rotate, "--json"], rcfile, {
          routes: { ...api(), [`DELETE /pat/${newKeyId}`]: { status } },
          files: failingFiles("write", "EBUSY"),
        })
        expect(ran).toMatchObject({ code, stdout: "" })
        expect(JSON.parse(ran.stderr).error).toMatchObject({
          type: "RotationStopped",
          message: expect.stringContaining(words),
          keyId: newKeyId,
          oldKeyId: keyId,
          delivered: false,
        })
        expect(ran.stderr).toContain(`${rcfile} (EBUSY)`)
        expect(ran.stderr).not.toContain(token)
        const writes = sent(ran.requests).filter((request) => !request.startsWith("GET"))
        expect([...new Set(writes)]).toEqual(["POST /pat", `DELETE /pat/${newKeyId}`])
        expect(readFileSync(rcfile, "utf8")).toBe(`ZPOOLPAT=${own}\n`)
      }),
  )

  it.effect("ignores a PAT in the rcfile if none is due", () =>
    Effect.gen(function* () {
      const rcfile = rcfileWith("ZPOOLPAT=zpat_another\n")
      const ran = yield* run([...rotate, "--expiring-within", "1d"], rcfile, { env: pat })
      expect(ran).toMatchObject({ code: 0, stderr: expect.not.stringContaining("contains a PAT") })
      expect(ran.stdout).toContain("not rotated")
    }),
  )
})
