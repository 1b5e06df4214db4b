import { digest, tree } from "zpcli:build"
import { helpColumns, helpOf } from "./cli/strict/help.ts"
import { parse } from "./cli/strict/parse.ts"
import type * as Main from "./main.ts"
import { loadCached } from "./services/node/codeCache.ts"
import { printText, terminalColumns } from "./services/node/printText.ts"
import { version } from "./version.ts"

// Help and version need none of the program: they are answered from what the build kept.
const args = process.argv.slice(2)
const request = parse(tree, args)
if (request._tag === "Version") printText(`${version}\n`)
else if (request._tag === "Help") printText(helpOf(request.command, helpColumns(terminalColumns())))
else {
  // While it is loaded, Effect words a stack trace to choose between two wrappers that do the same, which takes 2 ms.
  // The proxy agents read one too, to tell https from http: the limit is back before the program runs.
  // Under --frozen-intrinsics an assignment would throw.
  const { stackTraceLimit } = Error
  Reflect.set(Error, "stackTraceLimit", 0)
  const program = loadCached({ file: "main.cjs", digest }, require) as typeof Main
  Reflect.set(Error, "stackTraceLimit", stackTraceLimit)
  program.main(args, tree, request)
}
