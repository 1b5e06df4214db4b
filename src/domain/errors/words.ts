/** Words that several errors share. They are escaped only when they are printed. */
import { distance } from "fastest-levenshtein"

/** The server's own words, if there are any. */
export const serverSaid = (serverMessage: string | undefined): string => {
  const words = serverMessage?.replace(/[.\s]+$/, "")
  return words ? ` (the API says: ${words})` : ""
}

/** The number of attempts, if there were several. */
export const attempted = (attempts: number): string => (attempts > 1 ? ` (${attempts} attempts)` : "")

/** Suggests a word, if there is one. */
export const didYouMean = (candidate: string | undefined): string =>
  candidate === undefined ? "" : ` Did you mean ${candidate}?`

/** An error's message as part of a sentence; undefined means that it was interrupted. */
export const because = (cause: { readonly _tag: string; readonly message: string } | undefined): string =>
  cause === undefined || cause._tag === "Quit"
    ? "it was interrupted"
    : cause.message.replace(/\.$/, "").replace(/^(The|There|This|An?|Its)\b/, (word) => word.toLowerCase())

/** The meaning of system codes that few users know. */
const meanings: Readonly<Record<string, string>> = {
  EISDIR: "it is a folder",
  ELOOP: "its symbolic links form a loop",
  EPERM: "it or its folder may be immutable",
}

/** A code of the system, with its meaning if few users know it. */
export const explained = (code = "unknown"): string =>
  meanings[code] === undefined ? code : `${code}: ${meanings[code]}`

/**
 * The candidate that a misspelt word most likely means, if one is close: at most
 * two edits, and no more than half of the word (rounded up), but never all of it,
 * so that `x` doesn't lead to `*`. Case is ignored.
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
