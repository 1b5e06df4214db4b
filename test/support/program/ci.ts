/** Runs action.yml and ci/gitlab.yml as their runners do, without a network. */
import { spawn } from "node:child_process"
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parse } from "yaml"
import { pathWithProgram } from "../program/program.ts"
import { cleanEnv, ended } from "./program.ts"

export type Variables = Readonly<Record<string, string>>

interface ActionStep {
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
  readonly runs: { readonly using: string; readonly steps: ReadonlyArray<ActionStep> }
}

export interface Job {
  readonly extends?: string
  readonly variables?: Variables
  readonly before_script?: ReadonlyArray<string>
  readonly script?: ReadonlyArray<string>
}

export const action: Action = parse(readFileSync("action.yml", "utf8"))
export const template: Readonly<Record<string, Job>> = parse(readFileSync("ci/gitlab.yml", "utf8"))

export const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

/** Text that would make a file if any part of it ran as a script. */
export const hostile = `"; touch pwned; $(touch pwned) \`touch pwned\` '; touch pwned; ' %s \${{ inputs.token }}`

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
export const runAction = async (
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
      ZPOOL_MAX_RETRIES: "0",
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
export const withGh = (cwd: string, path: string) => {
  const bin = join(cwd, "bin")
  mkdirSync(bin)
  const script = `#!/bin/sh\nprintf '%s\\n' "$GH_TOKEN" "\${ZPOOLPAT-unset}" "$@" > gh.args\ncat > gh.stdin\n`
  writeFileSync(join(bin, "gh"), script, { mode: 0o755 })
  return `${bin}:${path}`
}

/** A PATH with zpcli already on it, and an npm that installs nothing. */
export const installed = (cwd: string) => {
  const bin = join(cwd, "stub")
  mkdirSync(bin)
  writeFileSync(join(bin, "npm"), '#!/bin/sh\nfor last; do :; done; echo "install $last"\n', { mode: 0o755 })
  return `${bin}:${pathWithProgram()}`
}

/** A job of the template with what it extends, as GitLab merges them. */
export const resolved = (name: string): Job => {
  const { extends: parent, ...job } = template[name] as Job
  if (parent === undefined) return job
  const base = resolved(parent)
  return { ...base, ...job, variables: { ...base.variables, ...job.variables } }
}

/** Runs a job as a runner does: before_script and script in one shell, which ends at the first failure. */
export const runJob = async (
  name: string,
  variables: Variables,
  { cwd, path }: { cwd: string; path: string },
) => {
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
