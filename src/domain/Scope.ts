import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { InvalidInput } from "./Errors.ts"
import { didYouMean, nearest } from "./errors/words.ts"

/** What a PAT may be used for; `*` means everything. */
export const Scope = Schema.Literal("*", "zpool", "job", "sshkey", "pat", "billing")
export type Scope = typeof Scope.Type

/** Every scope, in the order of help and errors. */
export const scopes: ReadonlyArray<Scope> = Scope.literals

const isScope = (value: string): value is Scope => scopes.some((scope) => scope === value)

/** The parts of a list such as `zpool,job`. */
export const partsOf = (value: string): ReadonlyArray<string> =>
  value.split(/[\s,;]+/).filter((part) => part !== "")

const invalid = (reason: InvalidInput["reason"], value: string, message: string) =>
  Either.left(new InvalidInput({ kind: "scope", reason, value, message }))

/**
 * Reads the values of `--scope`: at least one, without duplicates, in the order
 * given. Scopes that the server reports are never checked.
 */
export const parseAll = (
  values: ReadonlyArray<string>,
): Either.Either<ReadonlyArray<Scope>, InvalidInput> => {
  if (values.length === 0) return invalid("missing", "", "Option --scope is required.")
  const granted = new Set<Scope>()
  for (const value of values) {
    if (!isScope(value)) {
      const parts = partsOf(value)
      return parts.length > 1 && parts.every(isScope)
        ? invalid("list", value, `"${value}" is more than one scope.`)
        : invalid("unknown", value, `Unknown scope "${value}".${didYouMean(nearest(value, scopes))}`)
    }
    granted.add(value)
  }
  return Either.right([...granted])
}
