declare module "zpcli:tree" {
  import type { CommandShape } from "./cli/grammar.ts"

  /** The command tree and the help of each command by its path, made by the build. */
  const tree: CommandShape & { readonly help: Readonly<Record<string, string>> }
  export default tree
}

declare module "proxy-from-env" {
  /** The proxy that the environment names for a URL, or an empty string. */
  export function getProxyForUrl(url: string | URL): string
}
