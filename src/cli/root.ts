import { exitCodeMeanings } from "./errors/exitCodes.ts"
import * as hello from "./hello.ts"
import * as hints from "./hints.ts"
import * as login from "./login.ts"
import * as completions from "./pat/completions.ts"
import * as create from "./pat/create.ts"
import * as list from "./pat/list.ts"
import * as revoke from "./pat/revoke.ts"
import * as rotate from "./pat/rotate.ts"
import * as run from "./pat/run.ts"
import * as show from "./pat/show.ts"
import * as sandbox from "./sandbox.ts"
import { group, withExamples, withHints } from "./strict/annotations.ts"
import { read } from "./strict/read.ts"
import type { CommandShape, HelpSection } from "./strict/shape.ts"

/** The whole command tree: the one list of verbs. */
export const command = group("zpcli", "Manage the Personal Access Tokens (PATs) of a zpools.io account", [
  group("pat", "Manage Personal Access Tokens (PATs)", [
    list.command,
    show.command,
    create.command,
    revoke.command,
    rotate.command,
    completions.command,
    run.command,
  ]).pipe(withExamples(list.examples.slice(0, 2)), withHints(hints.pat)),
  login.command,
  hello.command,
  sandbox.command,
]).pipe(
  withExamples([
    { command: "zpcli pat list", description: "List your PATs" },
    { command: "zpcli sandbox -- bash", description: "Try it without an account, in a shell" },
  ]),
  withHints(hints.root),
)

/** How to sign in, in three lines. */
const signIn: HelpSection = {
  title: "Sign in",
  entries: [
    ["zpcli login", "Check a PAT, and save it for later commands"],
    ["export ZPOOLPAT=zpat_...", "Or set the variable, as in a CI job"],
    ["zpcli hello", "Check who you are signed in as"],
  ],
}

const exitCodes: HelpSection = { title: "Exit codes", entries: Object.entries(exitCodeMeanings) }

/** The pages of commands that have none of their own. */
const pages: Readonly<Record<string, string>> = {
  pat: "README",
  "pat show": "pat-list",
  login: "authentication",
  hello: "authentication",
}

/** The pages about a command. */
const documentation = ({ path }: CommandShape): HelpSection => ({
  title: "Documentation",
  files: true,
  entries:
    path.length === 0
      ? [["docs/README.md", "All pages"]]
      : [
          [`docs/${pages[path.join(" ")] ?? path.join("-")}.md`, "More about this"],
          ["docs/exit-codes.md", "Exit codes; zpcli --help lists them"],
        ],
})

/** Where the exit codes are, for a program that has no folder with docs. */
const exitCodesAlone: HelpSection = {
  title: "Exit codes",
  entries: [["zpcli --help", "Lists them"]],
}

/** A command, and all below it, with the sections that we add to help. */
const withSections = (shape: CommandShape, hasDocs: boolean): CommandShape => ({
  ...shape,
  subcommands: shape.subcommands.map((child) => withSections(child, hasDocs)),
  sections: [
    ...(shape.path.length === 0 ? [signIn, exitCodes] : hasDocs ? [] : [exitCodesAlone]),
    ...(hasDocs ? [documentation(shape)] : []),
  ],
})

/**
 * The command tree as plain data. The build computes it once and keeps it.
 *
 * @param hasDocs - whether the docs come with the program, as in the package
 */
export const shape = (hasDocs = true): CommandShape => withSections(read(command), hasDocs)
