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
  it.each(pages)("%s do as it says", { timeout: 120_000 }, async (page) => {
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

  it("all pages are as many as were counted when this was written, or more", () => {
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

describe("the page of", () => {
  it.each(leaves(shape()).map((leaf) => [leaf.path.join(" "), leaf] as const))(
    "%s has its usage, arguments and options",
    (name, leaf) => {
      const page = read(`docs/${leaf.path.join("-")}.md`)
      expect(page).toMatch(new RegExp(`^# zpcli ${name}$`, "m"))
      expect(page).toContain(`\`\`\`text\n${/^Usage: .*$/m.exec(helpOf(leaf, 200))?.[0]}\n\`\`\`\n`)
      const spelt = [...leaf.options, ...builtIns].map(
        (option) => `\`${option.name}${option.value === undefined ? "" : ` <${option.value}>`}\``,
      )
      const rows = page
        .split("\n")
        .filter((line) => line.startsWith("| `--"))
        .map((line) => line.split(" | ")[0] as string)
      expect(spelt.filter((option) => !rows.some((row) => row.includes(option)))).toEqual([])
      // And none that it does not have.
      expect(
        rows.flatMap((row) => row.match(/`--[^`]+`/g) ?? []).filter((option) => !spelt.includes(option)),
      ).toEqual([])
      const args = leaf.args
        .map((arg) => arg.name)
        .filter((arg) => leaf.path[0] === "pat" && !page.includes(`| \`${arg}\` |`))
      expect(args).toEqual([])
    },
  )
})

describe("what docs/json.md says of fields", () => {
  const page = read("docs/json.md")
  const example = JSON.parse(/## pat list\n\n```json\n([\s\S]+?)```/.exec(page)?.[1] ?? "").detail.items
  /** The cells of a table's rows whose first cell is names in backquotes, by each name. */
  const rowsAfter = (heading: string) =>
    new Map(
      Array.from(
        (page.split(`${heading} |`)[1] as string).split("\n\n")[0]?.matchAll(/^\| (`.+?) \|(.+)\|$/gm) ?? [],
      ).flatMap(([, names = "", cells = ""]) =>
        Array.from(names.matchAll(/`(\w+)`/g), ([, name = ""]) => [name, cells.split("|").at(-1)] as const),
      ),
    )
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
    expect([...rowsAfter("| key of an item").keys()].sort()).toEqual([...all].sort())
    for (const [name, said = ""] of rowsAfter("| key of an item")) {
      const value = toItem(unused, 0)[name as keyof ReturnType<typeof toItem>]
      const kind = value === undefined ? "left out" : value === null ? "`null`" : "always there"
      expect(said.trim().startsWith(kind), name).toBe(true)
      if (value !== undefined) expect(example[0][name] === null, name).toBe(value === null)
    }
  })

  it("tells the fields that each error has from those that may be left out", () => {
    const reports = Object.values(samples).flatMap((list) =>
      list.map(([failure]) => describeFailure(failure)),
    )
    const printed = reports.filter(({ message }) => message !== undefined)
    const rows = [...rowsAfter("| key of `error`")]
    expect(rows.length).toBe(12)
    for (const [name, said = ""] of rows) {
      const missing = printed.some((report) => report[name as keyof typeof report] === undefined)
      expect(missing, name).toBe(said.trim() !== "never")
      expect(printed.some((report) => report[name as keyof typeof report] === null)).toBe(false)
    }
  })
})

describe("what pages say of errors", () => {
  it("names every exit code", () => {
    const listed = Array.from(read("docs/exit-codes.md").matchAll(/^\| (\d+) \| ([^|]+) \|/gm), ([, code]) =>
      Number(code),
    )
    // Help names one signal, and the page each.
    const codes = new Set([...Object.keys(exitCodeMeanings).map(Number), 129, 131, 143])
    expect(listed).toEqual([...codes].sort((a, b) => a - b))
  })

  it("names every type of error, and no other", () => {
    const reports = Object.values(samples).flatMap((list) =>
      list.map(([failure]) => describeFailure(failure)),
    )
    const types = reports.filter(({ message }) => message !== undefined).map(({ type }) => type)
    const listed = Array.from(
      read("docs/json.md").matchAll(/^\| `([A-Z]\w+)` \| \d/gm),
      ([, type]) => type as string,
    )
    expect([...listed].sort()).toEqual([...new Set(types)].sort())
  })
})
