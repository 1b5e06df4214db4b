import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { InvalidKeyId } from "./Errors.ts"

/** Which rule a key ID breaks: it is four words of letters joined by hyphens. */
export const problem = (value: string): InvalidKeyId["reason"] | undefined =>
  /^[A-Za-z]+(?:-[A-Za-z]+){3}$/.test(value) ? undefined : "format"

/**
 * The public name of a PAT, such as `law-hotel-shape-community`. It is not
 * secret. The strict form keeps anything else (`../zpool/x`) out of a request's path.
 */
export const KeyId = Schema.String.pipe(
  Schema.filter((value) => problem(value) === undefined),
  Schema.brand("KeyId"),
)
export type KeyId = typeof KeyId.Type

/** Whether a text of the server's is a key ID. */
export const is = (value: string | undefined): value is KeyId =>
  value !== undefined && problem(value) === undefined

/** Reads a key ID from the command line. */
export const parse = (value: string): Either.Either<KeyId, InvalidKeyId> => {
  const reason = problem(value)
  return reason === undefined
    ? Either.right(KeyId.make(value))
    : Either.left(new InvalidKeyId({ reason, value }))
}
