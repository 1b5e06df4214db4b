/**
 * Loads the program with V8's code cache, which saves the parsing and compiling
 * of some 400 KiB on every start. It is an optimisation only: whatever is wrong
 * with the cache, the program is loaded as if there were none.
 *
 * Node 22.8 and newer have `module.enableCompileCache` for this, which takes
 * half as long again for `pat list`: see bench/README.md.
 */
import * as fs from "node:fs"
import * as nodeModule from "node:module"
import { dirname, isAbsolute, join } from "node:path"
import { Script } from "node:vm"

/** What identifies a cache beside the version of Node: V8 itself compares no more than the source's length. */
export interface Program {
  /** The file to load, a CommonJS module beside the one that is running. */
  readonly file: string
  /** A digest of that file's content, computed by the build. */
  readonly digest: string
}

const magic = 0x7a70_6331

/** How many caches are kept, each of one build and version of Node. */
const maxCaches = 4

/**
 * The folder for caches: `zpcli` in the user's cache folder. Undefined where
 * there is none, or `NODE_DISABLE_COMPILE_CACHE` (Node's own variable) is set.
 */
export const cacheFolder = (env: NodeJS.ProcessEnv, platform: string): string | undefined => {
  if (env.NODE_DISABLE_COMPILE_CACHE) return undefined
  // Relative ones are ignored: nothing is written to the working folder.
  const absolute = (path: string | undefined) => (path && isAbsolute(path) ? path : undefined)
  const home = absolute(env.HOME)
  const base =
    platform === "win32"
      ? absolute(env.LOCALAPPDATA)
      : (absolute(env.XDG_CACHE_HOME) ??
        (home && join(home, platform === "darwin" ? "Library/Caches" : ".cache")))
  return base && join(base, "zpcli")
}

/** A checksum over whole words: a damaged cache crashes Node, which does not check it. */
const checksum = (data: Buffer): number => {
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length >>> 2)
  let sum = data.length
  const whole = words.length & ~3
  for (let i = 0; i < whole; i += 4) {
    // Four words a turn: this loop is not compiled yet when it runs.
    const four =
      Math.imul(words[i] as number, 29_791) +
      Math.imul(words[i + 1] as number, 961) +
      Math.imul(words[i + 2] as number, 31) +
      (words[i + 3] as number)
    sum = (Math.imul(sum, 923_521) + four) | 0
  }
  for (let i = whole; i < words.length; i++) sum = (Math.imul(sum, 31) + (words[i] as number)) | 0
  for (let i = words.length * 4; i < data.length; i++) sum = (Math.imul(sum, 31) + (data[i] as number)) | 0
  return sum >>> 0
}

/** Whether nobody else could have put code there: ours, and not writable by others. */
const isOurs = (path: string): boolean => {
  const { mode, uid } = fs.lstatSync(path)
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0)
}

const header = 8

const read = (folder: string, file: string): Buffer | undefined => {
  try {
    // A pipe in the file's place would hold up the start until somebody writes to it.
    if (!isOurs(folder) || !isOurs(file) || !fs.lstatSync(file).isFile()) return undefined
    const content = fs.readFileSync(file)
    const data = content.subarray(header)
    return content.readUInt32LE(0) === magic && content.readUInt32LE(4) === checksum(data) ? data : undefined
  } catch {
    return undefined
  }
}

const write = (folder: string, file: string, data: Buffer): void => {
  try {
    // Not `recursive`, which tries for ever where a file system says that even the parent is missing (/proc).
    for (const path of [dirname(folder), folder]) {
      if (!fs.existsSync(path)) fs.mkdirSync(path, { mode: 0o700 })
    }
    if (!isOurs(folder)) return
    for (const name of oldest(folder)) fs.rmSync(join(folder, name), { force: true })
    const content = Buffer.alloc(header + data.length)
    content.writeUInt32LE(magic, 0)
    content.writeUInt32LE(checksum(data), 4)
    data.copy(content, header)
    // Whole by rename, so that another process reads the old cache, the new one or none.
    const temporary = `${file}.${process.pid}`
    fs.writeFileSync(temporary, content, { mode: 0o600, flag: "wx" })
    fs.renameSync(temporary, file)
  } catch {
    // A read-only home, a full disk: the next run is as fast as this one was.
  }
}

/** The files beyond those that are kept, by age; what an interrupted write left is among them in time. */
const oldest = (folder: string): ReadonlyArray<string> =>
  fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => ({ name, time: fs.statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.time - a.time)
    .slice(maxCaches - 1)
    .map(({ name }) => name)

const load = (path: string, cachedData: Buffer | undefined, require: NodeJS.Require) => {
  const source = nodeModule.wrap(fs.readFileSync(path, "latin1"))
  const script = new Script(source, { filename: path, ...(cachedData ? { cachedData } : {}) })
  const module = { exports: {} }
  script.runInThisContext()(module.exports, require, module, path, dirname(path))
  return { script, exports: module.exports }
}

/**
 * Loads a program, from the cache where it can.
 *
 * @returns what the program's module exports
 */
export const loadCached = (program: Program, require: NodeJS.Require): unknown => {
  const path = join(__dirname, program.file)
  const folder = cacheFolder(process.env, process.platform)
  if (folder === undefined) return require(path)
  const cache = join(folder, `${program.digest}-${process.version}-${process.arch}`)
  const cachedData = read(folder, cache)
  const { exports, script } = load(path, cachedData, require)
  if (cachedData === undefined || script.cachedDataRejected === true) {
    // At the end it contains the functions that were used, and not just those that every start compiles.
    process.once("exit", () => write(folder, cache, script.createCachedData()))
  }
  return exports
}
