import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { describe, expect, it } from "@effect/vitest"

const root = resolve("src")
const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
  .map((name) => {
    const text = readFileSync(join(root, name), "utf8")
    const specifiers = Array.from(
      text.matchAll(/(?:^|[^.\w])(?:from|import)\s*\(?\s*["']([^"']+)["']/g),
      ([, specifier]) => specifier as string,
    )
    const imports = specifiers.map((specifier) =>
      specifier.startsWith(".") ? relative(root, resolve(root, dirname(name), specifier)) : specifier,
    )
    return {
      name: name.replaceAll("\\", "/"),
      text,
      imports: imports.map((path) => path.replaceAll("\\", "/")),
    }
  })

/** Every import of the files in a layer, as `file → import`. */
const importsOf = (layer: RegExp) =>
  files
    .filter(({ name }) => layer.test(name))
    .flatMap(({ imports, name }) => imports.map((path) => ({ path, edge: `${name} → ${path}` })))

const edges = (layer: RegExp, forbidden: RegExp) =>
  importsOf(layer)
    .filter(({ path }) => forbidden.test(path))
    .map(({ edge }) => edge)

/** The files whose code (comments left out) holds a pattern. */
const using = (pattern: RegExp) =>
  files
    .filter(({ text }) => pattern.test(text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "")))
    .map(({ name }) => name)
    .sort()

describe("the layers", () => {
  it("are all found by this test", () => {
    expect(importsOf(/^domain\//).length).toBeGreaterThan(10)
    expect(importsOf(/^services\//).length).toBeGreaterThan(50)
    expect(importsOf(/^cli\//).some(({ path }) => path.startsWith("@effect/cli"))).toBe(true)
    expect(importsOf(/^cli\//).some(({ path }) => path.startsWith("services/"))).toBe(true)
    expect(importsOf(/^cli\//).some(({ path }) => path.startsWith("domain/"))).toBe(true)
  })

  it("import only downwards: cli, services, domain", () => {
    expect(edges(/^services\//, /^(cli|bin|main|start|executable)\b/)).toEqual([])
    expect(edges(/^domain\//, /^(cli|services|bin|main|start|executable)\b/)).toEqual([])
    expect(edges(/^cli\//, /^(bin|main|start|executable)\.ts/)).toEqual([])
  })

  it("import only downwards within the services: pats, auth, network, settings", () => {
    const rooms = ["pats", "auth", "network", "settings"]
    const upwards = rooms.flatMap((room, floor) =>
      edges(
        new RegExp(`^services/(${rooms.slice(floor + 1).join("|") || "$"})/`),
        new RegExp(`^services/${room}/`),
      ),
    )
    expect(upwards).toEqual([])
    expect(edges(/^services\/[^/]+\.ts/, /^services\/(pats|auth|network|settings)\//)).toEqual([])
    expect(edges(/^services\/pats\//, /^services\/auth\//)).not.toEqual([])
    const flat = files.filter(({ name }) => /^services\/[^/]+\.ts$/.test(name))
    expect(flat.length).toBeLessThanOrEqual(12)
  })

  it("use services/node only in the entry files and in cli/live", () => {
    const users = importsOf(/^(?!services\/node\/)/)
      .filter(({ path }) => path.startsWith("services/node/"))
      .map(({ edge }) => edge.split(" ")[0])
    expect(new Set(users)).toEqual(new Set(["bin.ts", "start.ts", "executable.ts", "main.ts", "cli/live.ts"]))
  })

  it("have no import cycles", () => {
    const graph = new Map(files.map(({ imports, name }) => [name, imports]))
    const done = new Set<string>()
    const circleFrom = (name: string, path: ReadonlyArray<string>): ReadonlyArray<string> => {
      if (path.includes(name)) return [...path.slice(path.indexOf(name)), name]
      if (done.has(name)) return []
      for (const next of graph.get(name) ?? []) {
        const circle = circleFrom(next, [...path, name])
        if (circle.length > 0) return circle
      }
      done.add(name)
      return []
    }
    expect(
      files.map(({ name }) => circleFrom(name, []).join(" → ")).filter((circle) => circle !== ""),
    ).toEqual([])
  })

  it("import Node's modules only in services/node and in the sandbox's server", () => {
    const users = importsOf(/./).filter(({ path }) => path.startsWith("node:"))
    const allowed = /^(services\/node\/|services\/sandbox\/serve\.ts )/
    expect(users.map(({ edge }) => edge).filter((edge) => !allowed.test(edge))).toEqual([])
    expect(users.some(({ edge }) => edge === "services/sandbox/serve.ts → node:http")).toBe(true)
  })

  it("write files only in services/node/files and wholeFile", () => {
    const writing = using(
      /\b(?:writeFile|writeFileString|writeFileSync|makeDirectory|mkdir|mkdirSync|rename|renameSync|link|linkSync|symlink|symlinkSync|copy|copyFile|copyFileSync|truncate|chmodSync|chownSync|O_CREAT)\b *\(|O_CREAT/,
    )
    expect(writing).toEqual(["services/node/files.ts", "services/node/wholeFile.ts"])
  })

  it("have no file of more than 250 lines", () => {
    const long = files.filter(({ text }) => text.split("\n").length - 1 > 250).map(({ name }) => name)
    expect(long).toEqual([])
  })

  it("import @effect/cli only in src/cli", () => {
    expect(edges(/^(?!cli\/)/, /^@effect\/cli/)).toEqual([])
  })

  it("keep zpcli's modules and words out of cli/strict, so that another program could use it", () => {
    expect(edges(/^cli\/strict\//, /^(?!cli\/strict\/|@effect\/cli|effect\/|fastest-levenshtein$)/)).toEqual(
      [],
    )
    expect(
      using(/zpcli|zpool|\bPAT\b|--scope\b|--json\b/i).filter((name) => name.startsWith("cli/strict/")),
    ).toEqual([])
  })

  it("keep the domain pure", () => {
    expect(edges(/^domain\//, /^(node:|@effect\/platform)/)).toEqual([])
    expect(
      using(/\bprocess\.|Date\.now|new Date\(\)|Math\.random|\bfetch\(/).filter((name) =>
        name.startsWith("domain/"),
      ),
    ).toEqual([])
  })

  it("read the clock and the environment, and send requests, only through services", () => {
    expect(using(/Date\.now|new Date\(\)|\bfetch\(/)).toEqual([])
    expect(using(/Math\.random/)).toEqual([])
    // `start` is the entry, which runs before any layer.
    expect(using(/\bprocess\.(?!ts)/).filter((name) => !/^(services\/node\/|start\.ts)/.test(name))).toEqual(
      [],
    )
  })
})

describe("the source", () => {
  it("writes to the terminal without cli/output/print.ts only in the files listed here", () => {
    // What is escaped where it is made, and made of literals of ours.
    expect(using(/\bprintSafe\(/)).toEqual([
      "cli/output/print.ts",
      "cli/pat/completeKeyIds.ts",
      "cli/pat/list.ts",
      "cli/run.ts",
    ])
    expect(using(/\.display\(/)).toEqual([
      "cli/output/choose.ts",
      "cli/output/progress.ts",
      "cli/output/prompt.ts",
    ])
    expect(using(/\bconsole\.(?!ts)/).filter((name) => name !== "services/node/console.ts")).toEqual([])
    expect(using(/Console\.(log|error|info|warn|debug)\b/)).toEqual(["cli/output/print.ts"])
    expect(using(/process\.stderr\)?\.write/)).toEqual([
      "services/node/console.ts",
      "services/node/terminal.ts",
    ])
  })

  it("unwraps secrets only in the settings, requests, the cache, the masking and the delivery of a token", () => {
    const unwrapping = using(/Redacted\.value/).filter((name) => !name.startsWith("services/sandbox/"))
    expect(unwrapping).toEqual([
      "cli/pat/delivery.ts",
      "services/auth/Session.ts",
      "services/auth/TokenCache.ts",
      "services/network/request.ts",
      "services/node/commandRunner.ts",
      "services/pats/deliverTo.ts",
      "services/settings/Account.ts",
      "services/settings/Secrets.ts",
      "services/settings/Settings.ts",
      "services/settings/rcfileWrite.ts",
    ])
  })
})

describe("a list of files", () => {
  const strict = "src/cli/strict"

  it("in the README of cli/strict names every file there", () => {
    const text = readFileSync(`${strict}/README.md`, "utf8")
    const named = [...text.matchAll(/"\.\/strict\/([\w/]+\.ts)"|`([\w/]+\.ts)`/g)].map(
      ([, imported, listed]) => imported ?? listed,
    )
    const there = readdirSync(strict, { encoding: "utf8", recursive: true }).filter((name) =>
      /^(completions\/index|\w+)\.ts$/.test(name),
    )
    expect([...new Set(named)].sort()).toEqual(there.sort())
  })

  it("in the README of test/support names only files and folders that exist", () => {
    const text = readFileSync("test/support/README.md", "utf8")
    const named = [...text.matchAll(/`([\w./]+(?:\.ts|\/))`/g)].map(([, path]) => path)
    expect(named.length).toBeGreaterThan(20)
    expect(named.filter((path) => !existsSync(`test/support/${path}`))).toEqual([])
  })

  it("in the Stryker settings names only files that exist", async () => {
    for (const config of ["stryker.config.mjs", "stryker.domain.config.mjs"]) {
      const { default: options } = (await import(`../${config}`)) as {
        readonly default: { readonly mutate: ReadonlyArray<string> }
      }
      for (const pattern of options.mutate.filter((each) => !/[*!]/.test(each))) {
        const [, before = pattern, names = "", after = ""] = /^(.*)\{(.*)\}(.*)$/.exec(pattern) ?? []
        for (const name of names.split(",")) expect(existsSync(before + name + after), pattern).toBe(true)
      }
    }
  })
})
