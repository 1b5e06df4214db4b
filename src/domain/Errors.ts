/**
 * Everything that can go wrong. The message of an error says what happened; `cli/errors/describe.ts` adds what to do
 * about it, and the exit code.
 */
export * from "./errors/api.ts"
export * from "./errors/delivery.ts"
export * from "./errors/input.ts"
export * from "./errors/network.ts"
export * from "./errors/rotation.ts"
