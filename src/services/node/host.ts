import { hostname } from "node:os"
import * as Effect from "effect/Effect"
import { Host } from "../Host.ts"

/** The `Host` of a real process. */
export const host = Host.of({ name: Effect.sync(hostname) })
