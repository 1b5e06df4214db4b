import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { InvalidInput } from "./Errors.ts"
import { nearest } from "./nearest.ts"

/** What a PAT may be used for. `*` is all of it. */
export const Scope = Schema.Literal("*", "zpool", "job", "sshkey", "pat", "billing")
export type Scope = typeof Scope.Type

/** Every scope that can be granted, in the order in which help and errors list them. */
export const scopes: ReadonlyArray<Scope> = Scope.literals

const isScope = Schema.is(Scope)

/**
 * Reads the values of `--scope`: at least one, each of them known; duplicates
 * collapse and the order is kept. Scopes that the server reports never come
 * through here: those are shown whatever they are.
 */
export const parseAll = (
  values: ReadonlyArray<string>,
): Either.Either<ReadonlyArray<Scope>, InvalidInput> => {
  if (values.length === 0) {
    return Either.left(new InvalidInput({ subject: "scope", reason: "missing", value: "" }))
  }
  const granted = new Set<Scope>()
  for (const value of values) {
    if (!isScope(value)) {
      const candidate = nearest(value, scopes)
      return Either.left(new InvalidInput({ subject: "scope", reason: "unknown", value, nearest: candidate }))
    }
    granted.add(value)
  }
  return Either.right([...granted])
}
