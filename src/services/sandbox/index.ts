/** The sandbox in one import, loaded only when it is served. */
export { type Fault, parseFault } from "./api.ts"
export { demo, parseSeed } from "./Seed.ts"
export { type SandboxOptions, serve } from "./serve.ts"
export { makeRcfile } from "./shellRcfile.ts"
