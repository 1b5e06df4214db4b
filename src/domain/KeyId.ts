import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { InvalidInput } from "./errors/input.ts"

/** Whether a text is a key ID: four words of letters joined by hyphens. */
export const is = (value: string | undefined): value is KeyId =>
  value !== undefined && /^[A-Za-z]+(?:-[A-Za-z]+){3}$/.test(value)

/**
 * The public name of a PAT, such as `law-hotel-shape-community`. The form is strict,
 * so that nothing else, such as `../zpool/x`, gets into the path of a request.
 */
export const KeyId = Schema.String.pipe(
  Schema.filter((value): boolean => is(value)),
  Schema.brand("KeyId"),
)
export type KeyId = typeof KeyId.Type

/** Reads a key ID from the command line. */
export const parse = (value: string): Either.Either<KeyId, InvalidInput> =>
  is(value)
    ? Either.right(value)
    : Either.left(new InvalidInput({ kind: "key-id", value, message: `"${value}" is not a key ID.` }))
