/** Parts of JSON text as they came, with the digits of their numbers. */
import { locate, membersOf, skipFiller } from "./JsonText.ts"

/** The text of an element of the list at a path, counted from 0; `null` where there is none. */
export const elementAt = (text: string, path: ReadonlyArray<string>, index: number): string => {
  const element = locate(text, skipFiller(text, 0), path).elements[index]
  return element === undefined ? "null" : text.slice(element.start, element.end)
}

/** The text of each value of an object, by its name; of several with one name the last. */
export const membersIn = (object: string): ReadonlyMap<string, string> =>
  new Map(Array.from(membersOf(object, 0), ({ name, value }) => [name, object.slice(value.start, value.end)]))
