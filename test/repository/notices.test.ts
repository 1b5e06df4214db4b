import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, it } from "vitest"
import { programFile } from "../support/program/program.ts"

const dist = dirname(programFile)
const readJson = (file: string) => JSON.parse(readFileSync(file, "utf8"))

/** The folders of the packages that something in the built program comes from. */
const folders = [
  ...new Set(
    (readJson(join(dist, "inputs.json")) as ReadonlyArray<string>)
      .filter((input) => input.includes("node_modules/"))
      .map((input) => (/^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(input) as RegExpExecArray)[0]),
  ),
]
const packages = folders.map((folder) => ({ folder, manifest: readJson(join(folder, "package.json")) }))
const idsOf = (list: ReadonlyArray<{ readonly name: string; readonly version: string }>) =>
  list.map(({ name, version }) => `${name}@${version}`).sort()
const contained = idsOf(packages.map(({ manifest }) => manifest))

describe("the list of bundled files", () => {
  it("covers all three files of the program", () => {
    const inputs = readJson(join(dist, "inputs.json"))
    expect(inputs).toEqual(
      expect.arrayContaining(["src/bin.ts", "src/main.ts", "src/services/sandbox/index.ts"]),
    )
    expect(inputs).toEqual(expect.arrayContaining(readJson(join(dist, "main.meta.json"))))
    expect(contained.length).toBeGreaterThan(7)
  })
})

describe("the notices", () => {
  it.each(packages.map(({ folder, manifest }) => [manifest.name, folder, manifest] as const))(
    "have the name, version and licence of %s",
    (_, folder, manifest) => {
      const notices = readFileSync(join(dist, "THIRD-PARTY-NOTICES.txt"), "utf8")
      const [licence = ""] = readdirSync(folder).filter((name) => /^licen[cs]e/i.test(name))
      expect(notices).toContain(`\n${manifest.name} ${manifest.version} (${manifest.license})\n`)
      expect(notices).toContain(readFileSync(join(folder, licence), "utf8").replaceAll("\r\n", "\n").trim())
    },
  )
})

describe.skipIf(process.env.ZPCLI_DIST !== undefined)("the bill of materials", () => {
  it("lists every package of the program, and Node for the executable, with version, licence and checksum", () => {
    const { status, stderr, stdout } = spawnSync(process.execPath, ["scripts/sbom.mjs", "--node"], {
      encoding: "utf8",
    })
    expect(status, stderr).toBe(0)
    const { bomFormat, components, dependencies, metadata, specVersion } = JSON.parse(stdout)
    expect({ bomFormat, specVersion }).toEqual({ bomFormat: "CycloneDX", specVersion: "1.6" })
    expect(metadata.component.version).toBe(readJson("package.json").version)

    const [node, ...libraries] = components
    expect(node).toMatchObject({ name: "node", version: process.versions.node })
    expect(idsOf(libraries)).toEqual(contained)
    for (const library of libraries) {
      expect(library).toMatchObject({
        purl: `pkg:npm/${library.name.replace("@", "%40")}@${library.version}`,
        licenses: [{ license: { id: expect.stringMatching(/^[\w.-]+$/) } }],
        hashes: [{ alg: "SHA-512", content: expect.stringMatching(/^[0-9a-f]{128}$/) }],
      })
    }

    const refs = [metadata.component, ...components].map((component) => component["bom-ref"])
    expect(new Set(refs).size).toBe(refs.length)
    expect(dependencies[0].dependsOn.slice().sort()).toEqual(refs.slice(1).sort())
    for (const { dependsOn, ref } of dependencies)
      expect(refs).toEqual(expect.arrayContaining([ref, ...dependsOn]))
  })
})
