import { spawn } from "node:child_process"
import { resolve } from "node:path"

/** The built program; ZPCLI_DIST names another build than `dist`. */
export const program = resolve(process.env.ZPCLI_DIST ?? "dist", "zpcli.cjs")

/** What came of a run. */
export interface Ran {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** How to run it. */
export interface RunOptions {
  /** Variables beside PATH and an empty HOME; nothing else of the environment is passed on. */
  readonly env?: Readonly<Record<string, string>>
  /** What stdin holds; closed at once by default. */
  readonly input?: string
  /** Milliseconds after which it is killed and the run rejects. */
  readonly timeout?: number
  readonly cwd?: string
}

/** A clean environment: none of the machine's settings, proxies or certificates. */
export const cleanEnv = (env: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  PATH: process.env.PATH ?? "",
  HOME: "/nonexistent",
  TZ: "UTC",
  ...env,
})

/** Runs the built program as a child process, its streams being pipes. */
export const runCli = (args: ReadonlyArray<string>, options: RunOptions = {}): Promise<Ran> =>
  new Promise((fulfil, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      env: cleanEnv(options.env),
      stdio: ["pipe", "pipe", "pipe"],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    })
    let stdout = ""
    let stderr = ""
    const timer = setTimeout(() => {
      child.kill("SIGKILL")
      reject(new Error(`zpcli ${args.join(" ")} did not end\n${stdout}\n${stderr}`))
    }, options.timeout ?? 20_000)
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      stdout += chunk
    })
    child.stderr.setEncoding("utf8").on("data", (chunk) => {
      stderr += chunk
    })
    child.on("error", reject)
    child.on("close", (code, signal) => {
      clearTimeout(timer)
      fulfil({ code, signal, stdout, stderr })
    })
    // A program that ends without reading makes this pipe break, which is no failure of the test.
    child.stdin.on("error", () => {})
    child.stdin.end(options.input ?? "")
  })
