declare module "zpcli:build" {
  import type { CommandShape } from "./cli/strict/shape.ts"
  /** The command tree and the help of each command by its path, made by the build. */
  export const tree: CommandShape & { readonly help: Readonly<Record<string, string>> }
  /** A digest of the program's file, made by the build. */
  export const digest: string
}
