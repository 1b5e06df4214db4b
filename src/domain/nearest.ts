import { distance } from "fastest-levenshtein"

/**
 * The candidate that a misspelt word most likely stands for, or undefined when
 * none is close: at most two edits, and fewer than half of the word.
 * Case is ignored, so that `--JSON` leads to `--json`.
 */
export const nearest = (word: string, candidates: Iterable<string>): string | undefined => {
  const limit = Math.min(2, Math.ceil(word.replace(/^-+/, "").length / 2))
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
