import { spawn } from "node:child_process"
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { parse } from "yaml"
import { cleanEnv, ended, programFile } from "../support/program/program.ts"
import {
  dealtKeyIds,
  pathWithProgram,
  startSandbox,
  startServer,
  temporaryFolder,
} from "../support/sandbox.ts"

type Variables = Readonly<Record<string, string>>

interface Step {
  readonly name: string
  readonly if?: string
  readonly shell: string
  readonly env?: Variables
  readonly run: string
}

interface Action {
  readonly inputs: Readonly<
    Record<string, { readonly description: string; readonly default?: string; readonly required?: true }>
  >
  readonly runs: { readonly using: string; readonly steps: ReadonlyArray<Step> }
}

interface Job {
  readonly extends?: string
  readonly variables?: Variables
  readonly before_script?: ReadonlyArray<string>
  readonly script?: ReadonlyArray<string>
}

const action: Action = parse(readFileSync("action.yml", "utf8"))
const template: Readonly<Record<string, Job>> = parse(readFileSync("ci/gitlab.yml", "utf8"))
const { version } = JSON.parse(readFileSync("package.json", "utf8"))

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

/** Text that would make a file if any part of it ran as a script. */
const hostile = `"; touch pwned; $(touch pwned) \`touch pwned\` '; touch pwned; ' %s \${{ inputs.token }}`

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

const bash = async (flags: ReadonlyArray<string>, script: string, cwd: string, env: Variables) => {
  const file = join(cwd, "script.sh")
  writeFileSync(file, script)
  return await ended(
    spawn("bash", [...flags, file], { cwd, env: cleanEnv(env), stdio: ["ignore", "pipe", "pipe"] }),
  )
}

/** A value of action.yml with its expressions replaced; any expression but these fails the test. */
const filledIn = (text: string, inputs: Variables) =>
  text.replace(/\$\{\{(.*?)\}\}/g, (_, expression: string) => {
    const name = /^ inputs\.([\w-]+) $/.exec(expression)?.[1]
    const value = expression === " github.repository " ? "owner/project" : inputs[name ?? ""]
    if (value === undefined) throw new Error(`an expression that this test does not know: ${expression}`)
    return value
  })

const holds = (condition: string | undefined, inputs: Variables) =>
  (condition?.split(" && ") ?? []).every((part) => {
    const [, name = "", operator, value] = /^inputs\.([\w-]+) (==|!=) '(\w+)'$/.exec(part) ?? []
    if (value === undefined) throw new Error(`a condition that this test does not know: ${part}`)
    return (inputs[name] === value) === (operator === "==")
  })

/** Runs the steps of action.yml as a runner does: until one fails, with what earlier ones put on the PATH. */
const runAction = async (
  given: Variables,
  { cwd, path }: { readonly cwd: string; readonly path: string },
) => {
  const defaults = Object.entries(action.inputs).map(([name, input]) => [
    name,
    filledIn(input.default ?? "", {}),
  ])
  const inputs: Variables = { ...Object.fromEntries(defaults), ...given }
  const paths = join(cwd, "paths")
  appendFileSync(paths, "")
  let output = ""
  for (const step of action.runs.steps.filter((each) => holds(each.if, inputs))) {
    const env = Object.entries(step.env ?? {}).map(([name, value]) => [name, filledIn(value, inputs)])
    const added = readFileSync(paths, "utf8").split("\n").filter(Boolean).reverse()
    const { code, stderr, stdout } = await bash(["--noprofile", "--norc", "-eo", "pipefail"], step.run, cwd, {
      ...Object.fromEntries(env),
      PATH: [...added, path].join(":"),
      RUNNER_TEMP: cwd,
      GITHUB_PATH: paths,
      HOME: cwd,
      npm_config_offline: "true",
      npm_config_cache: join(cwd, "cache"),
      npm_config_update_notifier: "false",
    })
    output += stdout + stderr
    if (code !== 0) return { code, output, step: step.name }
  }
  return { code: 0, output }
}

/** A `gh` that keeps its arguments and its stdin, in front of a PATH. */
const withGh = (cwd: string, path: string) => {
  const bin = join(cwd, "bin")
  mkdirSync(bin)
  const script = `#!/bin/sh\nprintf '%s\\n' "$GH_TOKEN" "\${ZPOOLPAT-unset}" "$@" > gh.args\ncat > gh.stdin\n`
  writeFileSync(join(bin, "gh"), script, { mode: 0o755 })
  return `${bin}:${path}`
}

/** The package as a folder, with the build under test. */
const packageFolder = (cwd: string) => {
  const folder = join(cwd, "package")
  mkdirSync(folder)
  cpSync("package.json", join(folder, "package.json"))
  symlinkSync(dirname(programFile), join(folder, "dist"))
  return folder
}

/** A PATH with zpcli already on it, and an npm that installs nothing. */
const installed = (cwd: string) => {
  const bin = join(cwd, "stub")
  mkdirSync(bin)
  writeFileSync(join(bin, "npm"), '#!/bin/sh\nfor last; do :; done; echo "install $last"\n', { mode: 0o755 })
  return `${bin}:${pathWithProgram()}`
}

const posix = describe.skipIf(process.platform === "win32")

posix("the action", () => {
  it("installs the package and fails with 8 if a PAT expires soon", async () => {
    const { ci, cwd, sandbox, token } = await start()
    const inputs = { token, "api-url": sandbox.url, package: packageFolder(cwd) }
    const { code, output, step } = await runAction(inputs, { cwd, path: process.env.PATH ?? "" })
    expect({ code, step }, output).toEqual({ code: 8, step: "Fail if a PAT expires soon" })
    expect(output).toContain(`${ci}  CI `)
    expect(output).not.toContain("own")
  })

  it("rotates into a secret, by gh, and does nothing while no PAT expires soon", async () => {
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

  it("takes no input for a part of a script", async () => {
    const { cwd, sandbox, statuses, token } = await start()
    const path = withGh(cwd, installed(cwd))
    const api = { "api-url": sandbox.url, token }
    expect((await runAction({ ...api, label: hostile }, { cwd, path })).output).toContain("No PATs match.")
    const names = Object.keys(action.inputs).filter((name) => !["api-url", "token", "task"].includes(name))
    const all = Object.fromEntries(names.map((name) => [name, hostile]))
    const due = { ...api, ...all, task: "rotate", label: "CI", "expiring-within": "14d", "expires-in": "90d" }
    expect((await runAction(due, { cwd, path })).code).toBe(0)
    expect(readFileSync(join(cwd, "gh.args"), "utf8")).toContain(`--repo=${hostile}\n--\n${hostile}\n`)
    expect(await statuses()).toContain("CI revoked")
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
    const page = readFileSync("docs/ci.md", "utf8")
    const rows = new Map(
      Array.from(page.matchAll(/^\| `([\w-]+)` \| (.*) \| (.*?) ?\|$/gm), ([, name, text, value]) => [
        name,
        { text, value },
      ]),
    )
    for (const [name, input] of Object.entries(action.inputs)) {
      const value = input.default ?? ""
      if (/^[\w-]+$/.test(value)) expect(rows.get(name)?.value).toBe(`\`${value}\``)
      else expect(rows.has(name), name).toBe(true)
    }
    for (const name of Object.values(template).flatMap((job) => Object.keys(job.variables ?? {})))
      if (name !== "GIT_STRATEGY") expect(rows.has(name), name).toBe(true)
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

/** A job of the template with what it extends, as GitLab merges them. */
const resolved = (name: string): Job => {
  const { extends: parent, ...job } = template[name] as Job
  if (parent === undefined) return job
  const base = resolved(parent)
  return { ...base, ...job, variables: { ...base.variables, ...job.variables } }
}

/** Runs a job as a runner does: before_script and script in one shell, which ends at the first failure. */
const runJob = async (name: string, variables: Variables, { cwd, path }: { cwd: string; path: string }) => {
  const job = resolved(name)
  const script = [...(job.before_script ?? []), ...(job.script ?? [])].join("\n")
  const { code, stderr, stdout } = await bash(["-eo", "pipefail"], script, cwd, {
    ...job.variables,
    ...variables,
    PATH: path,
    TMPDIR: cwd,
  })
  return { code, output: stdout + stderr }
}

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
    expect(other.code, other.output).toBe(0)
    expect(existsSync(join(cwd, "pwned"))).toBe(false)
  })

  it("rotates into a variable of the project, and revokes the new PAT if the variable is refused", async () => {
    const { accepts, cwd, sandbox, statuses, token } = await start()
    const path = installed(cwd)
    const requests: Array<string> = []
    const gitlab = await startServer((request, response) => {
      let body = ""
      request.on("data", (chunk) => {
        body += chunk
      })
      request.on("end", () => {
        requests.push(`${request.method} ${request.url} ${request.headers["private-token"]}\n${body}`)
        response.writeHead(requests.length === 1 ? 404 : 200).end("{}")
      })
    }, onTestFinished)
    const variables = {
      ZPOOLPAT: token,
      ZPOOL_API_URL: sandbox.url,
      ZPCLI_LABEL: "CI",
      ZPCLI_EXPIRES_IN: "90d",
      GITLAB_TOKEN: "glpat-x",
      CI_API_V4_URL: gitlab,
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
