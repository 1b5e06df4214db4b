import { spawn } from "node:child_process"
import { chmodSync, copyFileSync, readdirSync, statSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { sharedFolder } from "../temporaryFolder.ts"
import { cleanEnv, ended, executable, programFile, type Ran } from "./program.ts"

const filesOf = (folder: string) =>
  readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())

const root = process.getuid?.() === 0

/** Why a user who may not enter a folder can't be had here; undefined where there is one. */
export const noOtherUser = process.platform === "win32" ? "Windows has no such modes" : undefined

let copied: string | undefined

/** The program under test in a folder that everybody may read: that of the test may lie in a private one. */
const readable = (): string => {
  if (copied === undefined) {
    const folder = sharedFolder()
    chmodSync(folder, 0o755)
    for (const file of executable === undefined ? filesOf(dirname(programFile)) : [executable]) {
      copyFileSync(file, join(folder, basename(file)))
      chmodSync(join(folder, basename(file)), 0o755)
    }
    copied = join(folder, basename(executable ?? programFile))
  }
  return copied
}

/** Runs the built program as a user whom file modes hold back: root is not, so root becomes nobody. */
export const runAsStranger = (
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>>,
): Promise<Ran> => {
  const file = root ? readable() : (executable ?? programFile)
  const [command, ...words] = executable === undefined ? [process.execPath, file] : [file]
  return ended(
    spawn(command, [...words, ...args], {
      env: cleanEnv(env),
      cwd: "/",
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 20_000,
      ...(root ? { uid: 65_534, gid: 65_534 } : {}),
    }),
  )
}
