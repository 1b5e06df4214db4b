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
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
}
