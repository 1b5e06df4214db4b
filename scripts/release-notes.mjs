// Prints what CHANGELOG.md says of a release: `node scripts/release-notes.mjs v1.2.3`. It fails unless the tag is that of
// package.json and the changelog has a dated section of it.
import { readFileSync } from "node:fs"

const [tag = "", changelog = "CHANGELOG.md"] = process.argv.slice(2)
const { version } = JSON.parse(readFileSync("package.json", "utf8"))
const fail = (reason) => {
  console.error(reason)
  process.exit(1)
}
if (tag !== `v${version}`) fail(`The tag is ${tag}, and package.json says ${version}.`)

const sections = readFileSync(changelog, "utf8").split(/^(?=## )/m)
const heading = new RegExp(`^## \\[${version.replaceAll(".", "\\.")}\\] - \\d{4}-\\d\\d-\\d\\d\n`)
const section = sections.find((text) => heading.test(text))
if (section === undefined) fail(`${changelog} has no section "## [${version}] - YYYY-MM-DD".`)
console.log(section.replace(heading, "").trim())
