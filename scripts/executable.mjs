// Builds build/zpcli, one file that runs without Node: a copy of the Node that runs this script, with the program in it.
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { build } from "esbuild"
import postject from "postject"
import { common } from "./bundle.mjs"
import { inputsOf, noticesOf, packagesOf } from "./packages.mjs"

const { execPath, platform, version } = process
const out = "build"
const executable = join(out, platform === "win32" ? "zpcli.exe" : "zpcli")

/** Modules of Node that a snapshot may contain. Others open handles, or are not verified for it: they are loaded when they are used. */
const early = new Set(["node:fs", "node:path", "node:stream", "node:url", "node:util", "node:v8"])

const lateModules = {
  name: "late-modules",
  setup: ({ onLoad, onResolve }) => {
    // undici, of which nothing is left in the bundle, asks for SQLite where there is one.
    onResolve({ filter: /^node:/ }, ({ path }) =>
      early.has(path) || path === "node:sqlite" ? undefined : { path, namespace: "late", sideEffects: false },
    )
    onLoad({ filter: /./, namespace: "late" }, ({ path }) => ({
      contents: `let loaded
        const load = () => (loaded ??= process.getBuiltinModule(${JSON.stringify(path)}))
        for (const name of ${JSON.stringify(Object.keys(process.getBuiltinModule(path) ?? {}))})
          Object.defineProperty(exports, name, { enumerable: true, get: () => load()[name] })`,
    }))
  },
}

/** Effect asks once whether `Error` is frozen (--frozen-intrinsics), and in a snapshot that was the build's. */
const frozenError = {
  name: "frozen-error",
  setup: ({ onLoad }) =>
    onLoad({ filter: /effect.dist.esm.internal.stackTraceLimit\.js$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8")
      const contents = text.replace("if (canWriteStackTraceLimit)", "if (isStackTraceLimitWritable())")
      if (contents === text) throw new Error(`${path} is not as expected`)
      return { contents, loader: "js" }
    }),
}

const run = (command, args) => {
  const { error, status, stderr } = spawnSync(command, args, {
    encoding: "utf8",
    env: { PATH: process.env.PATH },
  })
  if (error) throw error
  return status === 0 ? undefined : stderr
}

/** Makes what is put into the executable. Nothing of this environment is in it. */
const prepare = async (folder, main, options) => {
  const config = join(folder, "config.json")
  const output = join(folder, "main.blob")
  await writeFile(config, JSON.stringify({ main, output, disableExperimentalSEAWarning: true, ...options }))
  const failure = run(execPath, ["--experimental-sea-config", config])
  return failure === undefined ? await readFile(output) : failure
}

/**
 * Lets a snapshot start wherever Node starts. Node refuses one of a program
 * where the processor has other features or NODE_OPTIONS has options of V8,
 * and takes its own, which has the same content, everywhere: the byte between
 * the magic number and Node's version tells them apart.
 */
const startAnywhere = (blob) => {
  const length = Buffer.alloc(8)
  length.writeUInt32LE(version.length - 1)
  const magic = Buffer.from("19da4301", "hex")
  const header = Buffer.concat([magic, Buffer.from([1]), length, Buffer.from(version.slice(1))])
  const at = blob.indexOf(header)
  if (at === -1)
    console.warn("The executable will start only on processors like this one, and without NODE_OPTIONS.")
  else blob[at + magic.length] = 0
  return blob
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
  const main = join(folder, "main.cjs")
  const { metafile } = await build({
    ...common,
    entryPoints: ["src/executable.ts"],
    outfile: main,
    plugins: [lateModules, frozenError],
  })

  let blob = await prepare(folder, main, { useSnapshot: true })
  if (Buffer.isBuffer(blob)) startAnywhere(blob)
  else {
    console.warn(`Node.js ${version} can't make a snapshot, so the executable starts more slowly:\n${blob}`)
    blob = await prepare(folder, main, { useCodeCache: true })
    if (!Buffer.isBuffer(blob)) throw new Error(blob)
  }

  await copyFile(execPath, executable)
  await chmod(executable, 0o755)
  if (platform === "darwin") run("codesign", ["--remove-signature", executable])
  // It warns of sections without a name, which Node's own build leaves.
  const { warn } = console
  console.warn = () => {}
  await postject.inject(executable, "NODE_SEA_BLOB", blob, {
    sentinelFuse: "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2",
    ...(platform === "darwin" ? { machoSegmentName: "NODE_SEA" } : {}),
  })
  console.warn = warn
  if (platform === "darwin") run("codesign", ["--sign", "-", executable])

  const rule = "-".repeat(80)
  await writeFile(
    join(out, "THIRD-PARTY-NOTICES.txt"),
    `${noticesOf(packagesOf(inputsOf(metafile)))}\n${rule}\nNode.js ${version}\n  https://nodejs.org\n\n${await nodeLicence()}`,
  )
  console.log(`${executable} ${Math.round((await stat(executable)).size / 2 ** 20)} MiB, Node.js ${version}`)
} finally {
  await rm(folder, { recursive: true })
}
