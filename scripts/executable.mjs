// Builds build/zpcli, one file that runs without Node: a copy of the Node that runs this script, with the program in it.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import Module from "node:module"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { text } from "node:stream/consumers"
import { Script } from "node:vm"
import { build } from "esbuild"
import postject from "postject"
import { buildFacts, common, computeTree } from "./bundle.mjs"
import { inputsOf, noticesOf, packagesOf } from "./packages.mjs"

const { execPath, platform, version } = process
const out = "build"
const executable = join(out, platform === "win32" ? "zpcli.exe" : "zpcli")

/** Runs a program in an environment of its own. */
const run = async (command, args, env = {}) => {
  // Windows opens no socket without SystemRoot.
  const { PATH, SystemRoot, TEMP } = process.env
  const child = spawn(command, args, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH, SystemRoot, TEMP, ...env },
  })
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "close")])
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} exited with ${code}: ${stderr}`)
}

/** V8's code cache of the program, as a list of PATs leaves it: it has the functions that such a run compiles. */
const makeCodeCache = async (dist, folder) => {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "application/json")
    response.end(JSON.stringify({ message: "PATs retrieved", detail: { items: [] } }))
  })
  await once(server.listen(0, "127.0.0.1"), "listening")
  const ZPOOL_API_URL = `http://127.0.0.1:${server.address().port}`
  const home = { XDG_CACHE_HOME: folder, LOCALAPPDATA: folder }
  await run(execPath, [join(dist, "zpcli.cjs"), "pat", "list"], {
    ...home,
    ZPOOL_API_URL,
    ZPOOLPAT: "zpat_of_the_build",
  })
  server.close()
  const [file] = await readdir(join(folder, "zpcli"))
  // Behind the checksum of src/services/node/codeCache.ts.
  const cachedData = (await readFile(join(folder, "zpcli", file))).subarray(24)
  const source = await readFile(join(dist, "main.cjs"), "latin1")
  const { cachedDataRejected } = new Script(Module.wrap(source), { cachedData })
  if (cachedDataRejected) throw new Error("V8 does not take the code cache")
  return cachedData
}

/** What is put into the executable: an entry, and what it loads when it is needed. Nothing of this environment is in it. */
const makeBlob = async (folder) => {
  const path = (name) => join(folder, name)
  const dist = path("dist")
  await run(execPath, ["scripts/build.mjs", dist])
  const tree = await computeTree()
  const { metafile } = await build({
    ...common,
    entryPoints: ["src/executable.ts"],
    outfile: path("entry.cjs"),
    plugins: [buildFacts({ tree })],
  })
  await writeFile(path("main.cjs.cache"), await makeCodeCache(dist, folder))
  const assets = {
    "main.cjs": join(dist, "main.cjs"),
    "main.cjs.cache": path("main.cjs.cache"),
    "sandbox.cjs": join(dist, "sandbox.cjs"),
    ...Object.fromEntries(tree.topics.map(([name]) => [`docs/${name}.md`, `docs/${name}.md`])),
  }
  const config = {
    main: path("entry.cjs"),
    output: path("blob"),
    assets,
    disableExperimentalSEAWarning: true,
  }
  await writeFile(path("config.json"), JSON.stringify(config))
  await run(execPath, ["--experimental-sea-config", path("config.json")])
  const inputs = [...JSON.parse(await readFile(join(dist, "inputs.json"), "utf8")), ...inputsOf(metafile)]
  return { blob: await readFile(path("blob")), inputs }
}

/** Where distributions of Node keep its licence, relative to the program. */
const licencePlaces = ["../LICENSE", "LICENSE", "../share/doc/nodejs/LICENSE", "../share/doc/node/LICENSE"]

const nodeLicence = async () => {
  const place = licencePlaces.map((path) => resolve(dirname(execPath), path)).find(existsSync)
  if (place !== undefined) return await readFile(place, "utf8")
  console.warn(`The licence of Node.js was not found. Add it to ${out} before you pass the executable on.`)
  return `https://github.com/nodejs/node/blob/${version}/LICENSE\n`
}

await rm(out, { recursive: true, force: true })
await mkdir(out, { recursive: true })
const folder = await mkdtemp(join(tmpdir(), "zpcli-executable-"))
try {
  const { blob, inputs } = await makeBlob(folder)
  await copyFile(execPath, executable)
  await chmod(executable, 0o755)
  // A Node that is not signed has no signature to remove.
  if (platform === "darwin") await run("codesign", ["--remove-signature", executable]).catch(() => {})
  // It warns of sections without a name, which Node's own build leaves.
  const { warn } = console
  console.warn = () => {}
  await postject.inject(executable, "NODE_SEA_BLOB", blob, {
    sentinelFuse: "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2",
    ...(platform === "darwin" ? { machoSegmentName: "NODE_SEA" } : {}),
  })
  console.warn = warn
  if (platform === "darwin") await run("codesign", ["--sign", "-", executable])

  const rule = "-".repeat(80)
  await writeFile(
    join(out, "THIRD-PARTY-NOTICES.txt"),
    `${noticesOf(packagesOf(inputs))}\n${rule}\nNode.js ${version}\n  https://nodejs.org\n\n${await nodeLicence()}`,
  )
  console.log(`${executable} ${Math.round((await stat(executable)).size / 2 ** 20)} MiB, Node.js ${version}`)
} finally {
  await rm(folder, { recursive: true })
}
