import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, it } from "vitest"
import { describe as describeFailure } from "../../src/cli/errors/describe.ts"
import { exitCodeMeanings } from "../../src/cli/errors/exitCodes.ts"
import { shape } from "../../src/cli/root.ts"
import { builtIns } from "../../src/cli/strict/builtIns.ts"
import { helpOf } from "../../src/cli/strict/help.ts"
import type { CommandShape } from "../../src/cli/strict/shape.ts"
import { type StoredPat, toItem } from "../../src/services/sandbox/State.ts"
import { limited } from "../support/program/program.ts"
import { pages, read, runSnippet, type Snippet, snippetsOf } from "../support/program/snippets.ts"
import { samples } from "../support/world/failures.ts"

describe("the command lines of", () => {
  it.each(pages)("%s do what it says", { timeout: 120_000 }, async (page) => {
    // macOS has no device that is always full.
    const snippets = snippetsOf(page).filter(
      ({ text }) => !text.includes("/dev/full") || existsSync("/dev/full"),
    )
    expect(snippets.length).toBeGreaterThan(0)
    const ran = await limited(snippets, 4, (snippet) => runSnippet(snippet))
    const found = ran.map(({ code, output, stored }, index) => {
      const { code: expected, text } = snippets[index] as Snippet
      return {
        text,
        code,
        ...(code === expected ? {} : { output }),
        ...(stored.length > 0 ? { stored } : {}),
      }
    })
    expect(found).toEqual(
      snippets.map(({ code, text }) => ({
        text,
        code,
        // What goes into a secret store is a token, and nothing but that.
        ...(/(\||--) (gh|glab|vault|op) |gh secret|store-and-check/.test(text) && !text.includes("--dry-run")
          ? { stored: [expect.stringMatching(/^zpat_[\w-]+\n?$/)] }
          : {}),
      })),
    )
  })

  it("all pages are at least 70, so that none is overlooked", () => {
    const counts = Object.fromEntries(pages.map((page) => [page, snippetsOf(page).length]))
    expect(
      Object.values(counts).reduce((sum, count) => sum + count, 0),
      JSON.stringify(counts),
    ).toBeGreaterThanOrEqual(70)
  })
})

/** The anchors of a page's headings, as GitHub makes them. */
const anchorsOf = (page: string) =>
  Array.from(read(page).matchAll(/^#+ (.+)$/gm), ([, title]) =>
    (title as string)
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  )

describe("links", () => {
  it.each(pages)("of %s lead somewhere", (page) => {
    const text = read(page).replace(/^```[\s\S]*?^```$/gm, "")
    const broken = Array.from(text.matchAll(/\]\(([^)]+)\)/g), ([, target]) => target as string)
      .filter((target) => !/^https?:/.test(target))
      .filter((target) => {
        const [path = "", anchor] = target.split("#")
        const file = path === "" ? page : join(dirname(page), path)
        return !existsSync(file) || (anchor !== undefined && !anchorsOf(file).includes(anchor))
      })
    expect(broken).toEqual([])
  })

  it("of the index name every page", () => {
    const index = read("docs/README.md")
    expect(
      pages.filter(
        (page) =>
          page.startsWith("docs/") && page !== "docs/README.md" && !index.includes(`](${page.slice(5)})`),
      ),
    ).toEqual([])
  })
})

const leaves = (command: CommandShape): ReadonlyArray<CommandShape> =>
  command.subcommands.length === 0 ? [command] : command.subcommands.flatMap(leaves)

/** Pages that describe several commands. */
const pagesOf: Readonly<Record<string, string>> = {
  "pat show": "pat-list",
  login: "authentication",
  hello: "authentication",
}
const pageOf = ({ path }: CommandShape) => `docs/${pagesOf[path.join(" ")] ?? path.join("-")}.md`
const all = leaves(shape())

describe("the page of", () => {
  it.each(all.map((leaf) => [leaf.path.join(" "), leaf] as const))(
    "%s has its usage, and names every option of its own",
    (name, leaf) => {
      const page = read(pageOf(leaf))
      expect(page).toMatch(new RegExp(`^#.* zpcli ${name}\\b`, "m"))
      expect(page).toContain(`\`\`\`text\n${/^Usage: .*$/m.exec(helpOf(leaf, 200))?.[0]}\n\`\`\`\n`)
      const own = leaf.options
        .map((option) => option.name)
        .filter((option) => !/^--(rcfile|auth)$/.test(option))
      expect(own.filter((option) => !new RegExp(`${option}\\b(?!-)`).test(page))).toEqual([])
    },
  )

  it.each(pages)("%s names only options that exist", (page) => {
    const known = [...all.flatMap(({ options }) => options), ...builtIns].map(({ name }) => name)
    const named = Array.from(read(page).matchAll(/`(--[a-z][\w-]*)[^`]*`/g), ([, name]) => name as string)
    expect(named.filter((name) => !known.includes(name))).toEqual([])
  })
})

describe("a page that zpcli help prints", () => {
  it.each(["exit-codes", "environment", "ci", "json"])("%s reads well as plain text", (name) => {
    const lines = read(`docs/${name}.md`).split("\n")
    expect(lines.filter((line) => line.length > 80 || /^\||<!--|<\w+>|^!?\[/.test(line))).toEqual([])
  })
})

describe("what docs/json.md says about fields", () => {
  const page = read("docs/json.md")
  const example = JSON.parse(/## pat list\n\n```json\n([\s\S]+?)```/.exec(page)?.[1] ?? "").detail.items
  /** The names in the list behind a line. */
  const listedAfter = (heading: string, line: string) => {
    const [, section = ""] = page.split(`\n## ${heading}\n`)
    const [, list = ""] = (section.split("\n## ")[0] as string).split(`\n${line}:\n\n`)
    return Array.from((list.split("\n\n")[0] as string).matchAll(/^- (`.*?`):/gm)).flatMap(([, names = ""]) =>
      names.split(", ").map((name) => name.replaceAll("`", "")),
    )
  }
  const unused: StoredPat = {
    key_id: "law-hotel-shape-community",
    label: "My CI Token",
    scopes: ["*"],
    token_sha256: "",
    created_at: 0,
    expiry_at: null,
    revoked_at: null,
    last_used_at: null,
    last_ip: null,
    last_ua: null,
    usage_count: 0,
  }
  const used = { ...unused, expiry_at: 1, last_used_at: 1, last_ip: "127.0.0.1", last_ua: "zpcli" }

  it("shows a PAT without an expiry that was never used, and one with all fields, as the API lists them", () => {
    const without = Object.entries(toItem(unused, 0))
    const all = Object.keys(toItem(used, 0))
    expect(example.map(Object.keys)).toEqual([without.map(([name]) => name), all])
    const listed = ["Always there", "Missing if there is no value", "Null if there is no value"].map((line) =>
      listedAfter("pat list", line),
    )
    expect(listed.flat().sort()).toEqual([...all].sort())
    const kinds = listed.map((names) =>
      names.map((name) => toItem(unused, 0)[name as keyof ReturnType<typeof toItem>]),
    )
    expect(kinds[0]?.every((value) => value !== undefined && value !== null)).toBe(true)
    expect(kinds[1]?.every((value) => value === undefined)).toBe(true)
    expect(kinds[2]?.every((value) => value === null)).toBe(true)
    for (const [name, value] of without) expect(example[0][name] === null, name).toBe(value === null)
  })

  it("distinguishes the fields that each error has from those that can be missing", () => {
    const reports = Object.values(samples).flatMap((list) =>
      list.map(([failure]) => describeFailure(failure)),
    )
    const printed = reports.filter(({ message }) => message !== undefined)
    const always = listedAfter("Errors", "Always there")
    const sometimes = listedAfter("Errors", "Sometimes missing, and never `null`")
    expect([always.length, sometimes.length]).toEqual([5, 7])
    for (const name of [...always, ...sometimes]) {
      const missing = printed.some((report) => report[name as keyof typeof report] === undefined)
      expect(missing, name).toBe(sometimes.includes(name))
      expect(printed.some((report) => report[name as keyof typeof report] === null)).toBe(false)
    }
  })
})

describe("what pages say about errors", () => {
  it("names every exit code", () => {
    const [, list = ""] = read("docs/exit-codes.md").split("\n## Exit codes\n\n")
    const listed = Array.from((list.split("\n\n")[0] as string).matchAll(/^- (\d+): /gm), ([, code]) =>
      Number(code),
    )
    // Help names one signal, and the page each.
    const codes = new Set([...Object.keys(exitCodeMeanings).map(Number), 129, 131, 143])
    expect(listed).toEqual([...codes].sort((a, b) => a - b))
  })

  it("names every type of error with each of its exit codes, and no other", () => {
    const printed = Object.values(samples)
      .flatMap((list) => list.map(([failure, code]) => ({ ...describeFailure(failure), code })))
      .filter(({ message }) => message !== undefined)
    const [, section = ""] = read("docs/json.md").split("The types by exit code:\n\n")
    const listed = Array.from(
      (section.split("\n\n")[0] as string).matchAll(/^- ([\d, ]+): ([\s\S]*?)(?=\n- |$(?![\s\S]))/gm),
    ).flatMap(([, codes = "", types = ""]) =>
      Array.from(types.matchAll(/`([A-Z]\w+)`/g)).flatMap(([, type]) =>
        codes.split(", ").map((code) => `${type} ${code}`),
      ),
    )
    // The PAT that `pat run` leaves has the exit code of the command, or 7.
    const found = printed.map(({ code, type }) => `${type} ${type === "PatLeft" ? 7 : code}`)
    expect([...new Set(listed)].sort()).toEqual([...new Set(found)].sort())
  })
})
