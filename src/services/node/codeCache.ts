/**
 * Loads the program with V8's code cache, which saves parsing and compiling about
 * 400 KiB at every start. Without a usable cache, the program still loads.
 *
 * Node 22.8 and newer have `module.enableCompileCache`, which takes half as long
 * again for `pat list`: see bench/README.md.
 */
import type * as Crypto from "node:crypto"
import * as fs from "node:fs"
import * as nodeModule from "node:module"
import { dirname, isAbsolute, join } from "node:path"
import { Script } from "node:vm"
import { isOthersPlace, makeFolders, putWhole } from "./wholeFile.ts"

/** How many caches are kept. Each is for one command, build and version of Node. */
const maxCaches = 16

/**
 * The folder for caches: `zpcli` in the user's cache folder. Undefined if
 * there is none, or if `NODE_DISABLE_COMPILE_CACHE` (Node's own variable) is set.
 */
export const cacheFolder = (env: NodeJS.ProcessEnv, platform: string): string | undefined => {
  if (env.NODE_DISABLE_COMPILE_CACHE) return undefined
  // Relative paths are ignored, so that nothing is written to the working folder.
  const absolute = (path: string | undefined) => (path && isAbsolute(path) ? path : undefined)
  const home = absolute(env.HOME)
  const base =
    platform === "win32"
      ? absolute(env.LOCALAPPDATA)
      : (absolute(env.XDG_CACHE_HOME) ??
        (home && join(home, platform === "darwin" ? "Library/Caches" : ".cache")))
  return base && join(base, "zpcli")
}

/** How long a checksum is, in bytes: a multiple of 8, since V8 copies a cache that isn't aligned. */
const checksumLength = 24

/** Detects a damaged cache, on which V8 would crash. */
const checksum = (data: Buffer): Buffer => {
  // Loaded here, since --version and --help don't need it.
  const { createHash } = require("node:crypto") as typeof Crypto
  return Buffer.concat([createHash("sha1").update(data).digest()], checksumLength)
}

/** Whether nobody else could have put code there: we own it, and others can't write to it. */
const isOurs = (path: string): boolean => {
  const { mode, uid } = fs.lstatSync(path)
  const me = process.getuid?.()
  // Windows has neither owners nor modes.
  return me === undefined || (uid === me && (mode & 0o022) === 0)
}

const read = (folder: string, file: string): Buffer | undefined => {
  try {
    // Reading a pipe would block the start until somebody writes to it.
    if (!isOurs(folder) || !isOurs(file) || !fs.lstatSync(file).isFile()) return undefined
    const content = fs.readFileSync(file)
    const data = content.subarray(checksumLength)
    return content.subarray(0, checksumLength).equals(checksum(data)) ? data : undefined
  } catch {
    return undefined
  }
}

const write = (folder: string, file: string, data: Buffer): void => {
  try {
    if (isOthersPlace(dirname(folder), process.getuid?.())) return
    makeFolders(folder)
    if (!isOurs(folder)) return
    // Sooner or later, this also removes what interrupted writes left behind.
    for (const name of filesIn(folder).slice(maxCaches - 1)) fs.rmSync(join(folder, name), { force: true })
    putWhole(file, Buffer.concat([checksum(data), data]))
  } catch {
    // A read-only home, a full disk: the next run is as fast as this one was.
  }
}

/** The names of the files in a folder, newest first. */
const filesIn = (folder: string): ReadonlyArray<string> =>
  fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => ({ name, time: fs.statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.time - a.time)
    .map(({ name }) => name)

/** The newest cache of a build for any command, if it can be read. */
const readAny = (folder: string, build: string): Buffer | undefined => {
  try {
    const name = filesIn(folder).find((name) => name.startsWith(build))
    return name === undefined ? undefined : read(folder, join(folder, name))
  } catch {
    return undefined
  }
}

/**
 * Evaluates a CommonJS module, with V8's code cache if there is one.
 *
 * @param source - must be ASCII
 */
export const evaluate = (
  source: string,
  path: string,
  cachedData: Buffer | undefined,
  require: NodeJS.Require,
) => {
  const script = new Script(nodeModule.wrap(source), {
    filename: path,
    ...(cachedData ? { cachedData } : {}),
  })
  const module = { exports: {} as unknown }
  // While it loads, Effect formats a stack trace to choose between two equivalent wrappers, which takes 2 ms.
  // Reflect.set, since an assignment would throw under --frozen-intrinsics.
  const { stackTraceLimit } = Error
  Reflect.set(Error, "stackTraceLimit", 0)
  script.runInThisContext()(module.exports, require, module, path, dirname(path))
  Reflect.set(Error, "stackTraceLimit", stackTraceLimit)
  return { script, exports: module.exports }
}

/**
 * Loads a program with the cache of its command or, if there is none, of another command.
 *
 * @param file - a CommonJS module in the folder of the one that is running
 * @param digest - a digest of its content, computed by the build: V8 compares only the length
 * @param command - the command that will run, which names its cache; undefined if none will, such as after a typo
 * @returns what the program's module exports
 */
export const loadCached = (
  file: string,
  digest: string,
  command: string | undefined,
  require: NodeJS.Require,
): unknown => {
  const path = join(__dirname, file)
  const folder = cacheFolder(process.env, process.platform)
  if (folder === undefined) return require(path)
  const build = `${digest}-${process.version}-${process.arch}-`
  const own = command === undefined ? undefined : join(folder, build + command)
  const ownData = own === undefined ? undefined : read(folder, own)
  const cachedData = ownData ?? readAny(folder, build)
  const { exports, script } = evaluate(fs.readFileSync(path, "latin1"), path, cachedData, require)
  if (own !== undefined && (ownData === undefined || script.cachedDataRejected === true)) {
    // At the end, V8 has compiled every function that the command uses. A run that failed or was interrupted has not
    // used all that the next one needs.
    process.once("exit", (code) => {
      if (code === 0) write(folder, own, script.createCachedData())
    })
  }
  return exports
}

/** Reads a page of the package's docs, a folder next to the one of the build. @throws if it can't be read */
export const readPage = (name: string): string =>
  fs.readFileSync(join(dirname(__dirname), "docs", `${name}.md`), "utf8")
