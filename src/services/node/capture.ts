import { isatty } from "node:tty"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { CommandUnusable } from "../../domain/Errors.ts"
import type { CommandOutput, ShellCommand } from "../CommandRunner.ts"
import { environmentWithout, exitCodeOf, hasTerminal, isWindows, start } from "./child.ts"

/** How long to wait for an ended command's stdout to close, and for a command to end when asked to, in milliseconds. */
const waitMillis = 1_000

/** Runs a command with a shell, with our stderr, and gives its stdout. Interruption ends the command. */
export const capture = ({ command, interactive, maxBytes, without }: ShellCommand) =>
  Effect.suspend(() => {
    const line = Redacted.value(command)
    // In a group of its own the shell can be ended with all that it started, but could not ask at a terminal.
    const grouped = !isWindows && !hasTerminal()
    const stdin = interactive && isatty(0) ? 0 : "ignore"
    const env = environmentWithout(without)
    return start<CommandOutput>(
      line,
      [],
      { shell: true, detached: grouped, stdio: [stdin, "pipe", 2], env },
      (child, done) => {
        const kill = (signal: NodeJS.Signals) => {
          try {
            if (grouped && child.pid !== undefined) process.kill(-child.pid, signal)
            else child.kill(signal)
          } catch {
            // It has ended.
          }
        }
        const chunks: Array<Buffer> = []
        let size = 0
        child.stdout?.on("data", (chunk: Buffer) => {
          size += chunk.length
          if (size <= maxBytes) chunks.push(chunk)
          else kill("SIGKILL")
        })
        let timer: NodeJS.Timeout | undefined
        const end = () => {
          clearTimeout(timer)
          child.stdout?.destroy()
          const stdout = size > maxBytes ? undefined : Redacted.make(Buffer.concat(chunks).toString("utf8"))
          done({ exitCode: exitCodeOf(child.exitCode, child.signalCode), stdout })
        }
        child.once("exit", () => {
          timer = setTimeout(end, waitMillis)
        })
        child.once("close", end)
        return Effect.async<void>((stopped) => {
          const ended = () => {
            // Also for processes that the shell has left behind.
            if (grouped) kill("SIGKILL")
            child.stdout?.destroy()
            clearTimeout(timer)
            stopped(Effect.void)
          }
          if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return ended()
          timer = setTimeout(kill, waitMillis, "SIGKILL")
          child.removeAllListeners("exit").once("exit", ended)
          kill("SIGTERM")
        })
      },
    ).pipe(
      // The command line may contain a secret, and its first word is not what couldn't be started.
      Effect.mapError((error) => new CommandUnusable({ ...error, name: "sh" })),
    )
  })
