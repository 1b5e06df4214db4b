import * as Terminal from "@effect/platform/Terminal"
import * as Effect from "effect/Effect"
import { Quit } from "../../domain/Errors.ts"
import { escapeControls } from "./escape.ts"
import { cut, padTo, widthOf } from "./wrap.ts"

/** Something to choose. */
export interface Choice<A> {
  readonly value: A
  /** What people call it. */
  readonly name: string
  /** Columns that help to decide, the most important first: only those that fit are shown. */
  readonly details: ReadonlyArray<string>
  /** Text that the filter searches in addition to the name; none by default. */
  readonly keywords?: string
}

interface State {
  /** Only choices that contain this text are shown; case is ignored. */
  readonly filter: string
  /** The index of the row with the cursor, among the rows that are shown. */
  readonly at: number
  /** Indexes into all choices; a choice that the filter hides stays chosen. */
  readonly chosen: ReadonlySet<number>
  /** Whether Enter was pressed with nothing chosen. */
  readonly premature: boolean
}

/** The most rows that are shown at once; more rows scroll. */
const maxRows = 15

/** The lines around the rows: the question, the note and the filter. */
const otherLines = 3

/** A name keeps at least this width. Details that don't fit then are left out. */
const minName = 12

/** Lays out rows in columns. If they don't fit, the last details are left out first, and then names are cut. */
const layOut = (choices: ReadonlyArray<Choice<unknown>>) => {
  const rows = choices.map(({ details, name }) => [name, ...details].map(escapeControls))
  const widths: Array<number> = []
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, widthOf(cell))
    })
  }
  const [natural = 0, ...details] = widths
  return (index: number, columns: number): string => {
    let room = columns - Math.min(natural, minName)
    const fitting = details.findIndex((width) => {
      room -= width + 2
      return room < 0
    })
    const shown = fitting === -1 ? details : details.slice(0, fitting)
    const forName = columns - shown.reduce((sum, width) => sum + width + 2, 0)
    return [Math.min(natural, forName), ...shown]
      .map((width, column) => padTo(cut(rows[index]?.[column] ?? "", width), width))
      .join("  ")
      .trimEnd()
  }
}

const make = <A>(question: string, choices: ReadonlyArray<Choice<A>>, several: boolean) => {
  const rowText = layOut(choices)
  const texts = choices.map(({ keywords = "", name }) => `${name}\n${keywords}`.toLowerCase())
  const shownIn = ({ filter }: State): ReadonlyArray<number> =>
    texts.flatMap((text, index) => (text.includes(filter.toLowerCase()) ? [index] : []))
  const keys = `${several ? "Space to select, Enter to confirm" : "Enter to choose"}, type to filter`

  /** The lines of a frame. The terminal's cursor stays at the end of the last one, after the filter. */
  const frame = (state: State, columns: number, rows: number): ReadonlyArray<string> => {
    const shown = shownIn(state)
    const room = Math.max(1, Math.min(maxRows, rows - otherLines - 1))
    const top = Math.max(0, Math.min(state.at - Math.floor(room / 2), shown.length - room))
    const lines = shown.slice(top, top + room).map((index, row) => {
      const cursor = top + row === state.at ? ">" : " "
      const box = several ? (state.chosen.has(index) ? "[x] " : "[ ] ") : ""
      return `${cursor} ${box}${rowText(index, columns - box.length - 3)}`
    })
    const position = shown.length > room ? `${state.at + 1} of ${shown.length}` : ""
    const selected = several && state.chosen.size > 0 ? `${state.chosen.size} selected` : ""
    const advice = state.premature ? "Press Space to select a row first" : keys
    const end = position === "" && selected === "" ? "Ctrl-C to cancel" : ""
    const note =
      shown.length === 0
        ? ["Nothing matches, Esc to clear the filter", selected]
        : [position, selected, advice, end]
    return [question, ...lines, `  ${note.filter(Boolean).join(", ")}`, `Filter: ${state.filter}`].map(
      // One column stays free: a full line would move the cursor to the next one.
      (line) => cut(escapeControls(line), columns - 1),
    )
  }

  const after = (state: State, { input, key }: Terminal.UserInput): State | "quit" | "submit" | "redraw" => {
    const shown = shownIn(state)
    const calm = { ...state, premature: false }
    const moved = (at: number): State => ({ ...calm, at: Math.max(0, Math.min(at, shown.length - 1)) })
    /** The cursor stays on its row if that still matches. */
    const filtered = (filter: string): State => ({
      ...calm,
      filter,
      at: Math.max(0, shownIn({ ...state, filter }).indexOf(shown[state.at] ?? -1)),
    })
    switch (key.ctrl ? `ctrl-${key.name}` : key.name) {
      case "ctrl-c":
      case "ctrl-d":
        return "quit"
      case "ctrl-l":
        return "redraw"
      case "ctrl-u":
        return filtered("")
      case "ctrl-p":
      case "up":
        return moved(state.at - 1)
      case "ctrl-n":
      case "down":
        return moved(state.at + 1)
      case "pageup":
        return moved(state.at - maxRows)
      case "pagedown":
        return moved(state.at + maxRows)
      case "home":
        return moved(0)
      case "end":
        return moved(shown.length - 1)
      case "escape":
        return state.filter === "" ? "quit" : filtered("")
      case "backspace":
        return filtered(Array.from(state.filter).slice(0, -1).join(""))
      case "return":
      case "enter":
        return (several ? state.chosen.size : shown.length) > 0 ? "submit" : { ...state, premature: several }
    }
    const text = input._tag === "Some" && !key.ctrl && !key.meta ? input.value : ""
    if (several && text === " ") {
      const index = shown[state.at]
      if (index === undefined) return state
      const chosen = new Set(state.chosen)
      if (!chosen.delete(index)) chosen.add(index)
      return { ...calm, chosen }
    }
    // A filter that is only a blank would hide rows, and nobody could see why.
    if (text === " " && state.filter === "") return state
    return text === "" || /\p{Cc}/u.test(text) ? state : filtered(state.filter + text)
  }

  const chosenIn = (state: State): ReadonlyArray<Choice<A>> => {
    const at = shownIn(state)[state.at]
    return choices.filter((_, index) => (several ? state.chosen.has(index) : index === at))
  }

  return { after, chosenIn, frame }
}

/** Moves to the start of lines of these widths, and clears them. If the terminal has become narrower, one may take several rows. */
const clear = (widths: ReadonlyArray<number>, columns: number): string => {
  const taken = widths.map((width) => Math.max(1, Math.ceil(width / columns)))
  const up = taken.reduce((sum, count) => sum + count, 0) - 1
  return `\r${up > 0 ? `\u001B[${up}A` : ""}\u001B[J`
}

const ask = Effect.fnUntraced(
  function* <A>(question: string, choices: ReadonlyArray<Choice<A>>, several: boolean) {
    const terminal = yield* Terminal.Terminal
    const display = (text: string) => Effect.orDie(terminal.display(text))
    const { after, chosenIn, frame } = make(question, choices, several)
    const keys = yield* terminal.readInput
    let state: State = { filter: "", at: 0, chosen: new Set(), premature: false }
    while (true) {
      const lines = frame(state, yield* terminal.columns, yield* terminal.rows)
      yield* display(lines.join("\n"))
      const next = after(state, yield* Effect.mapError(keys.take, () => new Quit()))
      const columns = yield* terminal.columns
      // What was drawn may be gone, as after a suspend: draw again below it.
      yield* display(clear(next === "redraw" ? [] : lines.map(widthOf), columns))
      if (next === "quit" || next === "submit") {
        const chosen = chosenIn(state)
        const names = chosen.map(({ name }) => name).join(", ")
        const answer = next === "quit" ? question : `${question} ${names}`
        yield* display(`${cut(escapeControls(answer), columns - 1)}\n`)
        return next === "quit" ? yield* new Quit() : chosen.map(({ value }) => value)
      }
      if (next !== "redraw") state = next
    }
  },
  Effect.scoped,
  Effect.onInterrupt(() =>
    Effect.flatMap(Terminal.Terminal, (terminal) => Effect.ignore(terminal.display("\n"))),
  ),
)

/** Lets a person at the terminal choose one or more; nothing is preselected. Ctrl-C and Ctrl-D fail with `Quit`. */
export const chooseSeveral = <A>(question: string, choices: ReadonlyArray<Choice<A>>) =>
  ask(question, choices, true)

/** Lets a person at the terminal choose one. Ctrl-C and Ctrl-D fail with `Quit`. */
export const chooseOne = <A>(question: string, choices: ReadonlyArray<Choice<A>>) =>
  Effect.map(ask(question, choices, false), (values) => values[0] as A)
