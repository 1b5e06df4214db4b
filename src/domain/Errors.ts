/**
 * Everything that can go wrong, as values with fields and a message that says what happened, in plain text.
 * What to do about it, and the exit code, is the command line's: `cli/errors/describe.ts`.
 */
export * from "./errors/api.ts"
export * from "./errors/command.ts"
export * from "./errors/delivery.ts"
export * from "./errors/input.ts"
export * from "./errors/network.ts"
export * from "./errors/rotation.ts"
export * from "./errors/signIn.ts"
