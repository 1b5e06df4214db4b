import * as Redacted from "effect/Redacted"

/** What PATs and JWTs look like, for those that we have not met before. */
const tokenLike = /zpat_[\w-]{8,}|eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g

/**
 * Hides secrets that a server echoed in text that will be shown: the ones that
 * were sent, in the forms in which they travel, and whatever looks like a token.
 */
export const mask = (text: string, secrets: Iterable<Redacted.Redacted>): string => {
  let masked = text
  // The longest first, or a short one that is part of it would leave the rest to be seen.
  const values = Array.from(secrets, (secret) => Redacted.value(secret)).sort((a, b) => b.length - a.length)
  for (const value of values) {
    if (value === "") continue
    for (const form of new Set([value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)])) {
      masked = masked.replaceAll(form, "[hidden]")
    }
  }
  return masked.replace(tokenLike, "[hidden]")
}
