import { dirname } from "node:path"

/** The folder of the package, with links followed: the build is in `dist` below it. */
export const packageFolder = (): string => dirname(__dirname)
