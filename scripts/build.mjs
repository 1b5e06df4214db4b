// Builds dist/ (or the folder that is named): `zpcli.cjs` answers --help and --version by itself and loads `main.cjs`, the program;
// what is rarely used is a file of its own, loaded when it is.
import { createHash } from "node:crypto"
import { chmod, readFile, rm, stat, writeFile } from "node:fs/promises"
import { build } from "esbuild"
import { buildFacts, common, computeTree, splitLazy } from "./bundle.mjs"
import { inputsOf, noticesOf, packagesOf } from "./packages.mjs"

const out = process.argv[2] ?? "dist"
await rm(out, { recursive: true, force: true })
const [main, sandbox] = await Promise.all([
  build({
    ...common,
    entryPoints: ["src/main.ts"],
    outfile: `${out}/main.cjs`,
    plugins: [splitLazy],
  }),
  build({ ...common, entryPoints: ["src/services/sandbox/index.ts"], outfile: `${out}/sandbox.cjs` }),
])

// What main.cjs is made of, for the test that keeps it small; it is not part of the package.
await writeFile(`${out}/main.meta.json`, JSON.stringify(inputsOf(main.metafile)))

const facts = {
  tree: await computeTree(),
  digest: createHash("sha256")
    .update(await readFile(`${out}/main.cjs`))
    .digest("hex")
    .slice(0, 16),
}

const { engines } = JSON.parse(await readFile("package.json", "utf8"))
const [, major, minor] = /^>=(\d+)\.(\d+)$/.exec(engines.node)
/** Refuses a Node that is too old before anything else of the entry runs. The entry's syntax is what Node 8 reads. */
const refuseOldNode = `(function (parts) {
  if (parts[0] > ${major} || (parts[0] == ${major} && parts[1] >= ${minor})) return
  process.stderr.write("zpcli: Node.js ${major}.${minor} or newer is needed, and this is " + process.version + ".\\n")
  process.exit(2)
})(process.versions.node.split("."))`

const entry = await build({
  ...common,
  target: "node8",
  entryPoints: ["src/bin.ts"],
  outfile: `${out}/zpcli.cjs`,
  plugins: [buildFacts(facts)],
  banner: { js: `#!/usr/bin/env node\n${refuseOldNode}` },
})
await chmod(`${out}/zpcli.cjs`, 0o755)

// What all three are made of, for the bill of materials, and the notices that its licences ask for.
const inputs = [...new Set([entry, main, sandbox].flatMap(({ metafile }) => inputsOf(metafile)))].sort()
await writeFile(`${out}/inputs.json`, JSON.stringify(inputs))
await writeFile(`${out}/THIRD-PARTY-NOTICES.txt`, noticesOf(packagesOf(inputs)))

for (const name of ["zpcli", "main", "sandbox"]) {
  const { size } = await stat(`${out}/${name}.cjs`)
  // Not on stdout: that of `npm pack` is the name of the package.
  console.error(`dist/${name}.cjs ${Math.round(size / 1024)} KiB`)
}
