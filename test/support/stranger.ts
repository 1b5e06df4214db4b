import { spawn } from "node:child_process"
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll } from "vitest"
import { cleanEnv, ended, program, type Ran } from "./program.ts"

const root = process.getuid?.() === 0

/** Why a user who may not enter a folder can't be had here; undefined where there is one. */
export const noOtherUser = process.platform === "win32" ? "Windows has no such modes" : undefined

let copied: string | undefined

/** The built program in a folder that everybody may read: that of the test may lie in a private one. */
const readable = (): string => {
  if (copied === undefined) {
    const folder = mkdtempSync(join(tmpdir(), "zpcli-public-"))
    afterAll(() => rmSync(folder, { recursive: true, force: true }))
    chmodSync(folder, 0o755)
    for (const name of readdirSync(dirname(program))) {
      if (!statSync(join(dirname(program), name)).isFile()) continue
      copyFileSync(join(dirname(program), name), join(folder, name))
      chmodSync(join(folder, name), 0o644)
    }
    copied = join(folder, "zpcli.cjs")
  }
  return copied
}

/** Runs the built program as a user whom file modes hold back: root is not, so root becomes nobody. */
export const runAsStranger = (
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>>,
): Promise<Ran> =>
  ended(
    spawn(process.execPath, [root ? readable() : program, ...args], {
      env: cleanEnv(env),
      cwd: "/",
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 20_000,
      ...(root ? { uid: 65_534, gid: 65_534 } : {}),
    }),
  )
