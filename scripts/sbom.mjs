// Prints a bill of materials of the built program: CycloneDX 1.6 as JSON, from the list of inputs in dist/inputs.json.
// With --node it is that of the executable, which contains the Node that runs this script. The same build gives the same text.
import { readFileSync } from "node:fs"
import { packagesOf } from "./packages.mjs"

const readJson = (file) => JSON.parse(readFileSync(file, "utf8"))
const manifest = readJson("package.json")
const locked = readJson("package-lock.json").packages
const packages = packagesOf(readJson("dist/inputs.json"))

const purl = (name, version) => `pkg:npm/${name.replace("@", "%40")}@${version}`

/** `sha512-` and base64 in the lock file, hexadecimal here. */
const hashesOf = (integrity) =>
  (integrity ?? "")
    .split(" ")
    .filter((hash) => hash.startsWith("sha512-"))
    .map((hash) => ({ alg: "SHA-512", content: Buffer.from(hash.slice(7), "base64").toString("hex") }))

const component = (type, { description, license, name, version }) => ({
  type,
  "bom-ref": purl(name, version),
  name,
  version,
  ...(description === undefined ? {} : { description }),
  licenses: [{ license: { id: license } }],
  purl: purl(name, version),
})

const library = (each) => ({
  ...component("library", each),
  hashes: hashesOf(locked[each.folder]?.integrity),
  ...(each.address === undefined ? {} : { externalReferences: [{ type: "website", url: each.address }] }),
})

const node = {
  type: "platform",
  "bom-ref": `pkg:generic/node@${process.versions.node}`,
  name: "node",
  version: process.versions.node,
  purl: `pkg:generic/node@${process.versions.node}`,
}
const platforms = process.argv.includes("--node") ? [node] : []

const program = component("application", manifest)
const refOf = new Map(packages.map(({ name, version }) => [name, purl(name, version)]))
const refs = (names) => names.flatMap((name) => refOf.get(name) ?? [])

console.log(
  JSON.stringify(
    {
      $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      version: 1,
      metadata: { component: program },
      components: [...platforms, ...packages.map(library)],
      dependencies: [
        {
          ref: program["bom-ref"],
          dependsOn: [...platforms.map((each) => each["bom-ref"]), ...refs(packages.map(({ name }) => name))],
        },
        ...packages.map(({ name, needs, version }) => ({ ref: purl(name, version), dependsOn: refs(needs) })),
      ],
    },
    null,
    2,
  ),
)
