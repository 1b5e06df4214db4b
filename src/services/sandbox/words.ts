/**
 * The words that key IDs are made of, one list for each of the four places.
 * Their lengths (32, 33, 35 and 37) have no factor in common: that is what
 * makes the order of `keyIds.ts` free of collisions, so a word can't be added
 * or taken away by itself. Each list begins with a word of the ID in
 * the examples of the docs.
 */
const list = (text: string): ReadonlyArray<string> => text.trim().split(/\s+/)

/** 32 words. */
export const first = list(`
  law apple bridge candle desert engine forest garden harbor island jacket kitchen
  ladder market needle orange pencil quilt river saddle table umbrella valley window
  yellow anchor basket copper dragon feather guitar hammer
`)

/** 33 words. */
export const second = list(`
  hotel arrow bottle camera dinner eagle finger glass hill ink jungle kettle lemon
  mirror night ocean paper queen rabbit silver tower uncle violin winter yard autumn
  butter cotton doctor evening flower grape honey
`)

/** 35 words. */
export const third = list(`
  shape animal border circle double early fabric gentle hollow indigo juice knot linen
  motion narrow open plain quiet round simple thread upper velvet warm young amber
  bright calm dusty empty frosty golden humble ivory lucky
`)

/** 37 words. */
export const fourth = list(`
  community address balance chapter degree example family gallery history idea journey
  knowledge language moment number object people question reason season theater unit
  village weather year account building culture design energy figure group height
  industry library meeting network
`)
