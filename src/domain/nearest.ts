import { distance } from "fastest-levenshtein"

/**
 * The candidate that a misspelt word most likely stands for, or undefined when
 * none is close: at most two edits, and no more than half of the word (rounded
 * up), yet never all of it: `x` does not lead to `*`.
 * Case is ignored, so that `--JSON` leads to `--json`.
 */
export const nearest = (word: string, candidates: Iterable<string>): string | undefined => {
  const { length } = word.replace(/^-+/, "")
  const limit = Math.min(2, Math.ceil(length / 2), Math.max(0, length - 1))
  let best: string | undefined
  let least = limit + 1
  for (const candidate of candidates) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase())
    if (edits < least) {
      best = candidate
      least = edits
    }
  }
  return best
}
