import { spawnSync } from "node:child_process"
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from "node:fs"
import { dirname, join, posix } from "node:path"
import { describe, expect, it } from "vitest"
import { cleanEnv, notPackage, programFile } from "../support/program/program.ts"
import { temporaryFolder } from "../support/sandbox.ts"

const topics = ["exit-codes", "environment", "ci", "json"]

const run = (command: string, args: ReadonlyArray<string>, cwd: string) => {
  const env = cleanEnv({
    HOME: cwd,
    npm_config_cache: join(cwd, "cache"),
    npm_config_update_notifier: "false",
  })
  const { status, stderr, stdout } = spawnSync(command, args, { cwd, env, encoding: "utf8" })
  return { status, stdout, stderr }
}

describe.skipIf(notPackage)(`the package`, () => {
  it("is small, installs offline without dependencies, and runs", () => {
    // What `npm pack` sees of the project, with the build under test for its `dist`.
    const folder = temporaryFolder()
    const project = join(folder, "project")
    mkdirSync(project)
    for (const name of ["package.json", "README.md", "LICENSE"])
      if (existsSync(name)) cpSync(name, join(project, name))
    cpSync(dirname(programFile), join(project, "dist"), { recursive: true })
    cpSync("docs", join(project, "docs"), { recursive: true })

    const packed = run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder, "--json"], project)
    expect(packed.status, packed.stderr).toBe(0)
    const [{ filename, files }] = JSON.parse(packed.stdout)
    expect(statSync(join(folder, filename)).size).toBeLessThan(500_000)
    const paths = files.map(({ path }: { readonly path: string }) => path)
    expect(paths).toEqual(
      expect.arrayContaining([
        "package.json",
        "dist/zpcli.cjs",
        "dist/main.cjs",
        "dist/THIRD-PARTY-NOTICES.txt",
        ...topics.map((topic) => `docs/${topic}.md`),
      ]),
    )
    for (const path of paths)
      expect(path).toMatch(
        /^(dist\/[\w.-]+|docs\/[\w-]+\.md|docs\/pictures\/[\w-]+\.svg|package\.json|README\.md|LICENSE)$/,
      )

    for (const path of paths.filter((path: string) => path.endsWith(".md"))) {
      const links = [...readFileSync(join(project, path), "utf8").matchAll(/\]\(([^)#\s:]+)(?:#[^)]*)?\)/g)]
      for (const [, link = ""] of links) expect(paths, path).toContain(posix.join(posix.dirname(path), link))
      if (path === "README.md") expect(links.length).toBeGreaterThan(0)
    }

    const prefix = join(folder, "prefix")
    const installed = run(
      "npm",
      [
        "install",
        "-g",
        "--prefix",
        prefix,
        "--offline",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        join(folder, filename),
      ],
      folder,
    )
    expect(installed.status, installed.stderr).toBe(0)
    const modules = join(prefix, "lib", "node_modules")
    expect(readdirSync(modules)).toEqual(["zpcli"])
    expect(readdirSync(join(modules, "zpcli"))).not.toContain("node_modules")
    const manifest = JSON.parse(readFileSync(join(modules, "zpcli", "package.json"), "utf8"))
    expect(manifest).not.toHaveProperty("dependencies")

    const zpcli = join(prefix, "bin", "zpcli")
    expect(run(zpcli, ["--version"], folder)).toEqual({
      status: 0,
      stdout: `${manifest.version}\n`,
      stderr: "",
    })
    for (const topic of topics) {
      const page = readFileSync(join("docs", `${topic}.md`), "utf8")
      expect(run(zpcli, ["help", topic], folder)).toEqual({ status: 0, stdout: page, stderr: "" })
    }
    const page = join(realpathSync(modules), "zpcli", "docs", "ci.md")
    rmSync(page)
    expect(run(zpcli, ["help", "ci"], folder)).toEqual({
      status: 2,
      stdout: "",
      stderr: `zpcli: ${page} can't be read (ENOENT).\nIt is part of zpcli: install zpcli again.\n`,
    })
    // The parts that are loaded when they are used are there too.
    expect(run(zpcli, ["sandbox", "--", zpcli, "pat", "list"], folder)).toEqual({
      status: 0,
      stdout: "No PATs found.\n",
      stderr: "",
    })
  })
})
