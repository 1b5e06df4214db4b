import { spawnSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, it } from "vitest"
import { parse } from "yaml"
import { startScripted } from "../support/http/scripted.ts"
import {
  action,
  hostile,
  inDays,
  installed,
  type Job,
  resolved,
  runAction,
  runJob,
  template,
  type Variables,
  withGh,
} from "../support/program/ci.ts"
import { programFile } from "../support/program/program.ts"
import { dealtKeyIds, startSandbox } from "../support/sandbox.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const { version } = JSON.parse(readFileSync("package.json", "utf8"))

/** A sandbox with a PAT of label CI that expires in ten days, and one to sign in with; an empty folder to run in. */
const start = async () => {
  const sandbox = await startSandbox()
  const ci = await sandbox.call("POST", "/pat", { label: "CI", scopes: ["job"], expiry: inDays(10) })
  const own = await sandbox.call("POST", "/pat", { label: "own", scopes: ["pat"] })
  const cwd = temporaryFolder()
  const statuses = async () => {
    const { items } = await sandbox.call("GET", "/pat")
    return (items as ReadonlyArray<Variables>).map(({ label, status }) => `${label} ${status}`)
  }
  const accepts = async (token: string | undefined) =>
    (await fetch(`${sandbox.url}/hello`, { headers: { authorization: `Bearer ${token}` } })).status === 200
  return { sandbox, ci: String(ci.key_id), token: String(own.token), cwd, statuses, accepts }
}

const posix = describe.skipIf(process.platform === "win32")

posix("the action", () => {
  it("installs the package and fails with 8 if a PAT expires soon", async () => {
    const { ci, cwd, sandbox, token } = await start()
    // The package as a folder, with the build under test.
    const folder = join(cwd, "package")
    mkdirSync(folder)
    cpSync("package.json", join(folder, "package.json"))
    symlinkSync(dirname(programFile), join(folder, "dist"))
    const inputs = { token, "api-url": sandbox.url, package: folder }
    const { code, output, step } = await runAction(inputs, { cwd, path: process.env.PATH ?? "" })
    expect({ code, step }, output).toEqual({
      code: 8,
      step: "Fail if a PAT expires soon, or none with the label is active",
    })
    expect(output).toContain(`${ci}  CI `)
    expect(output).not.toContain("own")
  })

  it("stores a rotated token in a secret with gh, and does nothing while no PAT expires soon", async () => {
    const { accepts, cwd, sandbox, statuses, token } = await start()
    const path = withGh(cwd, installed(cwd))
    const inputs = { task: "rotate", token, label: "CI", "api-url": sandbox.url, "github-token": "ghs_x" }
    const idle = await runAction({ ...inputs, "expiring-within": "5d" }, { cwd, path })
    expect(idle.code, idle.output).toBe(0)
    expect(idle.output).toContain("not rotated")

    const ran = await runAction({ ...inputs, "expires-in": "90d" }, { cwd, path })
    expect(ran.code, ran.output).toBe(0)
    expect(ran.output).toContain(`install zpcli@${version}\n`)
    expect(readFileSync(join(cwd, "gh.args"), "utf8")).toBe(
      "ghs_x\nunset\nsecret\nset\n--repo=owner/project\n--\nZPOOLPAT\n",
    )
    expect(await accepts(readFileSync(join(cwd, "gh.stdin"), "utf8"))).toBe(true)
    expect(await statuses()).toEqual(["CI revoked", "own active", "CI active"])
  })

  it("doesn't treat an input as part of a script", async () => {
    const { cwd, sandbox, statuses, token } = await start()
    const path = withGh(cwd, installed(cwd))
    const api = { "api-url": sandbox.url, token }
    const gate = await runAction({ ...api, label: hostile }, { cwd, path })
    expect(gate.code, gate.output).toBe(5)
    expect(gate.output).toContain("No PATs match.")
    const names = Object.keys(action.inputs).filter((name) => !["api-url", "token", "task"].includes(name))
    const all = Object.fromEntries(names.map((name) => [name, hostile]))
    const due = {
      ...api,
      ...all,
      task: "rotate",
      all: "false",
      label: "CI",
      "expiring-within": "14d",
      "expires-in": "90d",
    }
    expect((await runAction(due, { cwd, path })).code).toBe(0)
    expect(readFileSync(join(cwd, "gh.args"), "utf8")).toContain(`--repo=${hostile}\n--\n${hostile}\n`)
    expect(await statuses()).toContain("CI revoked")
    const refused = await runAction({ ...api, ...all, task: "rotate", label: "CI" }, { cwd, path })
    expect(refused.code).toBe(2)
    expect(refused.output).toContain("The input all must be true or false.")
    expect((await runAction({ ...api, task: hostile }, { cwd, path })).step).toBe("Refuse an unknown task")
    expect(existsSync(join(cwd, "pwned"))).toBe(false)
  })

  it("fails with 4 without a token, whatever else there is to sign in with", async () => {
    const { cwd, sandbox } = await start()
    const ran = await runAction({ "api-url": sandbox.url }, { cwd, path: installed(cwd) })
    expect(ran.code, ran.output).toBe(4)
    expect(ran.output).toContain("ZPOOLPAT")
  })

  it("has examples in the docs that pass inputs and variables that exist", () => {
    const [github, gitlab] = Array.from(
      readFileSync("docs/ci.md", "utf8").matchAll(/^```yaml\n([\s\S]*?)^```$/gm),
      ([, text]) => parse(text as string),
    )
    for (const { steps } of Object.values<{ readonly steps: ReadonlyArray<{ readonly with: object }> }>(
      github.jobs,
    ))
      for (const name of Object.keys(steps[0]?.with ?? {})) expect(action.inputs).toHaveProperty([name])
    const jobs = Object.values<Job>(gitlab).filter((job) => job.extends !== undefined)
    expect(jobs.length).toBe(2)
    for (const job of jobs)
      for (const name of Object.keys(job.variables ?? {}))
        expect(resolved(job.extends as string).variables).toHaveProperty([name])
  })

  it("is documented with every input and its default", () => {
    const [, inputs = ""] = /^## Inputs\n([\s\S]*?)^## /m.exec(readFileSync("docs/ci.md", "utf8")) ?? []
    const items = new Map(
      Array.from(inputs.matchAll(/^- (`.*?`): ([\s\S]*?)(?=^- |\n\n)/gm)).flatMap(
        ([, names = "", text = ""]) =>
          names.split(", ").map((name) => [name.replaceAll("`", ""), text] as const),
      ),
    )
    for (const [name, input] of Object.entries(action.inputs)) {
      const value = input.default ?? ""
      if (/^[\w-]+$/.test(value)) expect(items.get(name)).toContain(`Default: \`${value}\`.`)
      else expect(items.has(name), name).toBe(true)
    }
    for (const name of Object.values(template).flatMap((job) => Object.keys(job.variables ?? {})))
      if (name !== "GIT_STRATEGY") expect(items.has(name), name).toBe(true)
  })

  it("has a description of every input, uses each, and keeps expressions out of scripts", () => {
    expect(action.runs.using).toBe("composite")
    const text = JSON.stringify(action.runs.steps)
    for (const [name, { description }] of Object.entries(action.inputs)) {
      expect(description.length, name).toBeGreaterThan(20)
      expect(text).toMatch(new RegExp(`inputs\\.${name}\\b`))
    }
    for (const { run, shell } of action.runs.steps) {
      expect(run).not.toContain("${{")
      expect(shell).toBe("bash")
    }
  })

  it("installs this version", () => {
    expect(action.inputs.package?.default).toBe(`zpcli@${version}`)
  })
})

posix("a rotation of a label that two PATs have", () => {
  /** Two healthy PATs that are years apart, as two jobs that share a label have them. */
  const startTwo = async (days = [300, 300]) => {
    const sandbox = await startSandbox()
    for (const each of days)
      await sandbox.call("POST", "/pat", { label: "CI", scopes: ["job"], expiry: inDays(each) })
    const own = await sandbox.call("POST", "/pat", { label: "own", scopes: ["pat"] })
    // As if a day had passed since they were created.
    const past = (body: string) =>
      body.replace(
        /"created_at":"([^"]*)"/g,
        (_, at) => `"created_at":"${new Date(Date.parse(at) - 86_400_000).toISOString()}"`,
      )
    const env = await sandbox.behind({ rewrite: (at, body) => (at === "GET /pat" ? past(body) : body) })
    const cwd = temporaryFolder()
    const active = async () => {
      const { items } = await sandbox.call("GET", "/pat")
      return (items as ReadonlyArray<Variables>).filter(
        ({ label, status }) => label === "CI" && status === "active",
      ).length
    }
    return { url: env.ZPOOL_API_URL, token: String(own.token), cwd, active }
  }

  it("revokes neither, and exits with 1, in the action and in the template", async () => {
    const { active, cwd, token, url } = await startTwo()
    const path = withGh(cwd, installed(cwd))
    const inputs = { task: "rotate", token, label: "CI", "api-url": url, "github-token": "ghs_x" }
    const ran = await runAction(inputs, { cwd, path })
    expect(ran.code, ran.output).toBe(1)
    const variables = { ZPOOLPAT: token, ZPOOL_API_URL: url, ZPCLI_LABEL: "CI", CI_API_V4_URL: url }
    const job = await runJob(".zpcli-rotate", variables, { cwd, path })
    expect(job.code, job.output).toBe(1)
    expect(await active()).toBe(2)
    expect(existsSync(join(cwd, "gh.stdin"))).toBe(false)
  })

  it("replaces both with one new PAT with the input all, as after an interrupted run", async () => {
    const { active, cwd, token, url } = await startTwo([10, 90])
    const inputs = { task: "rotate", token, label: "CI", "api-url": url, "github-token": "ghs_x" }
    const place = { cwd, path: withGh(cwd, installed(cwd)) }
    expect((await runAction(inputs, place)).code).toBe(1)
    expect(await active()).toBe(2)
    const ran = await runAction({ ...inputs, all: "true", "expires-in": "90d" }, place)
    expect(ran.code, ran.output).toBe(0)
    expect(await active()).toBe(1)
  })

  it.each([
    ["action", action.runs.steps.find(({ run }) => run.includes("pat rotate"))?.run ?? ""],
    ["template", (resolved(".zpcli-rotate").script ?? []).join("\n").replaceAll("ZPCLI_", "")],
  ])(
    "gets --all from the %s only if the input is true, and any word but true or false is refused",
    (_, script) => {
      const values = ["true", "false", "", "yes", "TRUE", "false true", "*", "--all"]
      // All in one shell, each in a subshell of its own: to start one takes a while.
      const cases = `export LABEL=x EXPIRING_WITHIN=14d
      zpcli() { echo "$5 $6"; }; mktemp() { echo header; }
      for ALL in "$@"; do code=0; (set -e\n${script}\n) 2>&1 & wait $! || code=$?; echo "= $code"; done
      LABEL=; ALL=false; (set -e\n${script}\n) 2>&1 & wait $! || echo "= $?"`
      const { stdout } = spawnSync("bash", ["-c", cases, "bash", ...values], {
        cwd: temporaryFolder(),
        encoding: "utf8",
      })
      const [on, off, none, ...others] = stdout.split(/= \d\n/)
      expect(stdout.match(/= \d/g)).toEqual(["= 0", "= 0", "= 0", ...Array(6).fill("= 2")])
      expect(on).toBe("--all --yes\n")
      expect([off, none]).toEqual(Array(2).fill("--yes --expiring-within=14d\n"))
      expect(others.slice(0, 5).every((text) => /must be true or false\.\n$/.test(text))).toBe(true)
      expect(others[5]).toMatch(/needs the (input label|variable LABEL)\.\n$/)
    },
  )
})

posix("the GitLab template", () => {
  it("fails with 8 if a PAT expires soon, and installs this version", async () => {
    const { cwd, sandbox, token } = await start()
    const path = installed(cwd)
    const variables = { ZPOOLPAT: token, ZPOOL_API_URL: sandbox.url }
    const due = await runJob(".zpcli-gate", variables, { cwd, path })
    expect(due.code, due.output).toBe(8)
    expect(due.output).toContain(`install zpcli@${version}\n`)
    expect(due.output).toContain(dealtKeyIds[0])
    const other = await runJob(".zpcli-gate", { ...variables, ZPCLI_LABEL: hostile }, { cwd, path })
    expect(other.code, other.output).toBe(5)
    const rotation = { ...variables, ZPCLI_LABEL: "CI", ZPCLI_ALL: hostile }
    expect((await runJob(".zpcli-rotate", rotation, { cwd, path })).code).toBe(2)
    expect(existsSync(join(cwd, "pwned"))).toBe(false)
  })

  it("stores a rotated token in a project variable, and revokes the new PAT if GitLab refuses it", async () => {
    const { accepts, cwd, sandbox, statuses, token } = await start()
    const path = installed(cwd)
    const requests: Array<string> = []
    const gitlab = await startScripted((request, response) => {
      let body = ""
      request.on("data", (chunk) => {
        body += chunk
      })
      request.on("end", () => {
        requests.push(`${request.method} ${request.url} ${request.headers["private-token"]}\n${body}`)
        response.writeHead(requests.length === 1 ? 404 : 200).end("{}")
      })
    })
    const variables = {
      ZPOOLPAT: token,
      ZPOOL_API_URL: sandbox.url,
      ZPCLI_LABEL: "CI",
      ZPCLI_EXPIRES_IN: "90d",
      GITLAB_TOKEN: "glpat-x",
      CI_API_V4_URL: gitlab.url,
      CI_PROJECT_ID: "42",
    }
    const refused = await runJob(".zpcli-rotate", variables, { cwd, path })
    expect(refused.code, refused.output).toBe(9)
    expect(await statuses()).toEqual(["CI active", "own active", "CI revoked"])

    const ran = await runJob(".zpcli-rotate", variables, { cwd, path })
    expect(ran.code, ran.output).toBe(0)
    expect(requests[1]).toMatch(/^PUT \/v1\/projects\/42\/variables\/ZPOOLPAT glpat-x\n/)
    const [, stored] = /name="value"\r\n\r\n(.*)\r\n/.exec(requests[1] as string) ?? []
    expect(await accepts(stored)).toBe(true)
    expect(await statuses()).toEqual(["CI revoked", "own active", "CI revoked", "CI active"])
  })

  it("has a comment above every variable that is an input", () => {
    const text = readFileSync("ci/gitlab.yml", "utf8")
    for (const name of Object.values(template).flatMap((job) => Object.keys(job.variables ?? {})))
      if (name.startsWith("ZPCLI_")) expect(text).toMatch(new RegExp(`^ +# .*\\n +${name}: `, "m"))
  })
})
