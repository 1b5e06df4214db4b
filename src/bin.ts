import { argv } from "node:process"
import tree from "zpcli:tree"
import { interpret } from "./cli/argv.ts"
import { version } from "./version.ts"

// Help and version need none of the program: they are answered from the tree that the build kept.
const args = argv.slice(2)
const request = interpret(tree, args)
if (request._tag === "Version") process.stdout.write(`${version}\n`)
else if (request._tag === "Help") process.stdout.write(tree.help[request.command.path.join(" ")] as string)
else import("./main.ts").then(({ main }) => main(args, tree))
