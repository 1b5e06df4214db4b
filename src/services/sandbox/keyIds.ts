import { KeyId } from "../../domain/KeyId.ts"
import { first, fourth, second, third } from "./words.ts"

/** Each place steps through its list by a stride that shares no factor with the list's length. */
const places = [
  { words: first, stride: 13 },
  { words: second, stride: 14 },
  { words: third, stride: 16 },
  { words: fourth, stride: 15 },
] as const

/** After so many key IDs the order starts again: 1,367,520. */
export const period = places.reduce((product, { words }) => product * words.length, 1)

/**
 * The key ID of the PAT that is created as number `index` (from 0). The order is
 * fixed and begins with `law-hotel-shape-community`, the ID in the examples of the docs,
 * so that they run as printed. No ID comes twice within `period`: the
 * lengths of the lists are pairwise co-prime, so that all four places are back
 * where they were only after the product of the lengths (the Chinese remainder
 * theorem).
 */
export const keyIdAt = (index: number): KeyId =>
  KeyId.make(
    places.map(({ stride, words }) => words[((index % words.length) * stride) % words.length]).join("-"),
  )

/**
 * The next key ID of the order that is not taken, as those of a seed may be.
 *
 * @param dealt - how many were dealt before
 */
export const nextKeyId = (dealt: number, isTaken: (keyId: KeyId) => boolean) => {
  let next = dealt
  while (isTaken(keyIdAt(next))) next++
  return { keyId: keyIdAt(next), dealt: next + 1 }
}
