import type { SandboxFailed } from "../../domain/Errors.ts"
import { exitCodes } from "./exitCodes.ts"
import { failed, type Table } from "./words.ts"

/** A sandbox that could not be started. */
export const sandbox = {
  SandboxFailed: (error) =>
    failed(
      error,
      exitCodes.misuse,
      `Port ${error.port} can't be used (${error.code}).`,
      "Choose another with --port.",
    ),
} satisfies Table<SandboxFailed>
