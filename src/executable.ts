/** The entry of the executable, in which the package's other files are, and V8's code cache of the program. */
import { tree } from "zpcli:build"
import type * as Main from "./main.ts"
import { loadAsset, readPage } from "./services/node/assets.ts"
import { start } from "./start.ts"

start(tree, () => loadAsset("main.cjs", require) as typeof Main, readPage)
