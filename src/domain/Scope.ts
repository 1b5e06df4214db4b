import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { InvalidInput } from "./Errors.ts"
import { didYouMean, nearest } from "./errors/words.ts"

/** What a PAT may be used for; `*` means everything. */
export const Scope = Schema.Literal("*", "zpool", "job", "sshkey", "pat", "billing")
export type Scope = typeof Scope.Type

/** Every scope, in the order in which help and errors list them. */
export const scopes: ReadonlyArray<Scope> = Scope.literals

const isScope = (value: string): value is Scope => scopes.some((scope) => scope === value)

const invalid = (value: string, message: string, advice?: string) =>
  Either.left(new InvalidInput({ kind: "scope", value, message, advice }))

/** How to give several scopes. A `*` must be quoted in a shell. */
const repeated = (parts: ReadonlyArray<string>): string =>
  `Repeat --scope for each: ${parts.map((part) => `--scope ${part === "*" ? "'*'" : part}`).join(" ")}`

/**
 * Reads the values of `--scope`: at least one, without duplicates, in the order
 * given. Scopes that the server reports are never checked.
 */
export const parseAll = (
  values: ReadonlyArray<string>,
): Either.Either<ReadonlyArray<Scope>, InvalidInput> => {
  if (values.length === 0) return invalid("", "Option --scope is required.")
  const granted = new Set<Scope>()
  for (const value of values) {
    if (!isScope(value)) {
      const parts = value.split(/[\s,;]+/).filter((part) => part !== "")
      return parts.length > 1 && parts.every(isScope)
        ? invalid(value, `"${value}" is more than one scope.`, repeated(parts))
        : invalid(value, `Unknown scope "${value}".${didYouMean(nearest(value, scopes))}`)
    }
    granted.add(value)
  }
  return Either.right([...granted])
}
