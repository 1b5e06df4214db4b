import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { hiddenSecret } from "../../domain/Credential.ts"

/**
 * The secrets of one run, so that none of them is shown where a server echoes
 * it: a password may come back long after the request that it went with.
 */
export class Secrets extends Context.Tag("zpcli/Secrets")<
  Secrets,
  {
    readonly add: (...secrets: ReadonlyArray<Redacted.Redacted>) => Effect.Effect<void>
    /** Masks a server's words with `maskTokens`, and every secret that was added. */
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

/** The most characters of a server's words that are shown. */
const maxLength = 1000

/** PATs and JWTs, including those that are not known. */
const tokenLike = /zpat_[\w-]{8,}|eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g

/** The beginning of a token at the end of a text, which may be the half of one. */
const cutToken = /(?:zpat_|eyJ)[\w.-]*$/

/** Characters that are invisible. */
const invisible = /\p{Cf}/gu

/** The forms in which a server may echo a secret: as it is, as in a URL, as in JSON. */
const formsOf = (secret: string): ReadonlySet<string> =>
  new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])

/** Hides known secrets in a text with a plain search, whose time is linear in the text's length. */
const hideSecrets = (text: string, secrets: Iterable<Redacted.Redacted>): string => {
  let hidden = text
  // The longest first: a short one that is a part of it would leave the rest visible.
  const values = Array.from(secrets, (secret) => Redacted.value(secret)).sort((a, b) => b.length - a.length)
  for (const value of values) {
    if (value === "") continue
    for (const form of formsOf(value)) hidden = hidden.replaceAll(form, hiddenSecret)
  }
  return hidden
}

/**
 * Masks words that will be shown: everything that looks like a token, and these
 * secrets, whatever they look like. A long text is cut after the search for
 * secrets, which would not find half of one, and before the search for patterns,
 * which takes long on a long text.
 */
export const maskTokens = (text: string, secrets: Iterable<Redacted.Redacted> = []): string => {
  const found = hideSecrets(text, secrets)
  // A secret with invisible characters in between would be whole again in a program that drops them.
  const visible = found.replace(invisible, "")
  const masked = hideSecrets(visible, secrets)
  const hidden = masked === visible ? found : masked
  if (hidden.length <= maxLength) return hidden.replace(tokenLike, hiddenSecret)
  // Not between the two halves of a character beyond the first 65,536.
  const cut = hidden.slice(0, maxLength).replace(/[\uD800-\uDBFF]$/, "")
  return `${cut.replace(tokenLike, hiddenSecret).replace(cutToken, hiddenSecret)}…`
}

/** Masks one token in data, such as JSON, that is printed whole and otherwise as it came. */
export const maskInData = (text: string, token: Redacted.Redacted | undefined): string =>
  // A shorter one is not a token, and may be part of any word.
  token === undefined || Redacted.value(token).length < 8 ? text : hideSecrets(text, [token])
