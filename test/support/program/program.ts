import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process"
import { closeSync, existsSync, openSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { sharedFolder } from "../temporaryFolder.ts"

/** The built program; ZPCLI_DIST names another build than `dist`. */
export const programFile = resolve(process.env.ZPCLI_DIST ?? "dist", "zpcli.cjs")

/** The executable, where ZPCLI_BIN names one that is to be tested in its place. */
export const executable = process.env.ZPCLI_BIN === undefined ? undefined : resolve(process.env.ZPCLI_BIN)

/** What is under test: a file to start, and its arguments before those of zpcli. */
export const binary = executable ?? process.execPath
export const program: ReadonlyArray<string> = executable === undefined ? [programFile] : []

/** The same in a shell's command line. */
export const shellCommand = [binary, ...program].map((word) => `'${word}'`).join(" ")

let folderWithProgram: string | undefined

/** A PATH on which `zpcli` is the built program. */
export const pathWithProgram = (): string => {
  if (folderWithProgram === undefined) {
    folderWithProgram = sharedFolder()
    const script = `#!/bin/sh\nexec ${shellCommand} "$@"\n`
    writeFileSync(join(folderWithProgram, "zpcli"), script, { mode: 0o755 })
  }
  return `${folderWithProgram}:${process.env.PATH}`
}

/** Why a test of the package's files or of the Node that runs it is left out; undefined where the package is under test. */
export const notPackage = executable === undefined ? undefined : "an executable is under test"

/** Why a test of a full device can't run here; undefined where it can. */
export const noFullDevice = existsSync("/dev/full") ? undefined : "there is no /dev/full"

/** What came of a run. */
export interface Ran {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** One code cache for all runs: they start in two thirds of the time. Keyed by build and version of Node, it may stay. */
const cacheHome = resolve("node_modules/.zpcli-cache")

/** A clean environment: none of the machine's settings, proxies or certificates. */
export const cleanEnv = (env: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  PATH: process.env.PATH ?? "",
  HOME: "/nonexistent",
  XDG_CACHE_HOME: cacheHome,
  TZ: "UTC",
  ...env,
})

/** Waits for the end of a child whose stdout and stderr are pipes. */
export const ended = (child: ChildProcess): Promise<Ran> =>
  new Promise((fulfil, reject) => {
    let stdout = ""
    let stderr = ""
    child.stdout?.setEncoding("utf8").on("data", (chunk) => {
      stdout += chunk
    })
    child.stderr?.setEncoding("utf8").on("data", (chunk) => {
      stderr += chunk
    })
    child.on("error", reject)
    child.on("close", (code, signal) => fulfil({ code, signal, stdout, stderr }))
  })

/** How to start a program. */
interface StartOptions extends Pick<SpawnOptions, "cwd" | "detached" | "stdio"> {
  /** Variables beside those of `cleanEnv`. */
  readonly env?: Readonly<Record<string, string>>
}

/** Starts the built program, by default with nothing on stdin, and pipes for stdout and stderr. */
export const startCli = (args: ReadonlyArray<string>, { env, ...options }: StartOptions = {}): ChildProcess =>
  spawn(binary, [...program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 25_000,
    ...options,
    env: cleanEnv(env),
  })

/** Runs a line of a shell (`sh` by default) in which `zpcli` is the built program. */
export const runShell = (
  line: string,
  { env, shell = ["sh"], ...options }: StartOptions & { readonly shell?: ReadonlyArray<string> } = {},
): Promise<Ran> => {
  const [command = "sh", ...flags] = shell
  return ended(
    spawn(command, [...flags, "-c", line], {
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 25_000,
      ...options,
      env: cleanEnv({ PATH: pathWithProgram(), ...env }),
    }),
  )
}

/** How to run the built program to its end. */
interface RunOptions extends Omit<StartOptions, "stdio"> {
  /** What stdin holds; closed at once by default. */
  readonly input?: string
  /** A file that stdout goes to instead of a pipe. */
  readonly stdout?: string
  /** Milliseconds after which it is killed and the run rejects. */
  readonly timeout?: number
}

/** Runs the built program as a child process, its streams being pipes. */
export const runCli = async (
  args: ReadonlyArray<string>,
  { input = "", stdout, timeout = 20_000, ...options }: RunOptions = {},
): Promise<Ran> => {
  const file = stdout === undefined ? undefined : openSync(stdout, "w")
  const child = startCli(args, { ...options, stdio: ["pipe", file ?? "pipe", "pipe"] })
  if (file !== undefined) closeSync(file)
  let timer: NodeJS.Timeout | undefined
  // Not only killed: what it started may hold its pipes open.
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      child.kill("SIGKILL")
      reject(new Error(`zpcli ${args.join(" ")} did not end`))
    }, timeout)
  })
  // A program that ends without reading makes this pipe break, which is no failure of the test.
  child.stdin?.on("error", () => {})
  child.stdin?.end(input)
  return await Promise.race([ended(child), late]).finally(() => clearTimeout(timer))
}

/** Maps with so many at once, in order. */
export const limited = async <A, B>(
  items: ReadonlyArray<A>,
  atOnce: number,
  f: (item: A) => Promise<B>,
): Promise<Array<B>> => {
  const results: Array<B> = []
  let next = 0
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) results[index] = await f(items[index] as A)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}
