import { join } from "node:path"
import { argv } from "node:process"
import { digest, tree } from "zpcli:build"
import { interpret } from "./cli/argv.ts"
import { loadCached } from "./code-cache.ts"
import type * as Main from "./main.ts"
import { version } from "./version.ts"

// Help and version need none of the program: they are answered from what the build kept.
const args = argv.slice(2)
const request = interpret(tree, args)
if (request._tag === "Version") process.stdout.write(`${version}\n`)
else if (request._tag === "Help") process.stdout.write(tree.help[request.command.path.join(" ")] as string)
else {
  // The first stack trace alone takes 2 ms to word; a bug's is printed to those who ask for the log.
  if (request._tag !== "Run" || request.logLevel === undefined) Error.stackTraceLimit = 0
  const program = loadCached({ path: join(__dirname, "main.cjs"), digest }, require) as typeof Main
  program.main(args, tree, request)
}
