import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"

/** Reads a page of the package's docs, which are beside the folder of the build. @throws where it can't be read */
export const readPage = (name: string): string =>
  readFileSync(join(dirname(__dirname), "docs", `${name}.md`), "utf8")
