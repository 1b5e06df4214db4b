import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onTestFinished } from "vitest"

/**
 * Takes what is to be done when the test is over. Tests that run side by side
 * pass the `onTestFinished` of their own context: the global one is that of
 * whichever test began last.
 */
export type OnFinished = (clean: () => void | Promise<void>) => void

/** An empty folder that is gone after the test. */
export const temporaryFolder = (onFinished: OnFinished = onTestFinished): string => {
  const folder = mkdtempSync(join(tmpdir(), "zpcli-e2e-"))
  onFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
