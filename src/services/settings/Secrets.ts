import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { hiddenSecret } from "../../domain/Credential.ts"

/**
 * The secrets of one run, which are hidden if a server echoes them. A password
 * may come back long after the request that contained it.
 */
export class Secrets extends Context.Tag("zpcli/Secrets")<
  Secrets,
  {
    readonly add: (...secrets: ReadonlyArray<Redacted.Redacted>) => Effect.Effect<void>
    /** Masks every secret that was added, and everything else that `maskTokens` masks. */
    readonly hide: (text: string) => string
  }
>() {
  static readonly make = Effect.sync(() => {
    const known = new Set<Redacted.Redacted>()
    return Secrets.of({
      add: (...secrets) =>
        Effect.sync(() => {
          for (const secret of secrets) known.add(secret)
        }),
      hide: (text) => maskTokens(text, known),
    })
  })

  static readonly layer = Layer.effect(this, this.make)
}

/** How many characters of a server's text are shown. */
const maxLength = 1000

/** What looks like a PAT or a JWT. */
const tokenLike = /zpat_[\w-]{8,}|eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g

/** The beginning of a token at the end of a text, where the rest may have been cut off. */
const cutToken = /(?:zpat_|eyJ)[\w.-]*$/

/**
 * The forms in which a server may echo a secret: plain, URL-encoded, or escaped
 * as in JSON, which may be kept to ASCII.
 */
const formsOf = (secret: string): ReadonlySet<string> => {
  const json = JSON.stringify(secret).slice(1, -1)
  const escapeOf = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
  const inBothCases = (form: string, digits: RegExp) => [
    form.replace(digits, (hex) => hex.toLowerCase()),
    form.replace(digits, (hex) => hex.toUpperCase()),
  ]
  return new Set([
    secret,
    json,
    ...inBothCases(encodeURIComponent(secret), /%../g),
    ...inBothCases(json.replace(/[^\0-~]/g, escapeOf), /(?<=\\u)..../g),
  ])
}

/** Hides known secrets with a plain text search, which takes linear time. */
const hideSecrets = (text: string, secrets: Iterable<Redacted.Redacted>): string => {
  let hidden = text
  // The longest first: hiding a short one inside it would leave the rest visible.
  const values = Array.from(secrets, (secret) => Redacted.value(secret)).sort((a, b) => b.length - a.length)
  for (const value of values) {
    if (value === "") continue
    for (const form of formsOf(value)) hidden = hidden.replaceAll(form, hiddenSecret)
  }
  return hidden
}

/**
 * Masks these secrets, and everything that looks like a token, in a text that will
 * be shown. A long text is cut after the search for secrets, which would not find
 * half of one, and before the search for patterns, which is slow on a long text.
 */
export const maskTokens = (text: string, secrets: Iterable<Redacted.Redacted> = []): string => {
  const found = hideSecrets(text, secrets)
  // A secret with invisible characters inside would be whole again in a program that drops them.
  const visible = found.replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, "")
  const masked = hideSecrets(visible, secrets)
  const hidden = masked === visible ? found : masked
  if (hidden.length <= maxLength) return hidden.replace(tokenLike, hiddenSecret)
  // Don't cut a surrogate pair in half.
  const cut = hidden.slice(0, maxLength).replace(/[\uD800-\uDBFF]$/, "")
  return `${cut.replace(tokenLike, hiddenSecret).replace(cutToken, hiddenSecret)}…`
}

/** Masks one token in data, such as JSON, and changes nothing else. */
export const maskInData = (text: string, token: Redacted.Redacted | undefined): string =>
  // A shorter text isn't a token, and might be part of any word.
  token === undefined || Redacted.value(token).length < 8 ? text : hideSecrets(text, [token])
