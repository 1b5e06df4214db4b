import { distance } from "fastest-levenshtein"

/**
 * The candidate that a misspelt word most likely stands for, if any is close:
 * at most two edits, and no more than half of the word (rounded up), yet never
 * all of it. Case is ignored.
 */
export const suggestions = (word: string, candidates: Iterable<string>): ReadonlyArray<string> => {
  const { length } = word.replace(/^-+/, "")
  let least = 1 + Math.min(2, Math.ceil(length / 2), Math.max(0, length - 1))
  let found: ReadonlyArray<string> = []
  for (const candidate of candidates) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase())
    if (edits < least) {
      found = [candidate]
      least = edits
    }
  }
  return found
}
