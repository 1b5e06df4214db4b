// A terminal's screen as a grid of cells, from what a program writes to it, and that screen as an SVG.

/**
 * The lines that a terminal of so many columns shows: lists of cells, a character and its style (codes of SGR) each.
 * A sequence that is not known here is an error, so that no picture is wrong.
 */
export const linesOf = (output, columns) => {
  const lines = [[]]
  let [row, column, style] = [0, 0, []]
  const line = () => {
    while (lines.length <= row) lines.push([])
    return lines[row]
  }
  const control = (parameters, name) => {
    const count = Number(parameters) || 0
    if (name === "m") style = count === 0 ? [] : [...style, ...parameters.split(";").map(Number)]
    else if (name === "K") line().splice(count === 2 ? 0 : column)
    else if (name === "G") column = (count || 1) - 1
    else if (name === "A") row = Math.max(0, row - (count || 1))
    else if (!/^\?25[hl]$/.test(parameters + name)) throw new Error(`CSI ${parameters}${name} is not known`)
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a terminal is controlled by
  for (const [whole, parameters, name] of output.matchAll(/\x1b\[([\d;?]*)([A-Za-z])|[\s\S]/gu)) {
    if (name !== undefined) control(parameters, name)
    else if (whole === "\r") column = 0
    else if (whole === "\n") [row, column] = [row + 1, 0]
    else {
      if (column === columns) [row, column] = [row + 1, 0]
      const cells = line()
      while (cells.length < column) cells.push({ character: " ", style: [] })
      cells[column++] = { character: whole, style }
    }
  }
  while (lines.length > 0 && lines.at(-1).length === 0) lines.pop()
  return lines
}

const [cellWidth, lineHeight, margin] = [8.4, 18, 16]
const colours = {
  31: "#ff7b72",
  32: "#7ee787",
  33: "#e3b341",
  34: "#79c0ff",
  35: "#d2a8ff",
  36: "#76e3ea",
  90: "#8b949e",
}
const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")

const attributesOf = (style) =>
  style
    .map((code) => {
      if (code === 1) return ' font-weight="bold"'
      if (code === 2) return ' opacity="0.7"'
      if (colours[code] === undefined) throw new Error(`style ${code} is not known`)
      return ` fill="${colours[code]}"`
    })
    .join("")

/** Words of one style that stand together, with their column. */
const runsOf = (cells) => {
  const runs = []
  cells.forEach(({ character, style }, column) => {
    const last = runs.at(-1)
    const attributes = character === " " ? undefined : attributesOf(style)
    if (last !== undefined && last.attributes === attributes) last.text += character
    else runs.push({ text: character, attributes, column })
  })
  return runs.filter(({ attributes }) => attributes !== undefined)
}

/** An SVG of a screen, without fonts of its own: each word is put where its cells are. Its text is the description. */
export const svgOf = (title, lines, columns) => {
  const width = Math.ceil(columns * cellWidth + 2 * margin)
  const height = lines.length * lineHeight + 2 * margin
  const texts = lines.flatMap((cells, row) =>
    runsOf(cells).map(({ attributes, column, text }) => {
      const x = (margin + column * cellWidth).toFixed(1)
      const length = ([...text].length * cellWidth).toFixed(1)
      return `<text x="${x}" y="${margin + row * lineHeight + 13}" textLength="${length}"${attributes}>${escape(text)}</text>`
    }),
  )
  const description = lines.map((cells) =>
    cells
      .map(({ character }) => character)
      .join("")
      .trimEnd(),
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title description">
<title id="title">${escape(title)}</title>
<desc id="description">
${escape(description.join("\n"))}
</desc>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
<g fill="#e6edf3" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">
${texts.join("\n")}
</g>
</svg>
`
}
