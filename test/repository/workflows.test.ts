import { spawnSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, it } from "vitest"
import { parse } from "yaml"
import { temporaryFolder } from "../support/temporaryFolder.ts"

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly needs?: string | ReadonlyArray<string>
        readonly permissions?: Readonly<Record<string, string>>
        readonly strategy?: { readonly matrix: Readonly<Record<string, ReadonlyArray<unknown>>> }
        readonly "timeout-minutes": number
        readonly steps: ReadonlyArray<Step>
      }
    >
  >
}

const read = (file: string) => readFileSync(file, "utf8")
const folder = ".github/workflows"
const workflows = new Map<string, Workflow>(
  readdirSync(folder).map((name) => [name, parse(read(join(folder, name)))]),
)
const workflow = (name: string) => workflows.get(name) as Workflow
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps }) => steps)
const manifest = JSON.parse(read("package.json"))

describe.each([...workflows])("%s", (name, { jobs, permissions }) => {
  const steps = stepsOf(workflow(name))

  it("pins every action to a commit, with its version in a comment", () => {
    const used = read(join(folder, name)).match(/^.*\buses: .*$/gm) ?? []
    expect(used.length).toBe(steps.filter(({ uses }) => uses !== undefined).length)
    for (const line of used) expect(line).toMatch(/uses: actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  it("calls only scripts that exist", () => {
    const text = steps.map(({ run }) => run ?? "").join("\n")
    for (const [, script = ""] of text.matchAll(/npm run (?:-\S+ )*([\w:-]+)/g))
      expect(manifest.scripts).toHaveProperty([script])
    for (const [, file = ""] of text.matchAll(/node (scripts\/[\w./-]+)/g))
      expect(existsSync(file), file).toBe(true)
    for (const [, path = ""] of text.matchAll(/ (test\/[\w./-]+)/g)) expect(existsSync(path), path).toBe(true)
  })

  it("keeps expressions out of scripts, and credentials out of the clone", () => {
    for (const { run = "", uses = "", with: inputs } of steps) {
      expect(run).not.toContain("${{")
      if (uses.startsWith("actions/checkout@")) expect(inputs).toMatchObject({ "persist-credentials": false })
    }
  })

  it("can read the repository, and write only if a job says so", () => {
    expect(Object.values(permissions).filter((access) => access !== "read")).toEqual([])
    const writing = Object.entries(jobs).flatMap(([job, { permissions: own = {} }]) =>
      Object.keys(own).flatMap((scope) => (own[scope] === "write" ? [`${job} ${scope}`] : [])),
    )
    const attest = ["id-token", "attestations", "artifact-metadata"]
    expect(writing).toEqual(
      name === "release.yml"
        ? [
            ...["package", "executable"].flatMap((job) => attest.map((scope) => `${job} ${scope}`)),
            "publish id-token",
            "release contents",
          ]
        : [],
    )
  })

  it("limits the time of every job", () => {
    for (const job of Object.values(jobs)) expect(job["timeout-minutes"]).toBeLessThanOrEqual(30)
  })
})

describe("CI", () => {
  const { jobs } = workflow("ci.yml")
  const runs = (job: string) => jobs[job]?.steps.map(({ run }) => run)
  const [, testLine = ""] = /Run all checks.*\n\n```sh\n(.*)\n```/.exec(read("README.md")) ?? []

  it("runs the README's line for all checks, on Linux with each Node and on macOS", () => {
    expect(testLine).toBe("npm ci && npm test")
    expect(runs("linux")).toContain(testLine)
    expect(jobs.linux?.strategy?.matrix.node).toEqual([20, 22, 24, 26])
    expect(runs("macos")).toContain(testLine)
    expect(runs("windows")?.some((run) => run?.startsWith(`${testLine} -- `))).toBe(true)
  })

  it("runs the program with the oldest Node that package.json and the docs name", () => {
    const oldest = manifest.engines.node.replace(">=", "")
    expect(jobs.oldest?.steps.map((step) => step.with?.["node-version"])).toContain(oldest)
    for (const page of ["README.md", "docs/ci.md", "docs/environment.md"])
      expect(read(page), page).toContain(`Node ${oldest} or newer`)
    expect(read("scripts/bundle.mjs")).toContain(`target: "node${oldest}"`)
    expect(manifest.devDependencies["@types/node"]).toMatch(new RegExp(`^${oldest.split(".")[0]}\\.`))
  })
})

describe("a release", () => {
  const { jobs } = workflow("release.yml")

  it("publishes what was tested, attested and packed, and nothing else", () => {
    expect(jobs.package?.needs).toBe("test")
    expect(jobs.publish?.needs).toContain("package")
    const publish = jobs.publish?.steps.map(({ run = "", uses = "" }) => run + uses.replace(/@.*/, ""))
    expect(publish).toEqual([
      "actions/setup-node",
      "actions/download-artifact",
      "npm publish ./release/*.tgz --provenance --access public",
    ])
    const names = stepsOf(workflow("release.yml")).map(({ uses = "" }) => uses.replace(/@.*/, ""))
    expect(names.filter((name) => name === "actions/attest")).toHaveLength(4)
  })

  it("uses no cache that another workflow could have filled", () => {
    for (const { uses = "", with: inputs } of stepsOf(workflow("release.yml")))
      if (uses.startsWith("actions/setup-node@"))
        expect(inputs).toMatchObject({ "package-manager-cache": false })
  })

  it("has the notes of its version, and is refused with another tag or without a dated section", () => {
    const changelog = join(temporaryFolder(), "CHANGELOG.md")
    const { version } = manifest
    const notes = (tag: string, text: string) => {
      writeFileSync(changelog, text)
      const { status, stdout } = spawnSync(process.execPath, ["scripts/release-notes.mjs", tag, changelog], {
        encoding: "utf8",
      })
      return { status, stdout }
    }
    const released = `# Changelog\n\n## [Unreleased]\n\n## [${version}] - 2026-01-31\n\n### Added\n\n- One.\n\n## [0.0.1] - 2026-01-01\n\n- Two.\n`
    expect(notes(`v${version}`, released)).toEqual({ status: 0, stdout: "### Added\n\n- One.\n" })
    expect(notes("v99.0.0", released).status).toBe(1)
    expect(notes(`v${version}`, "# Changelog\n\n## [Unreleased]\n").status).toBe(1)
  })
})

describe("the version of package.json", () => {
  const { version } = manifest

  it("is the same in the lock file, the action, the GitLab template and their page", () => {
    const lock = JSON.parse(read("package-lock.json"))
    expect([lock.version, lock.packages[""].version]).toEqual([version, version])
    expect(read("action.yml")).toContain(`default: zpcli@${version}\n`)
    expect(read("ci/gitlab.yml")).toContain(`ZPCLI_PACKAGE: zpcli@${version}\n`)
    const shown = Array.from(read("docs/ci.md").matchAll(/# v(\S+)$/gm), ([, each]) => each)
    expect(new Set(shown)).toEqual(new Set([version]))
  })

  it("is the newest in the changelog, unless nothing was released yet", () => {
    const [, newest] = /^## \[(\d\S*)\]/m.exec(read("CHANGELOG.md")) ?? []
    expect([undefined, version]).toContain(newest)
    expect(read("CHANGELOG.md")).toMatch(/^## \[Unreleased\]$/m)
  })
})

describe("the pages of the repository", () => {
  const pages = ["CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "ARCHITECTURE.md", "bench/README.md"]

  it.each(pages)("%s has links that lead somewhere, and names scripts and files that exist", (page) => {
    const text = read(page)
    for (const [, link = ""] of text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g))
      if (!/^https?:/.test(link)) expect(existsSync(join(dirname(page), link)), link).toBe(true)
    for (const [, script = ""] of text.matchAll(/npm run ([\w:-]+)/g))
      expect(manifest.scripts).toHaveProperty([script])
    for (const [, file = ""] of text.matchAll(/`((?:src|test|scripts|ci|docs|\.github)\/[\w./-]+\.\w+)`/g))
      if (!file.includes("VERB")) expect(existsSync(file), file).toBe(true)
  })

  it("include an issue template that asks for what is needed", () => {
    for (const name of readdirSync(".github/ISSUE_TEMPLATE").filter((each) => each !== "config.yml")) {
      const { body, description } = parse(read(join(".github/ISSUE_TEMPLATE", name)))
      expect(description.length).toBeGreaterThan(10)
      expect(body.some((part: { readonly validations?: unknown }) => part.validations !== undefined)).toBe(
        true,
      )
    }
  })
})
