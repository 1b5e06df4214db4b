import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Puts every temporary file of a run into one folder, which is gone after it: a worker that is stopped removes nothing. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "zpcli-tests-"))
  // Some tests run the program as another user.
  chmodSync(folder, 0o755)
  for (const name of ["TMPDIR", "TEMP", "TMP"]) process.env[name] = folder
  return () => rmSync(folder, { recursive: true, force: true })
}
