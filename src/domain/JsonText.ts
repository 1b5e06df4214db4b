/**
 * Finds parts of JSON text without parsing it, so that what is printed keeps
 * the digits of numbers beyond 2^53. Everything here takes text that
 * `JSON.parse` has accepted, and walks it in a loop: however deep a server's
 * value is, it can't exhaust the stack.
 */

/** A range of a text: from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A member of an object: its name without escapes, and where the member and its value are. */
interface Member {
  readonly name: string
  readonly start: number
  readonly value: Span
}

export const quote = 0x22
const backslash = 0x5c
export const colon = 0x3a
const comma = 0x2c

/** White space, and the commas between values: no reader here needs either. */
export const isFiller = (code: number): boolean =>
  code === 0x20 || code === comma || code === 0x0a || code === 0x0d || code === 0x09

export const isOpening = (code: number): boolean => code === 0x7b || code === 0x5b

export const isClosing = (code: number): boolean => code === 0x7d || code === 0x5d

export const skipFiller = (text: string, from: number): number => {
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
    // An even number of backslashes escape each other, and not the quote.
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
    } else if (isFiller(code) || code === colon) at++
    else at = wordEnd(text, at)
  } while (depth > 0)
  return at
}

const spanOf = ({ start, value }: Member): Span => ({ start, end: value.end })

function* membersOf(text: string, object: number): Generator<Member> {
  for (let at = skipFiller(text, object + 1); text.charCodeAt(at) === quote; at = skipFiller(text, at)) {
    const start = at
    const nameEnd = stringEnd(text, at)
    const valueStart = skipFiller(text, skipFiller(text, nameEnd) + 1)
    at = valueEnd(text, valueStart)
    yield {
      name: JSON.parse(text.slice(start, nameEnd)) as string,
      start,
      value: { start: valueStart, end: at },
    }
  }
}

/** Every member at a path of names, in their order: an object may have several members of one name. */
const membersAt = (text: string, path: ReadonlyArray<string>): ReadonlyArray<Member> => {
  let found: ReadonlyArray<Member> = [
    { name: "", start: 0, value: { start: skipFiller(text, 0), end: text.length } },
  ]
  for (const name of path) {
    found = found.flatMap(({ value }) =>
      text[value.start] === "{"
        ? [...membersOf(text, value.start)].filter((member) => member.name === name)
        : [],
    )
  }
  return found
}

/** All of a text but some parts of it, which are in their order. */
const without = (text: string, parts: ReadonlyArray<Span>): ReadonlyArray<Span> => {
  let start = 0
  const kept = parts.map((part) => {
    const before = { start, end: part.start }
    start = part.end
    return before
  })
  return [...kept, { start, end: text.length }]
}

/**
 * What remains of a text without the member at a path: without each of them,
 * where an object has several of that name.
 */
export const withoutMember = (text: string, path: ReadonlyArray<string>): ReadonlyArray<Span> =>
  without(text, membersAt(text, path).map(spanOf))

interface Located {
  readonly list: Span
  readonly elements: ReadonlyArray<Span>
  /** Members on the way that a later one of the same name replaces. */
  readonly replaced: ReadonlyArray<Span>
}

const elementsOf = (text: string, start: number): Located => {
  const elements: Array<Span> = []
  let at = skipFiller(text, start + 1)
  while (!isClosing(text.charCodeAt(at))) {
    const end = valueEnd(text, at)
    elements.push({ start: at, end })
    at = skipFiller(text, end)
  }
  return { list: { start, end: at + 1 }, elements, replaced: [] }
}

/** Finds the list at a path below the value that starts here; an empty one where there is none. */
const locate = (text: string, start: number, path: ReadonlyArray<string>): Located => {
  const [name, ...rest] = path
  if (name === undefined && text[start] === "[") return elementsOf(text, start)
  const members = name !== undefined && text[start] === "{" ? [...membersOf(text, start)] : []
  const named = members.filter((member) => member.name === name)
  const last = named.pop()
  if (last === undefined) return { list: { start, end: start }, elements: [], replaced: [] }
  const found = locate(text, last.value.start, rest)
  return { ...found, replaced: [...named.map(spanOf), ...found.replaced] }
}

/**
 * What remains of a text where the list at a path holds these of its elements
 * alone, in this order. A member that a later one of the same name replaces
 * goes too: its list would still hold all of them.
 *
 * @param indexes - of the elements, counted from 0
 */
export function* withElements(
  text: string,
  path: ReadonlyArray<string>,
  indexes: Iterable<number>,
): Generator<Span> {
  const { elements, list, replaced } = locate(text, skipFiller(text, 0), path)
  for (const { end, start } of without(text, replaced)) {
    if (list.start < start || list.start >= end) {
      yield { start, end }
      continue
    }
    yield { start, end: list.start + 1 }
    for (const index of indexes) yield elements[index] as Span
    yield { start: list.end - 1, end }
  }
}

/** A text with a member at the end of the object that the path leads to, unless that has one of this name. */
export const withMember = (text: string, path: ReadonlyArray<string>, value: unknown): string => {
  if (membersAt(text, path).length > 0) return text
  const member = `${JSON.stringify(path.at(-1))}:${JSON.stringify(value)}`
  const [object] = membersAt(text, path.slice(0, -1)).filter(({ value }) => text[value.start] === "{")
  if (object === undefined) return text
  const last = [...membersOf(text, object.value.start)].at(-1)
  const at = last?.value.end ?? object.value.start + 1
  return `${text.slice(0, at)}${last === undefined ? "" : ","}${member}${text.slice(at)}`
}

/** An object's text with this as its `message`: in the place of the one that it has, or first. */
export const withMessage = (text: string, message: string): string => {
  const json = JSON.stringify(message)
  const members = membersAt(text, ["message"])
  if (members.length === 0) return text.replace("{", () => `{"message":${json},`)
  const others = without(
    text,
    members.map(({ value }) => value),
  )
  return others.map(({ end, start }) => text.slice(start, end)).join(json)
}

/** The text of an element of the list at a path, counted from 0; `null` where there is none. */
export const elementAt = (text: string, path: ReadonlyArray<string>, index: number): string => {
  const element = locate(text, skipFiller(text, 0), path).elements[index]
  return element === undefined ? "null" : text.slice(element.start, element.end)
}

/** The text of each value of an object, by its name; of several with one name the last. */
export const membersIn = (object: string): ReadonlyMap<string, string> =>
  new Map(Array.from(membersOf(object, 0), ({ name, value }) => [name, object.slice(value.start, value.end)]))
