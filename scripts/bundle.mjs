// What the builds of the package and of the executable share.
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { build } from "esbuild"

/** What all bundles have in common. */
export const common = {
  bundle: true,
  platform: "node",
  target: "node20.12",
  format: "cjs",
  minify: true,
  // One byte a character, and `require` where the source says `import()`: both are faster to load.
  charset: "ascii",
  supported: { "dynamic-import": false },
  // Effect's clocks are then Date.now and process.hrtime: Node loads `performance` at its first use, for 1.4 ms.
  define: { performance: "undefined" },
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
}

/** Modules that become files of their own, by the path that imports them. */
const lazy = {
  "../services/sandbox/index.ts": "./sandbox.cjs",
}

export const splitLazy = {
  name: "split-lazy",
  setup: ({ onResolve }) =>
    onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === "dynamic-import" && path in lazy ? { path: lazy[path], external: true } : undefined,
    ),
}

/** Computes the command tree once, so that the installed program need not. */
export const computeTree = async () => {
  const folder = await mkdtemp(join(tmpdir(), "zpcli-build-"))
  try {
    const outfile = join(folder, "tree.mjs")
    await build({
      ...common,
      format: "esm",
      outfile,
      stdin: {
        contents: `import { shape } from "./src/cli/root.ts"; export default shape()`,
        resolveDir: process.cwd(),
        loader: "ts",
      },
      plugins: [splitLazy],
      banner: {
        js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
      },
    })
    return (await import(pathToFileURL(outfile).href)).default
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Gives the entry what the build knows: the module `zpcli:build`. */
export const buildFacts = (facts) => ({
  name: "build-facts",
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^zpcli:build$/ }, () => ({ path: "facts", namespace: "zpcli" }))
    onLoad({ filter: /./, namespace: "zpcli" }, () => ({ contents: JSON.stringify(facts), loader: "json" }))
  },
})
