import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { InvalidScope, ScopeMissing } from "./Errors.ts"
import { nearest } from "./nearest.ts"

/** What a PAT may be used for. `*` is all of it. */
export const Scope = Schema.Literal("*", "zpool", "job", "sshkey", "pat", "billing")
export type Scope = typeof Scope.Type

/** Every scope that can be granted, in the order in which help and errors list them. */
export const scopes: ReadonlyArray<Scope> = Scope.literals

const isScope = Schema.is(Scope)

/** The parts of a value that is a list, such as `zpool,job`. */
export const partsOf = (value: string): ReadonlyArray<string> =>
  value.split(/[\s,;]+/).filter((part) => part !== "")

/**
 * Reads the values of `--scope`: at least one, each of them known; duplicates
 * collapse and the order is kept. Scopes that the server reports never come
 * through here: those are shown whatever they are.
 */
export const parseAll = (
  values: ReadonlyArray<string>,
): Either.Either<ReadonlyArray<Scope>, InvalidScope | ScopeMissing> => {
  if (values.length === 0) return Either.left(new ScopeMissing())
  const granted = new Set<Scope>()
  for (const value of values) {
    if (!isScope(value)) {
      const parts = partsOf(value)
      const reason = parts.length > 1 && parts.every(isScope) ? "list" : "unknown"
      return Either.left(new InvalidScope({ reason, value, nearest: nearest(value, scopes) }))
    }
    granted.add(value)
  }
  return Either.right([...granted])
}
