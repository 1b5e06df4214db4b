import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, it } from "vitest"
import { describe as describeFailure } from "../../src/cli/errors/describe.ts"
import { exitCodeMeanings } from "../../src/cli/errors/exitCodes.ts"
import { shape } from "../../src/cli/root.ts"
import { builtIns } from "../../src/cli/strict/builtIns.ts"
import { helpOf } from "../../src/cli/strict/help.ts"
import type { CommandShape } from "../../src/cli/strict/shape.ts"
import { samples } from "../support/failures.ts"
import { cleanEnv } from "../support/program.ts"
import { pathWithProgram, startSandbox, temporaryFolder } from "../support/sandbox.ts"

const pages = [
  "README.md",
  ...readdirSync("docs")
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
]
const read = (page: string) => readFileSync(page, "utf8")

/** Pages that show no command lines to run: one explains, one is a table of faults. */
const withoutCommands = ["docs/faults.md"]

interface Snippet {
  readonly text: string
  readonly code: number
}

const isCommand = (text: string) =>
  /(^|[\s(|;&=])zpcli\s/m.test(text.replace(/^\s*(#|Usage:).*$|<\(zpcli .*$/gm, ""))

const snippet = (text: string): Snippet => ({ text, code: Number(/# exits with (\d+)/.exec(text)?.[1] ?? 0) })

/** The scripts of a CI file: one line behind `run:` or a dash, or a block behind `|`. */
const scriptsIn = (yaml: string): ReadonlyArray<string> => {
  const lines = yaml.split("\n")
  const indent = (line: string) => /^ */.exec(line)?.[0].length as number
  return lines.flatMap((line, index) => {
    const value = /^\s*(?:- )?(?:run: )?(\S.*)$/.exec(line)?.[1] ?? ""
    if (value !== "|") return /^\s*- zpcli |^\s*(- )?run: /.test(line) ? [value] : []
    const rest = lines.slice(index + 1)
    const end = rest.findIndex((next) => next !== "" && indent(next) <= indent(line))
    return [rest.slice(0, end === -1 ? undefined : end).join("\n")]
  })
}

/** What a page shows to be typed. A block is one command a line, or one script where a comment says so. */
const snippetsOf = (page: string): ReadonlyArray<Snippet> =>
  Array.from(read(page).matchAll(/(<!-- one script -->\n)?^```(sh|text|yaml)\n([\s\S]*?)^```$/gm)).flatMap(
    ([, whole, language, text = ""]) => {
      if (language === "yaml") return scriptsIn(text).filter(isCommand).map(snippet)
      if (whole !== undefined) return [snippet(text)]
      return text
        .split("\n")
        .map((line) => line.replace(/^\$ /, ""))
        .filter((line) =>
          language === "sh"
            ? isCommand(line)
            : /^zpcli /.test(line) && !/^zpcli --completions fish/.test(line),
        )
        .map(snippet)
    },
  )

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

/** Programs that the examples pipe into or call: each keeps what it was given. */
const stub = (name: string) => `#!/bin/sh\n[ -t 0 ] || cat > "$HOME/${name}.stdin"\n`
const stores = ["gh", "glab", "vault"]

const place = (folder: string, name: string, text: string) =>
  writeFileSync(join(folder, name), text, { mode: 0o755 })

/** Runs a snippet by a shell, in a folder and against a sandbox of its own. The answer to a question is yes. */
const run = async ({ text }: Snippet) => {
  const sandbox = await startSandbox()
  const create = (label: string, more: object = {}) =>
    sandbox.call("POST", "/pat", { label, scopes: ["job"], ...more })
  await create("CI", { expiry: inDays(10) })
  await create("nightly")
  await create("third")
  const own = await create("the one to sign in with", { scopes: ["pat"] })
  const home = temporaryFolder()
  const cwd = join(home, "cwd")
  const bin = join(home, "bin")
  for (const folder of [cwd, bin]) mkdirSync(folder)
  for (const name of stores) place(bin, name, stub(name))
  if (spawnSync("jq", ["--version"]).status !== 0)
    place(bin, "jq", `#!/bin/sh\ncat >/dev/null\necho law-hotel-shape-community\n`)
  place(cwd, "rotate-tokens.sh", "#!/bin/sh\nexec zpcli pat list\n")

  // What serves until it is interrupted gets its Ctrl-C.
  const serves = /^zpcli sandbox(?!.* -- )/.test(text)
  const env = cleanEnv({
    ...sandbox.env,
    HOME: home,
    ZPOOLPAT: own.token as string,
    PATH: `${bin}:${pathWithProgram()}`,
  })
  const child: ChildProcess = spawn("sh", ["-e", "-c", serves ? `exec ${text}` : text], {
    cwd,
    env,
    stdio: ["pipe", "pipe", "pipe"],
    timeout: 25_000,
  })
  let output = ""
  const onData = (chunk: Buffer) => {
    output += chunk
    if (serves && output.includes("zpcli pat list")) child.kill("SIGINT")
  }
  child.stdout?.on("data", onData)
  child.stderr?.on("data", onData)
  child.stdin?.on("error", () => {})
  child.stdin?.end("y\n")
  const code = await new Promise((closed) => child.on("close", closed))
  const stored = stores
    .map((name) => join(home, `${name}.stdin`))
    .filter(existsSync)
    .map((file) => readFileSync(file, "utf8"))
  return { code, output, stored }
}

const limited = async <A, B>(
  items: ReadonlyArray<A>,
  atOnce: number,
  f: (item: A) => Promise<B>,
): Promise<Array<B>> => {
  const results: Array<B> = []
  let next = 0
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) results[index] = await f(items[index] as A)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}

describe("the command lines of", () => {
  it.each(pages)("%s do as it says", { timeout: 120_000 }, async (page) => {
    const snippets = snippetsOf(page)
    expect(snippets.length > 0).toBe(!withoutCommands.includes(page))
    const ran = await limited(snippets, 4, run)
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
        ...(/(\||--) (gh|glab|vault) |gh secret/.test(text)
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
    expect(
      snippetsOf("docs/exit-codes.md").filter(({ text }) => text.includes("zpcli pat rotate")),
    ).toHaveLength(3)
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
      expect(page).toContain(`\`\`\`text\n${/^Usage: .*$/m.exec(helpOf(leaf))?.[0]}\n\`\`\`\n`)
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

describe("what pages say of errors", () => {
  it("names every exit code", () => {
    const listed = Array.from(read("docs/exit-codes.md").matchAll(/^\| (\d+) \| ([^|]+) \|/gm), ([, code]) =>
      Number(code),
    )
    // Help names one signal, and the page each.
    const codes = new Set([...Object.keys(exitCodeMeanings).map(Number), 129, 143])
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
