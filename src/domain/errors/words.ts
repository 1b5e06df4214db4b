/** Words that several errors share. They are plain text: whoever prints them escapes them. */

/** The server's own words, where it had any. */
export const serverSaid = (serverMessage: string | undefined): string => {
  const words = serverMessage?.replace(/[.\s]+$/, "")
  return words ? ` (the API says: ${words})` : ""
}

/** How many attempts were made, where it was more than one. */
export const attempted = (attempts: number): string => (attempts > 1 ? ` (${attempts} attempts)` : "")

/** Suggests the nearest word, where there is one. */
export const didYouMean = (candidate: string | undefined): string =>
  candidate === undefined ? "" : ` Did you mean ${candidate}?`

/** An error's message as part of a sentence; without one it was an interruption. */
export const because = (cause: { readonly _tag: string; readonly message: string } | undefined): string =>
  cause === undefined || cause._tag === "Quit"
    ? "it was interrupted"
    : cause.message.replace(/\.$/, "").replace(/^(The|There|This|An?|Its)\b/, (word) => word.toLowerCase())

/** What a code of the system means, where the code alone helps few users. */
const meanings: Readonly<Record<string, string>> = {
  EISDIR: "it is a folder",
  ELOOP: "its symbolic links lead in a circle",
  EPERM: "it or its folder may be immutable",
}

/** A code of the system, with what it means if that helps. */
export const explained = (code = "unknown"): string =>
  meanings[code] === undefined ? code : `${code}: ${meanings[code]}`
