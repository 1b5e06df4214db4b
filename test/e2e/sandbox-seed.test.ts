import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { runCli } from "../support/program/program.ts"
import { exampleOf } from "../support/program/snippets.ts"
import { pathWithProgram, temporaryFolder } from "../support/sandbox.ts"

const example = exampleOf("docs/sandbox.md", "seed")
const unused = "yellow-grape-calm-season"

const sandboxed = (line: string, flags: ReadonlyArray<string>, cwd = temporaryFolder()) =>
  runCli(["sandbox", ...flags, "--", "bash", "-e", "-o", "pipefail", "-c", line], {
    env: { PATH: pathWithProgram() },
    cwd,
  })

const withSeed = (text: string) => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, "seed.json"), text)
  return folder
}

describe("zpcli sandbox --seed", () => {
  it("lets a clean-up of unused PATs be tested, the PAT that signs in included", async () => {
    const line = `ZPOOLPAT=zpat_of_the_seed
zpcli pat list -q --unused-for 90d
zpcli pat list -q --unused-for 90d | zpcli pat revoke - --yes
zpcli pat list -q --unused-for 90d | zpcli pat revoke - --yes`
    expect(await sandboxed(`export ${line}`, ["--seed", "seed.json"], withSeed(example))).toMatchObject({
      code: 0,
      stdout: `${unused}\nPAT ${unused} revoked successfully.\n`,
      stderr: "Nothing to revoke.\n",
    })
  })

  it.each([
    ["[{]", "--seed seed.json is not valid JSON."],
    [
      '[{"label":"x","scopes":["job"]},{"label":"y"}]',
      "--seed seed.json can't be used: PAT 2: scopes is missing.",
    ],
    [
      '[{"label":"x","scopes":["job"]},{"label":"y","scopes":["pat","jobs"]}]',
      `--seed seed.json can't be used: PAT 2: "jobs" is not a scope (there are *, zpool, job, sshkey, pat, billing).`,
    ],
    [
      '{"detail":{"items":[{"label":"x","scopes":["Job"]}]}}',
      `--seed seed.json can't be used: PAT 1: "Job" is not a scope (there are *, zpool, job, sshkey, pat, billing).`,
    ],
  ])("refuses %s", async (text, message) => {
    const ran = await sandboxed("echo ran", ["--seed", "seed.json"], withSeed(text))
    expect(ran).toMatchObject({ code: 2, stdout: "" })
    expect(ran.stderr).toContain(`zpcli: ${message}\n`)
  })

  it("takes a PAT without created_at for one of 30 days", async () => {
    const seed = '[{"label":"x","scopes":["job","*"]},{"label":"y","scopes":["pat"],"created_at":null}]'
    const list = (filter: string) =>
      sandboxed(`zpcli pat list -q ${filter} | wc -l`, ["--seed", "seed.json"], withSeed(seed))
    expect((await list("--older-than 29d")).stdout.trim()).toBe("2")
    expect((await list("--older-than 31d")).stdout.trim()).toBe("0")
  })

  it("warns of a field that may be misspelt", async () => {
    const seed = '[{"label":"x","scopes":["job"],"lastused":1},{"label":"y","scopes":["pat"]}]'
    expect(
      await sandboxed("zpcli pat list -q | wc -l", ["--seed", "seed.json"], withSeed(seed)),
    ).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^ *2\n$/),
      stderr: "zpcli: warning: The seed has fields that are not known, and are ignored: lastused.\n",
    })
  })

  it("refuses a file that can't be read", async () => {
    const ran = await sandboxed("echo ran", ["--seed", "none.json"])
    expect(ran).toMatchObject({ code: 2, stdout: "" })
    expect(ran.stderr).toContain("--seed none.json can't be read (ENOENT).")
  })
})

describe("zpcli sandbox --fail", () => {
  it.each(["GET /pats 503", "POST /hello 500", "DELETE /pat/a/b drop", "GET /v1/pat 503"])(
    "refuses %j, which names no request of the API",
    async (fault) => {
      const ran = await sandboxed("echo ran", ["--fail", fault])
      expect(ran).toMatchObject({ code: 2, stdout: "" })
      expect(ran.stderr).toContain(`--fail "${fault}" must name a request of the API: POST /login`)
    },
  )

  it("reports at the end what no request met", async () => {
    const ran = await sandboxed("zpcli hello", [
      ...["--fail", "GET /hello 503 1"],
      ...["--fail", "DELETE /pat/law-hotel-shape-community drop"],
    ])
    expect(ran).toMatchObject({
      code: 0,
      stderr: 'No request met --fail "DELETE /pat/law-hotel-shape-community drop".\n',
    })
  })

  it("makes it an API that does not offer sign-in by password, or making PATs", async () => {
    const line = "zpcli pat create x --scope job || echo $?"
    const login = await sandboxed(line, ["--fail", "POST /login 403"])
    expect(login).toMatchObject({ code: 0, stdout: "1\n" })
    expect(login.stderr).toContain("zpcli login")
    const create = await sandboxed(line, ["--fail", "POST /pat 403"])
    expect(create).toMatchObject({ code: 0, stdout: "1\n" })
    expect(create.stderr).toContain("dashboard")
  })
})

describe("zpcli sandbox --seed demo", () => {
  it("starts with PATs to try filters, a rotation and a create with", async () => {
    const line = `zpcli pat list -q | wc -l
zpcli pat list -q --expiring-within 14d
zpcli pat rotate --label 'my-project CI' --expiring-within 14d --yes --token-only
zpcli pat create mine --scope job | sed -n 's/^ID: //p'`
    const ran = await sandboxed(line, ["--seed", "demo"])
    expect(ran).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^ *7\nanchor-lemon-plain-season\nzpat_[\w-]+\nmarket-night-plain-object\n$/,
      ),
    })
  })

  it("is not a file of that name, which is ./demo", async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, "demo"), '[{"label":"mine","scopes":["job"]}]')
    const list = async (seed: string) =>
      (await sandboxed("zpcli pat list -q | wc -l", ["--seed", seed], folder)).stdout.trim()
    expect([await list("demo"), await list("./demo")]).toEqual(["7", "1"])
  })
})
