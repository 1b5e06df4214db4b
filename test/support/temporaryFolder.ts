import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onTestFinished } from "vitest"

/**
 * Registers what to do when the test is over. Tests that run side by side pass the `onTestFinished` of their own
 * context, because the global one belongs to whichever test began last.
 */
export type OnFinished = (clean: () => void | Promise<void>) => void

/** An empty folder for several tests: it lasts until the whole run ends (`globalSetup.ts`). */
export const sharedFolder = (): string => mkdtempSync(join(tmpdir(), "zpcli-"))

/** An empty folder that is removed after the test. */
export const temporaryFolder = (onFinished: OnFinished = onTestFinished): string => {
  const folder = sharedFolder()
  onFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
