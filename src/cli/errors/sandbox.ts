import type { SandboxFailed } from "../../domain/Errors.ts"
import { printable } from "../output/printable.ts"
import { exitCodes } from "./exitCodes.ts"
import { failed, type Table } from "./words.ts"

/** A sandbox that could not be started. */
export const sandbox = {
  SandboxFailed: (error) => {
    const { reason, subject } = error
    const why = error.code ?? "damaged"
    switch (reason) {
      case "port-in-use":
      case "port-unusable":
        return failed(
          error,
          exitCodes.misuse,
          printable`Port ${subject} can't be used (${why}).`,
          printable`Choose another with --port.`,
        )
      case "state-unreadable":
        return failed(
          error,
          exitCodes.misuse,
          printable`The state in ${subject} can't be read (${why}).`,
          printable`Check that file, or name another one with --state.`,
        )
      case "state-locked":
        return failed(
          error,
          exitCodes.misuse,
          printable`Another sandbox is using ${subject}.`,
          printable`Choose another file with --state, or remove ${subject}.lock if no other sandbox is running.`,
        )
      case "state-unwritable":
        return failed(
          error,
          exitCodes.misuse,
          printable`The state can't be written to ${subject} (${why}).`,
          printable`Check that file and its folder, or name another one with --state.`,
        )
    }
  },
} satisfies Table<SandboxFailed>
