import { KeyId } from "../../domain/KeyId.ts"

const list = (text: string): ReadonlyArray<string> => text.trim().split(/\s+/)

/**
 * The words that key IDs are made of, for each of the four places, and the
 * stride by which a place steps through its words. The lengths (32, 33, 35 and
 * 37) have no factor in common, nor has a stride with its length: that is why no
 * ID repeats within 1,367,520, and why a word can't be added or taken away by
 * itself. The lists begin with the ID in the examples of the docs.
 */
export const places = [
  {
    stride: 13,
    words: list(`
      law apple bridge candle desert engine forest garden harbor island jacket kitchen
      ladder market needle orange pencil quilt river saddle table umbrella valley window
      yellow anchor basket copper dragon feather guitar hammer
    `),
  },
  {
    stride: 14,
    words: list(`
      hotel arrow bottle camera dinner eagle finger glass hill ink jungle kettle lemon
      mirror night ocean paper queen rabbit silver tower uncle violin winter yard autumn
      butter cotton doctor evening flower grape honey
    `),
  },
  {
    stride: 16,
    words: list(`
      shape animal border circle double early fabric gentle hollow indigo juice knot linen
      motion narrow open plain quiet round simple thread upper velvet warm young amber
      bright calm dusty empty frosty golden humble ivory lucky
    `),
  },
  {
    stride: 15,
    words: list(`
      community address balance chapter degree example family gallery history idea journey
      knowledge language moment number object people question reason season theater unit
      village weather year account building culture design energy figure group height
      industry library meeting network
    `),
  },
] as const

/**
 * The key ID of the PAT that is created as number `index` (from 0). The order is
 * fixed and begins with `law-hotel-shape-community`, so that the examples of the
 * docs run as printed.
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
