// The packages that a bundle contains, read from the list of its inputs: `npm ls` and `npm sbom` see none of them.
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** The inputs of an esbuild metafile of which something is in the output. */
export const inputsOf = ({ outputs }) =>
  Object.values(outputs).flatMap(({ inputs }) =>
    Object.keys(inputs).filter((name) => inputs[name].bytesInOutput > 0),
  )

const folderOf = (input) => /^(.*\bnode_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1]

/** The licence and notice files of a package, one after the other. One without any may not be passed on. */
const licenceText = (folder) => {
  const names = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice)([.-]|$)/i.test(name))
  if (names.length === 0) throw new Error(`${folder} has no licence file`)
  return names
    .map((name) => readFileSync(join(folder, name), "utf8").replaceAll("\r\n", "\n").trim())
    .join("\n\n")
}

const addressOf = ({ homepage, repository }) => {
  const url = typeof repository === "string" ? repository : repository?.url
  return homepage ?? url?.replace(/^git\+/, "").replace(/\.git$/, "")
}

/** The packages that inputs come from, by name: what their manifests say, and their licence's text. */
export const packagesOf = (inputs) =>
  [...new Set(inputs.map(folderOf).filter((folder) => folder !== undefined))]
    .map((folder) => {
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
      const { dependencies = {}, description, license, name, peerDependencies = {}, version } = manifest
      return {
        folder,
        name,
        version,
        description,
        license,
        address: addressOf(manifest),
        needs: Object.keys({ ...dependencies, ...peerDependencies }),
        text: licenceText(folder),
      }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))

const rule = "-".repeat(80)

/** The notices of packages as one text; those that share a licence's text have it once. */
export const noticesOf = (packages) => {
  const byText = new Map()
  for (const each of packages) byText.set(each.text, [...(byText.get(each.text) ?? []), each])
  const parts = [...byText].map(([text, sharing]) => {
    const names = sharing.map(({ address, license, name, version }) =>
      [`${name} ${version} (${license})`, ...(address === undefined ? [] : [`  ${address}`])].join("\n"),
    )
    return `${rule}\n${names.join("\n")}\n\n${text}\n`
  })
  return `This program contains the software below, under the licences that follow each name.\n\n${parts.join("\n")}`
}
