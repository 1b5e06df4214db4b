import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { InvalidInput } from "./Errors.ts"

/**
 * The public name of a PAT: four words of letters joined by hyphens, such as
 * `law-hotel-shape-community`. It is not secret. The strict form keeps anything
 * else (`../zpool/x`) out of a request's path.
 */
export const KeyId = Schema.String.pipe(Schema.pattern(/^[A-Za-z]+(?:-[A-Za-z]+){3}$/), Schema.brand("KeyId"))
export type KeyId = typeof KeyId.Type

const isKeyId = Schema.is(KeyId)

/** Reads a key ID from the command line. */
export const parse = (value: string): Either.Either<KeyId, InvalidInput> =>
  isKeyId(value)
    ? Either.right(value)
    : Either.left(new InvalidInput({ subject: "key_id", reason: "format", value }))
