/**
 * Finds and changes parts of JSON text without parsing it, to keep the digits of
 * numbers beyond 2^53. Every function takes text that `JSON.parse` has accepted,
 * and uses a loop, so that a deep value can't exhaust the stack. A text in parts
 * is never split within a token.
 */

/** An element of a list, or a member of an object. */
interface Item {
  /** The unescaped name; undefined for an element. */
  readonly name: string | undefined
  /** Where the element starts, or the name of the member. */
  readonly start: number
  /** Where the value starts. */
  readonly value: number
  readonly end: number
}

export const quote = 0x22
const backslash = 0x5c
export const colon = 0x3a
const comma = 0x2c

/** White space or a comma: it can be skipped in valid JSON. */
export const isFiller = (code: number): boolean =>
  code === 0x20 || code === comma || code === 0x0a || code === 0x0d || code === 0x09

export const isOpening = (code: number): boolean => code === 0x7b || code === 0x5b

export const isClosing = (code: number): boolean => code === 0x7d || code === 0x5d

const skipFiller = (text: string, from: number): number => {
  let at = from
  while (isFiller(text.charCodeAt(at))) at++
  return at
}

/** The end of the string that starts at a quote. */
export const stringEnd = (text: string, start: number): number => {
  let end = text.indexOf('"', start + 1)
  while (text.charCodeAt(end - 1) === backslash) {
    let first = end - 1
    while (text.charCodeAt(first - 1) === backslash) first--
    // An even number of backslashes escape each other, not the quote.
    if ((end - first) % 2 === 0) break
    end = text.indexOf('"', end + 1)
  }
  return end + 1
}

/** The end of the number, `true`, `false` or `null` that starts here. */
export const wordEnd = (text: string, start: number): number => {
  let end = start + 1
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (isFiller(code) || isClosing(code)) break
  }
  return end
}

/** The end of the value that starts here. */
const valueEnd = (text: string, start: number): number => {
  let at = start
  let depth = 0
  do {
    const code = text.charCodeAt(at)
    if (code === quote) at = stringEnd(text, at)
    else if (isOpening(code)) {
      depth++
      at++
    } else if (isClosing(code)) {
      depth--
      at++
    } else at = depth > 0 ? at + 1 : wordEnd(text, at)
  } while (depth > 0)
  return at
}

/** The items of the list or object that starts here; none for any other value. */
const itemsOf = (text: string, start: number): ReadonlyArray<Item> => {
  const isObject = text[start] === "{"
  const items: Array<Item> = []
  if (!isObject && text[start] !== "[") return items
  let at = skipFiller(text, start + 1)
  while (!isClosing(text.charCodeAt(at))) {
    const nameEnd = isObject ? stringEnd(text, at) : at
    const name = isObject ? (JSON.parse(text.slice(at, nameEnd)) as string) : undefined
    const value = isObject ? skipFiller(text, skipFiller(text, nameEnd) + 1) : at
    const end = valueEnd(text, value)
    items.push({ name, start: at, value, end })
    at = skipFiller(text, end)
  }
  return items
}

const membersOf = (text: string, start: number, name: string): Array<Item> =>
  itemsOf(text, start).filter((item) => item.name === name)

/** Every member at a path of names, in the order of the text. An object may have several members with the same name. */
const membersAt = (text: string, path: ReadonlyArray<string>): ReadonlyArray<Item> => {
  const root: Item = { name: undefined, start: 0, value: skipFiller(text, 0), end: text.length }
  return path.reduce<ReadonlyArray<Item>>(
    (found, name) => found.flatMap(({ value }) => membersOf(text, value, name)),
    [root],
  )
}

/**
 * The member at a path. Of several with the same name it is the last, as in
 * `JSON.parse`; `replaced` has the others, in the order of the text.
 */
const locate = (text: string, path: ReadonlyArray<string>) => {
  const replaced: Array<Item> = []
  let found: Item | undefined
  for (const name of path) {
    const named = membersOf(text, found?.value ?? skipFiller(text, 0), name)
    found = named.pop()
    if (found === undefined) return undefined
    replaced.push(...named)
  }
  return found && { found, replaced }
}

/** The text before, between and after these parts, which must be in order. */
const between = (
  text: string,
  parts: ReadonlyArray<{ readonly start: number; readonly end: number }>,
): ReadonlyArray<string> => {
  const starts = [0, ...parts.map(({ end }) => end)]
  return starts.map((start, index) => text.slice(start, parts[index]?.start))
}

/**
 * A text, in parts, without the member at a path, or without all of them if an
 * object has several with that name. Their commas remain.
 */
export const withoutMember = (text: string, path: ReadonlyArray<string>): ReadonlyArray<string> =>
  between(text, membersAt(text, path))

/**
 * A text, in parts, with only some elements of the list at a path. A member that a
 * later one with the same name replaces is left out: its list would still be whole.
 *
 * @param indexes - which elements, counted from 0, in the order to put them in
 */
export function* withElements(
  text: string,
  path: ReadonlyArray<string>,
  indexes: Iterable<number>,
): Generator<string> {
  const list = locate(text, path)
  if (list === undefined) return yield text
  const { found, replaced } = list
  const elements = itemsOf(text, found.value)
  const parts = between(text, [...replaced, { start: found.value + 1, end: found.end - 1 }])
  yield* parts.slice(0, -1)
  for (const index of indexes) yield text.slice(elements[index]?.start, elements[index]?.end)
  yield* parts.slice(-1)
}

/** Adds a member at the end of its object, unless the object already has one with this name. */
export const withMember = (text: string, path: ReadonlyArray<string>, value: unknown): string => {
  const [object] = membersAt(text, path.slice(0, -1)).filter(({ value }) => text[value] === "{")
  if (object === undefined || membersAt(text, path).length > 0) return text
  const last = itemsOf(text, object.value).at(-1)
  const at = last?.end ?? object.value + 1
  const member = `${JSON.stringify(path.at(-1))}:${JSON.stringify(value)}`
  return `${text.slice(0, at)}${last === undefined ? "" : ","}${member}${text.slice(at)}`
}

/** Sets the `message` of an object: replaces its value, or adds it as the first member. */
export const withMessage = (text: string, message: string): string => {
  const json = JSON.stringify(message)
  const members = membersAt(text, ["message"])
  if (members.length === 0) return text.replace("{", () => `{"message":${json},`)
  return between(
    text,
    members.map(({ end, value }) => ({ start: value, end })),
  ).join(json)
}

/** The text of one element, counted from 0, of the list at a path; `null` if there is none. */
export const elementAt = (text: string, path: ReadonlyArray<string>, index: number): string => {
  const list = locate(text, path)
  const element = list && itemsOf(text, list.found.value)[index]
  return element === undefined ? "null" : text.slice(element.start, element.end)
}

/** The text of each member's value, by name. If several have the same name, the last one counts. */
export const membersIn = (object: string): ReadonlyMap<string, string> =>
  new Map(itemsOf(object, 0).map(({ end, name = "", value }) => [name, object.slice(value, end)] as const))
