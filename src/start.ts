import type { Early } from "./cli/run.ts"
import { helpColumns, helpOf } from "./cli/strict/help.ts"
import { parse, type Request } from "./cli/strict/parse.ts"
import type { CommandShape } from "./cli/strict/shape.ts"
import type * as Main from "./main.ts"
import { printText, terminalColumns } from "./services/node/printText.ts"
import { version } from "./version.ts"

/**
 * What needs none of the program.
 *
 * @param columns - those of the terminal that it is printed on, if it is one
 */
export const textOf = (request: Early, tree: CommandShape, columns: number | undefined): string =>
  request._tag === "Version" ? `${version}\n` : helpOf(request.command, helpColumns(columns), tree)

/** A name for the command that a request runs, of the command tree's own words; undefined where it runs none. */
const nameOf = (request: Request): string | undefined => {
  if (request._tag === "Run") return request.path.join("-")
  return request._tag === "UsageError" ? undefined : request._tag.toLowerCase()
}

/**
 * Runs the command line of this process. Help and version need none of the
 * program: they are answered from the command tree.
 *
 * @param load - loads the program, for everything else; it gets a name for the command that is to run, if one is
 * @param readPage - reads a page of the docs, by its name
 */
export const start = (
  tree: CommandShape,
  load: (command: string | undefined) => typeof Main,
  readPage: (name: string) => string,
): void => {
  const args = process.argv.slice(2)
  const request = parse(tree, args)
  if (request._tag === "Version" || request._tag === "Help")
    printText(textOf(request, tree, terminalColumns()))
  else {
    // Until the program handles signals itself: without a handler Node opens its debugger.
    process.on("SIGUSR1", () => {})
    load(nameOf(request)).main(args, tree, request, readPage)
  }
}
