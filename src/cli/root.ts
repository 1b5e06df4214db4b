import { exitCodeMeanings } from "./errors/exitCodes.ts"
import * as hello from "./hello.ts"
import * as create from "./pat/create.ts"
import * as list from "./pat/list.ts"
import * as revoke from "./pat/revoke.ts"
import * as rotate from "./pat/rotate.ts"
import * as show from "./pat/show.ts"
import * as sandbox from "./sandbox.ts"
import { group, withExamples, withHints } from "./strict/annotations.ts"
import { entry, helpOf, section } from "./strict/help.ts"
import { read } from "./strict/read.ts"
import type { CommandShape } from "./strict/shape.ts"

const otherClient = "It is a command of the zpools.io client, another program that is also called zpcli."

const noFormat = "Use --json for JSON, or --out FILE to write a new token to a file."

/** The whole command tree: the one list of verbs. */
export const command = group("zpcli", "Manage the Personal Access Tokens (PATs) of a zpools.io account", [
  group("pat", "Manage Personal Access Tokens (PATs)", [
    list.command,
    show.command,
    create.command,
    revoke.command,
    rotate.command,
  ]).pipe(
    withExamples(list.examples.slice(0, 2)),
    withHints({
      means: { ls: "zpcli pat list", rm: "zpcli pat revoke", delete: "zpcli pat revoke" },
    }),
  ),
  hello.command,
  sandbox.command,
]).pipe(
  withExamples([
    { command: "zpcli pat list", description: "List your PATs" },
    { command: "zpcli sandbox -- zpcli pat list", description: "Try it without an account" },
  ]),
  withHints({
    means: {
      whoami: "zpcli hello",
      status: "zpcli hello",
      version: "zpcli --version",
      completion: "zpcli --completions",
      completions: "zpcli --completions",
    },
    notes: {
      logout: "To sign out, unset ZPOOLPAT or remove it from ~/.config/zpools.io/zpoolrc.",
      config: "Settings are environment variables, or lines of ~/.config/zpools.io/zpoolrc.",
      ...Object.fromEntries(["zpool", "job", "sshkey", "billing", "zfs"].map((word) => [word, otherClient])),
      "-o": noFormat,
      "--output": noFormat,
      "--format": noFormat,
    },
  }),
)

/** The command tree as plain data. The build computes it once and keeps it. */
export const shape = (): CommandShape => read(command)

/** The help of a command. The program's own lists the exit codes, and the others say so. */
export const help = (shape: CommandShape): string =>
  helpOf(
    shape,
    shape.path.length === 0
      ? section(
          "Exit codes",
          Object.entries(exitCodeMeanings).map(([code, meaning]) => entry(code, meaning)),
        )
      : "\nExit codes: zpcli --help lists them.\n",
  )
