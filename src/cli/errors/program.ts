import * as Data from "effect/Data"
import type { CannotAsk, CommandUnusable, Declined, OutputFailed, Quit } from "../../domain/Errors.ts"
import { type Exit, exitCodes } from "./exitCodes.ts"
import { failed, silent, type Table } from "./words.ts"

/** A bug of this program: what it died of. */
export class InternalError extends Data.TaggedError("InternalError")<{ readonly defect: unknown }> {}

/** Why a script can't be run, and what to do. */
const interpreterFails = (name: string, interpreter: string, code: string | undefined): [string, string] => [
  code === "ENOENT" || code === "ENOTDIR"
    ? `${name} can't be run: its interpreter ${interpreter} was not found.`
    : `${name} can't be run: its interpreter ${interpreter} can't be executed (${code ?? "unknown"}).`,
  interpreter.endsWith("\r")
    ? `Save ${name} with Unix line endings (LF), for example with dos2unix.`
    : `Install it, or correct the first line of ${name}.`,
]

/** How a run ends that is not about the API: as asked, with an exit code of its own, or by a bug. */
export const program = {
  Exit: (error) => silent(error, error.code),
  Quit: (error) => silent(error, exitCodes.interrupted),
  Declined: (error) =>
    failed(
      error,
      exitCodes.declined,
      "Declined: nothing was changed.",
      "Answer y to go ahead, or add --yes to skip the question.",
      // Whoever said no wants no advice on how to say yes.
      error.no ? { hint: undefined } : {},
    ),
  CannotAsk: (error) =>
    failed(
      error,
      exitCodes.declined,
      error.notAsked === "no-terminal"
        ? "There is no terminal to show the question on: nothing was changed."
        : `This needs confirmation, and ${error.notAsked} is set: nothing was changed.`,
      "Add --yes to go ahead without being asked.",
    ),
  OutputFailed: (error) =>
    // A reader that has gone, as in `zpcli pat list | head -1`, has what it wanted.
    error.code === "EPIPE"
      ? silent(error, exitCodes.done)
      : failed(
          error,
          exitCodes.refused,
          `The result could not be written (${error.code}).`,
          "Check where the output goes, such as the free space of a disk.",
        ),
  // With the exit codes of a shell where a command can't be run.
  CommandUnusable: (error) =>
    error.reason === "not-found"
      ? failed(
          error,
          exitCodes.commandNotFound,
          `${error.name}: command not found.`,
          "Check the name of the command after --, and PATH.",
        )
      : failed(
          error,
          exitCodes.commandNotExecutable,
          ...(error.interpreter === undefined
            ? ([
                `${error.name} can't be run (${error.code ?? "not executable"}).`,
                "Check that it is a program, and that you may run it.",
              ] as [string, string])
            : interpreterFails(error.name, error.interpreter, error.code)),
        ),
  InternalError: (error) =>
    failed(
      error,
      exitCodes.refused,
      `An internal error occurred: ${String(error.defect).slice(0, 200)}.`,
      "This is a bug in zpcli; --log-level debug shows where it is.",
    ),
} satisfies Table<Exit | Quit | CannotAsk | CommandUnusable | Declined | OutputFailed | InternalError>
