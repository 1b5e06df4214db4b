/** Keys whose values say what went wrong, the most telling first. */
const headlines = ["message", "Message", "error", "title", "errorMessage", "msg"]

/** Keys whose values explain it. */
const explanations = ["detail", "error_description", "errors"]

const telling = [...headlines, ...explanations]

/** The most values that are looked at for a text: no answer takes longer, however deep or long it is. */
const maxValues = 1000

/** The longest plain text, in characters, that is taken for words and not for a document. */
const maxPlainText = 500

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** What is inside a list or an object, in the order in which it is looked at: telling keys first. */
const inside = (value: unknown): ReadonlyArray<unknown> => {
  if (Array.isArray(value)) return value.slice(0, maxValues)
  if (!isRecord(value)) return []
  const others = Object.keys(value).filter((key) => !telling.includes(key))
  return [...telling.filter((key) => Object.hasOwn(value, key)), ...others]
    .slice(0, maxValues)
    .map((key) => value[key])
}

/** The first text in a value that is not blank. */
const firstText = (value: unknown): string | undefined => {
  const waiting = [value]
  for (let looked = 0; waiting.length > 0 && looked < maxValues; looked++) {
    const next = waiting.pop()
    if (typeof next === "string" && next.trim() !== "") return next.trim()
    waiting.push(...inside(next).toReversed())
  }
  return undefined
}

const firstOf = (record: Readonly<Record<string, unknown>>, keys: ReadonlyArray<string>) => {
  for (const key of keys) {
    const text = firstText(record[key])
    if (text !== undefined) return text
  }
  return undefined
}

/**
 * The server's own words in the JSON of a failure: a text, or the first text
 * in one of the keys that APIs and gateways use, such as `{message}`,
 * `{Message}`, `{message, detail}`, `{error: {message}}` and `{errors: {field: [..]}}`.
 */
export const failureMessage = (json: unknown): string | undefined => {
  if (typeof json === "string") return firstText(json)
  if (!isRecord(json)) return undefined
  const headline = firstOf(json, headlines)
  const explanation = firstOf(json, explanations)
  if (headline === undefined || explanation === undefined || headline === explanation) {
    return headline ?? explanation
  }
  return `${headline}: ${explanation}`
}

/** The words of a failure whose body is a short plain text, and neither a web page nor JSON that was cut off. */
export const plainMessage = (text: string, contentType: string | undefined): string | undefined =>
  /^\s*text\/plain\b/i.test(contentType ?? "") && text.length <= maxPlainText && !/^\s*[<{[]/.test(text)
    ? firstText(text)
    : undefined
