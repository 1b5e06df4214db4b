declare module "zpcli:build" {
  import type { CommandShape } from "./cli/strict/shape.ts"
  /** The command tree, made by the build. */
  export const tree: CommandShape
  /** A digest of the program's file, made by the build. */
  export const digest: string
}
