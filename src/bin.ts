import { digest, tree } from "zpcli:build"
import type * as Main from "./main.ts"
import { loadCached, readPage } from "./services/node/codeCache.ts"
import { start } from "./start.ts"

start(tree, (command) => loadCached("main.cjs", digest, command, require) as typeof Main, readPage)
