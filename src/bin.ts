import { digest, tree } from "zpcli:build"
import type * as Main from "./main.ts"
import { loadCached } from "./services/node/codeCache.ts"
import { start } from "./start.ts"

start(tree, () => {
  // While it is loaded, Effect words a stack trace to choose between two wrappers that do the same, which takes 2 ms.
  // The proxy agents read one too, to tell https from http: the limit is back before the program runs.
  // Under --frozen-intrinsics an assignment would throw.
  const { stackTraceLimit } = Error
  Reflect.set(Error, "stackTraceLimit", 0)
  const program = loadCached({ file: "main.cjs", digest }, require) as typeof Main
  Reflect.set(Error, "stackTraceLimit", stackTraceLimit)
  return program
})
