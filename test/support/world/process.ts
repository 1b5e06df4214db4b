import { detached, type Surroundings } from "../../../src/services/Process.ts"

/** A process without a terminal, of the user and system that the test runs on, so that file modes count. */
export const here: Surroundings = {
  ...detached,
  uid: process.getuid?.(),
  isWindows: process.platform === "win32",
}

/** The same at a terminal of 80 columns without colour. */
export const atTerminal: Surroundings = {
  ...here,
  stdin: { isTerminal: true },
  stdout: { ...here.stdout, isTerminal: true },
  stderr: { ...here.stderr, isTerminal: true },
}
