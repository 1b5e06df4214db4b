/** JSON text with something changed or added; the rest stays as it came. */
import { membersAt, membersOf } from "./JsonText.ts"

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
  let start = 0
  const parts = members.map(({ value }) => {
    const before = text.slice(start, value.start)
    start = value.end
    return before + json
  })
  return parts.join("") + text.slice(start)
}
