import { exitCodeMeanings } from "./errors/exitCodes.ts"
import * as hello from "./hello.ts"
import * as login from "./login.ts"
import * as otherTools from "./otherTools.ts"
import * as completeKeyIds from "./pat/completeKeyIds.ts"
import * as create from "./pat/create.ts"
import * as list from "./pat/list.ts"
import * as revoke from "./pat/revoke.ts"
import * as rotate from "./pat/rotate.ts"
import * as run from "./pat/run.ts"
import * as show from "./pat/show.ts"
import * as sandbox from "./sandbox.ts"
import { read } from "./strict/effectCli.ts"
import type { CommandShape, Entry, HelpSection } from "./strict/shape.ts"

const pat = {
  summary: "Manage Personal Access Tokens (PATs)",
  commands: {
    list: list.command,
    show: show.command,
    create: create.command,
    revoke: revoke.command,
    rotate: rotate.command,
    "__key-ids": completeKeyIds.command,
    run: run.command,
  },
  examples: list.examples.slice(0, 2),
  otherWords: otherTools.pat,
}

/** The whole command tree: the only list of the commands. */
export const commands = {
  summary: "Manage the Personal Access Tokens (PATs) of a zpools.io account",
  commands: { pat, login: login.command, hello: hello.command, sandbox: sandbox.command },
  examples: [
    { command: "zpcli pat list", description: "List your PATs" },
    {
      command: "zpcli sandbox --seed demo -- bash",
      description: "Start a shell to try zpcli in, without an account",
    },
  ],
  otherWords: otherTools.root,
}

/** How to sign in, in three lines. */
const signIn: HelpSection = {
  title: "Sign in",
  entries: [
    ["zpcli login", "Check a PAT, and save it for later commands"],
    ["export ZPOOLPAT=zpat_...", "Or set this variable, as in a CI job"],
    ["zpcli hello", "Check who you're signed in as"],
  ],
}

const exitCodes: HelpSection = { title: "Exit codes", entries: Object.entries(exitCodeMeanings) }

/** The help topics: pages of docs/, by file name. */
const topics: ReadonlyArray<Entry> = [
  ["exit-codes", "What each exit code means, and when to try again"],
  ["environment", "Environment variables and the rcfile"],
  ["ci", "How to check and rotate PATs in a CI job"],
  ["json", "What --json prints"],
]

/** The command tree as plain data. The build computes it once, and stores it. */
export const shape = (): CommandShape => ({
  ...read(commands, "zpcli"),
  sections: [signIn, exitCodes],
  topics,
})
