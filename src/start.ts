import { helpColumns, helpOf } from "./cli/strict/help.ts"
import { parse } from "./cli/strict/parse.ts"
import type { CommandShape } from "./cli/strict/shape.ts"
import type * as Main from "./main.ts"
import { printText, terminalColumns } from "./services/node/printText.ts"
import { version } from "./version.ts"

/**
 * Runs the command line of this process. Help and version need none of the
 * program: they are answered from the command tree.
 *
 * @param load - loads the program, for everything else
 * @param folder - of the package, in which help names files
 */
export const start = (tree: CommandShape, load: () => typeof Main, folder?: string): void => {
  const args = process.argv.slice(2)
  const request = parse(tree, args)
  if (request._tag === "Version") printText(`${version}\n`)
  else if (request._tag === "Help") printText(helpOf(request.command, helpColumns(terminalColumns()), folder))
  else {
    // Until the program handles signals itself: without a handler Node opens its debugger.
    process.on("SIGUSR1", () => {})
    load().main(args, tree, request)
  }
}
