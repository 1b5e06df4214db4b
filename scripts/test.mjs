// Everything that checks the program. Types and lint are checked while the tests run, which do not depend on them.
// Arguments go to vitest.
import { spawn, spawnSync } from "node:child_process"

const node = (script, args, stdio) => spawn(process.execPath, [`node_modules/${script}`, ...args], { stdio })
const exit = (child) => new Promise((ended) => child.on("close", (code) => ended(code ?? 1)))

/** Its output follows at the end, so as not to be mixed with that of the tests. */
const checked = async (script, ...args) => {
  const child = node(script, args, ["ignore", "pipe", "pipe"])
  const chunks = []
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => chunks.push(chunk))
  const code = await exit(child)
  return { code, output: Buffer.concat(chunks) }
}

const built = spawnSync(process.execPath, ["scripts/build.mjs"], { stdio: ["ignore", "pipe", "inherit"] })
if (built.status !== 0) process.exit(1)
// `npm pack` runs the build too, and README takes what is on its stdout for a file's name.
if (built.stdout.length > 0) throw new Error(`the build prints on stdout: ${built.stdout}`)
const reporters = ["--reporter=default", "--reporter=./scripts/skipped.mjs"]
const tests = exit(node("vitest/vitest.mjs", ["run", ...reporters, ...process.argv.slice(2)], "inherit"))
const checks = await Promise.all([
  checked("typescript/bin/tsc", "--noEmit"),
  checked("@biomejs/biome/bin/biome", "ci", "--error-on-warnings", "."),
])
const code = await tests
for (const check of checks) if (check.code !== 0) process.stderr.write(check.output)
process.exitCode = [code, ...checks.map((check) => check.code)].find((each) => each !== 0) ?? 0
