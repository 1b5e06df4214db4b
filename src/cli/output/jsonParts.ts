import { escapeJson, Printable } from "./printable.ts"

/** How many items of a long list are written at a time: less than V8 makes a large object of, which would cost a third more memory. */
const itemsAtATime = 200

/**
 * The same as `Printable.json`, of a value that holds a list that may be long,
 * in parts of whole lines to be printed one below the other: the text as a
 * whole is never in memory.
 */
export function* jsonParts(value: unknown, list: ReadonlyArray<unknown>): Generator<Printable, void> {
  if (list.length <= itemsAtATime) return yield Printable.json(value)
  // The list's place is found on a line of its own, by a text that nothing before it holds.
  const withMark = (mark: string) => JSON.stringify(value, (_, held) => (held === list ? [mark] : held), 2)
  let mark = "items"
  while (withMark("").includes(JSON.stringify(mark))) mark += "-"
  const frame = withMark(mark)
  const at = frame.indexOf(JSON.stringify(mark))
  const lineStart = frame.lastIndexOf("\n", at) + 1
  // As many arrays around the items indent them as far; each adds a line before and behind them.
  const depth = (at - lineStart) / 2
  const frameLength = depth * depth + depth
  const part = (text: string) => Printable.trusted(escapeJson(text))
  yield part(frame.slice(0, lineStart - 1))
  for (let from = 0; from < list.length; from += itemsAtATime) {
    let nested: unknown = list.slice(from, from + itemsAtATime)
    for (let level = 1; level < depth; level++) nested = [nested]
    const lines = JSON.stringify(nested, null, 2).slice(frameLength, -frameLength)
    yield part(from + itemsAtATime < list.length ? `${lines},` : lines)
  }
  yield part(frame.slice(frame.indexOf("\n", at) + 1))
}
