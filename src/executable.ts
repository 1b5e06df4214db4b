/** The entry of the executable, which is run once to build its start-up snapshot. */
import { shape } from "./cli/root.ts"
import * as Main from "./main.ts"
import { fromSnapshot } from "./services/node/snapshot.ts"
import { start } from "./start.ts"
import { warmUp } from "./warmUp.ts"

const tree = shape(false)

fromSnapshot(
  () => warmUp(tree),
  () => start(tree, () => Main),
)
