import { spawn, spawnSync } from "node:child_process"
import { resolve } from "node:path"
import { binary, cleanEnv, ended, program } from "../program/program.ts"

/** Why tests at a terminal can't run here; undefined where they can. */
export const noTerminal =
  process.platform !== "win32" && spawnSync("python3", ["-c", "import pty, termios"]).status === 0
    ? undefined
    : "python3 with pty is missing"

/** Keys to type, a signal for the process, the echo turned on by somebody else, seconds to wait, another width, or the terminal's end. */
type Action =
  | string
  | { readonly signal: NodeJS.Signals }
  | { readonly echo: true }
  | { readonly pause: number }
  | { readonly columns: number }
  | { readonly hangup: true }

interface TerminalOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly columns?: number
  /** A file that stdout goes to; the terminal by default. */
  readonly stdout?: string
  /** A file that stderr goes to; the terminal by default. */
  readonly stderr?: string
  /** What is done once a regular expression has been seen in what is new. */
  readonly script?: ReadonlyArray<readonly [regex: string, action: Action]>
  readonly cwd?: string
}

/** What came of a run at a terminal. */
interface TerminalRan {
  /** What the terminal got, with `\n` for its line ends. */
  readonly output: string
  readonly code: number | null
  readonly signal: number | null
  /** Whether the terminal echoes afterwards. */
  readonly echo: boolean
  /** Whether it did at each step of the script. */
  readonly echoes: ReadonlyArray<boolean>
  readonly unused: ReadonlyArray<unknown>
}

/** Runs a command on a pseudo-terminal of its own. */
export const runOnTerminal = async (
  argv: ReadonlyArray<string>,
  options: TerminalOptions = {},
): Promise<TerminalRan> => {
  const child = spawn("python3", ["-IS", resolve("test/support/terminal/terminal.py")], {
    stdio: ["pipe", "pipe", "pipe"],
  })
  const { columns = 80, cwd = process.cwd(), env, script = [], stdout = null, stderr = null } = options
  child.stdin.end(
    JSON.stringify({
      argv,
      env: cleanEnv({ TERM: "xterm-256color", ...env }),
      columns,
      cwd,
      script,
      stdout,
      stderr,
      timeout: 20,
    }),
  )
  const ran = await ended(child)
  if (ran.code !== 0) throw new Error(ran.stderr)
  const result = JSON.parse(ran.stdout) as TerminalRan
  return { ...result, output: result.output.replaceAll("\r\n", "\n") }
}

/** Runs the built program on a pseudo-terminal. */
export const runCliOnTerminal = (
  args: ReadonlyArray<string>,
  options?: TerminalOptions,
): Promise<TerminalRan> => runOnTerminal([binary, ...program, ...args], options)
