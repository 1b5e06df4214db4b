import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { parse, parseAllDocuments } from "yaml"
import { action, resolved } from "../support/program/ci.ts"
import { pages, read, snippetsOf } from "../support/program/snippets.ts"

type Fields = Readonly<Record<string, unknown>>

const isRotation = (value: unknown) => /pat rotate|"task":"rotate"|zpcli-rotate"/.test(JSON.stringify(value))
const blocks = pages.flatMap((page) =>
  Array.from(read(page).matchAll(/^```yaml\n([\s\S]*?)^```$/gm), ([, text = ""]) => ({ page, text })),
)
const documents = blocks.map(({ page, text }) => ({ page, yaml: parse(text) as unknown }))

/** The jobs of GitHub and GitLab, and the tasks of Ansible, that rotate. */
const github: ReadonlyArray<Fields> = documents
  .flatMap(({ yaml }) => Object.values(((yaml as Fields).jobs ?? {}) as Readonly<Record<string, Fields>>))
  .filter(isRotation)
const gitlab = documents
  .filter(({ yaml }) => !Array.isArray(yaml) && (yaml as Fields).jobs === undefined)
  .flatMap(({ yaml }) => Object.values(yaml as Readonly<Record<string, Fields>>))
  .filter(isRotation)
const ansible = documents
  .flatMap(({ yaml }) => (Array.isArray(yaml) ? (yaml as ReadonlyArray<Fields>) : []))
  .filter(isRotation)

/** The lines that a job runs every night, into a store or a file. */
const nightly = snippetsOf("docs/ci.md").filter(
  ({ text }) => text.includes("pat rotate") && text.includes("--expiring-within"),
)

describe("two rotations of a label", () => {
  it("take turns in every job of the docs that rotates", () => {
    expect([github.length, gitlab.length, ansible.length]).toEqual([1, 1, 1])
    for (const job of github)
      expect(job.concurrency).toEqual({ group: "zpcli-rotate", "cancel-in-progress": false })
    for (const job of gitlab) expect(job.resource_group).toBe("zpcli-rotate")
    for (const task of ansible) expect(task.run_once).toBe(true)
  })

  it("take turns in the template, and in the example of the action", () => {
    expect(resolved(".zpcli-rotate")).toMatchObject({ resource_group: "zpcli-rotate" })
    const comment =
      readFileSync("action.yml", "utf8")
        .match(/^#.*\n/gm)
        ?.join("") ?? ""
    const [job] = Object.values(parse(comment.replace(/^# ?/gm, "").replace(/^\S.*$/gm, "")) as Fields)
    expect(job).toMatchObject({ concurrency: { group: "zpcli-rotate", "cancel-in-progress": false } })
    const [step] = (job as { steps: ReadonlyArray<{ readonly with: Fields }> }).steps
    for (const name of Object.keys(step?.with ?? {})) expect(action.inputs).toHaveProperty([name])
    expect(step?.with).toMatchObject({ task: "rotate", label: "my-project CI" })
  })

  it("take turns in cron", () => {
    const lines = nightly.filter(({ text }) =>
      / vault kv put | --out |op document|store-and-check/.test(text),
    )
    expect(lines.length).toBeGreaterThanOrEqual(5)
    // Ansible has a lock of its own.
    for (const { text } of lines.filter(({ text }) => !text.includes("--json")))
      expect(text).toMatch(/(^| )flock -n -E 6 rotate\.lock zpcli pat rotate /)
  })
})

describe("the label of a recipe", () => {
  it("belongs to one job, and no recipe replaces every PAT with it", () => {
    expect(nightly.length).toBeGreaterThanOrEqual(8)
    for (const { text } of nightly) {
      expect(text).toMatch(/--label[= ]'my-project CI'/)
      expect(text).not.toMatch(/--all\b/)
    }
    for (const page of pages) expect(read(page), page).not.toMatch(/--label[= ]CI\b.*--all\b/)
    for (const job of [...github, ...gitlab]) expect(JSON.stringify(job)).toMatch(/my-project CI/)
  })
})

describe("the task of Ansible", () => {
  const [task] = ansible

  it("takes the PAT from a command, because a value in its environment would be on a command line", () => {
    expect(Object.keys(task?.environment as Fields)).toEqual(["ZPOOLPAT_COMMAND"])
    for (const { text } of blocks) expect(text).not.toMatch(/^ +ZPOOLPAT: "?\{\{/m)
  })

  it("reports a change if a PAT was rotated, and ignores the output of a failed run", () => {
    expect(task?.changed_when).toBe("rotation.rc == 0 and (rotation.stdout | from_json).rotated")
  })
})

it("every YAML block is one document", () => {
  for (const { page, text } of blocks) {
    const all = parseAllDocuments(text)
    expect(all.length, page).toBe(1)
    expect(all.flatMap(({ errors }) => errors)).toEqual([])
  }
})
