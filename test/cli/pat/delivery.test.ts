import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { pat, newToken as token } from "../../support/fixtures.ts"
import { temporaryFolder } from "../../support/temporaryFolder.ts"
import { failingFiles } from "../../support/world/files.ts"
import { runIn, type World } from "../../support/world/world.ts"

const keyId = "law-hotel-shape-community"
const api = {
  "POST /pat": { status: 201, body: { detail: { key_id: keyId, token } } },
  [`DELETE /pat/${keyId}`]: { status: 200 },
}

const target = () => join(temporaryFolder(), "ci.pat")

describe("--out", () => {
  it.effect("removes the file and revokes the PAT if the token can't be written", () =>
    Effect.gen(function* () {
      const file = target()
      const ran = yield* runIn(["pat", "create", "CI", "--scope", "job", "--out", file], {
        env: pat,
        routes: api,
        files: failingFiles("write", "ENOSPC"),
      })
      expect(ran).toMatchObject({ code: 9, stdout: "" })
      expect(ran.requests.map(({ method }) => method)).toEqual(["POST", "DELETE"])
      expect(ran.stderr).toContain("ENOSPC")
      expect(ran.stderr).not.toContain(token)
      expect(readdirSync(dirname(file))).toEqual([])
    }),
  )
})

describe("--out with the name of a format", () => {
  it.effect.each(["json", "yaml", "csv", "table", "text"])(
    "%s is refused before anything is sent",
    (format) =>
      Effect.gen(function* () {
        for (const argv of [
          ["pat", "create", "CI", "--scope", "job", "--out", format],
          ["pat", "rotate", keyId, "--yes", `--out=${format}`, "--replace"],
        ]) {
          expect(yield* runIn(argv, { env: pat })).toMatchObject({
            code: 2,
            stdout: "",
            stderr: `zpcli: --out ${format} names a file, not a format.\nUse --json for JSON, or --out ./${format} for a file of that name.\n`,
            requests: [],
          })
        }
      }),
  )
})

describe("--out with --replace", () => {
  const replace = (file: string, more: Partial<World> = {}) =>
    runIn(["pat", "create", "CI", "--scope", "job", "--out", file, "--replace"], {
      env: pat,
      routes: api,
      ...more,
    })

  it.effect("replaces a whole file, or creates it", () =>
    Effect.gen(function* () {
      const file = target()
      for (const before of [undefined, "old"]) {
        if (before !== undefined) writeFileSync(file, before, { mode: 0o644 })
        expect(yield* replace(file)).toMatchObject({ code: 0, stderr: "" })
        expect(readFileSync(file, "utf8")).toBe(token)
        expect(statSync(file).mode & 0o777).toBe(0o600)
        expect(readdirSync(dirname(file))).toEqual([basename(file)])
      }
    }),
  )

  it.effect("leaves the file unchanged if the request fails", () =>
    Effect.gen(function* () {
      const file = target()
      writeFileSync(file, "old")
      const ran = yield* replace(file, { api: { "POST /pat": { status: 400, body: { message: "No" } } } })
      expect(ran.code).toBe(1)
      expect(readFileSync(file, "utf8")).toBe("old")
      expect(readdirSync(dirname(file))).toEqual([basename(file)])
    }),
  )

  it.effect("refuses a link and a folder, and sends nothing", () =>
    Effect.gen(function* () {
      const folder = dirname(target())
      writeFileSync(join(folder, "real"), "old")
      symlinkSync(join(folder, "real"), join(folder, "link"))
      symlinkSync(join(folder, "nowhere"), join(folder, "dangling"))
      for (const name of ["link", "dangling", "."]) {
        expect(yield* replace(join(folder, name)), name).toMatchObject({ code: 2, stdout: "", requests: [] })
      }
      expect(readFileSync(join(folder, "real"), "utf8")).toBe("old")
    }),
  )

  it.effect("doesn't replace another user's file", () =>
    Effect.gen(function* () {
      const file = target()
      writeFileSync(file, "old")
      const ran = yield* replace(file, { process: { uid: 4242 } })
      expect(ran).toMatchObject({ code: 2, requests: [] })
      expect(ran.stderr).toContain("belongs to another user")
    }),
  )
})
