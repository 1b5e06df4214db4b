/** Numbers from 0 up to 1: mulberry32. */
const randomFrom = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** `ZPCLI_FAULT_SEED` repeats a run of random sequences. */
export const seed = Number(process.env.ZPCLI_FAULT_SEED ?? Date.now() % 2 ** 31)

/** What a sequence is drawn with: the same for the same seed and index. */
export const drawing = (index: number) => {
  const random = randomFrom(seed + Math.imul(index, 0x9e3779b1))
  const below = (count: number) => Math.floor(random() * count)
  return {
    /** From 0 up to 1. */
    random,
    /** A whole number from 0. */
    below,
    pick: <A>(from: ReadonlyArray<A>): A => from[below(from.length)] as A,
  }
}
