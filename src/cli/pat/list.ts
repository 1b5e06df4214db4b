import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { withElements } from "../../domain/JsonText.ts"
import { expiryOf, type Pat } from "../../domain/Pat.ts"
import { matches, orders, sorted } from "../../domain/PatList.ts"
import { Process } from "../../services/Process.ts"
import { PatApi } from "../../services/pats/PatApi.ts"
import { exitCodes } from "../errors/exitCodes.ts"
import { ExitWith } from "../errors/failure.ts"
import { exclusive, jsonOption, localOption, settingsOptions } from "../options.ts"
import * as otherTools from "../otherTools.ts"
import { print, printError, printJson, printSafe } from "../output/print.ts"
import { type Layout, render } from "../output/table.ts"
import { formatter, localZone, type TimeForm } from "../output/time.ts"
import { words } from "../output/wrap.ts"
import { withServices } from "../services.ts"
import { withExamples, withGroup, withOtherWords } from "../strict/annotations.ts"
import { filterOptions, filterWords, parseFilters } from "./filters.ts"

/** The columns of docs/pat-list.md, in its order. */
const headings = ["ID", "Label", "Status", "Created At", "Expiry", "Last Used", "Scopes"]
const times = ["Created At", "Expiry", "Last Used"]
const expiryColumn = headings.indexOf("Expiry")

const label = { column: headings.indexOf("Label"), after: words, least: 16, lines: Number.POSITIVE_INFINITY }
const scopes = { column: headings.indexOf("Scopes"), after: /(?<=, )/, least: 0, lines: 3 }

/** An expiry within this time is highlighted, in milliseconds: 14 days. */
const soon = 14 * 24 * 3_600_000

const cells = (pat: Pat, format: ReturnType<typeof formatter>, form: TimeForm): ReadonlyArray<string> => [
  pat.key_id ?? "-",
  pat.label ?? "-",
  pat.status ?? "-",
  format(pat.created_at, "-", form),
  format(expiryOf(pat), "Never", form),
  format(pat.last_used_at, "Never", form),
  pat.scopes === undefined || pat.scopes.length === 0 ? "-" : pat.scopes.join(", "),
]

/** The style of an expiry: red if it has passed, yellow if it is soon (SGR parameters). */
const expiryStyle = (pat: Pat, now: number): string | undefined => {
  const expiry = expiryOf(pat)
  if (typeof expiry !== "number" || expiry > now + soon) return undefined
  return expiry <= now ? "31" : "33"
}

/** The layouts of the table, each narrower than the one before. A terminal gets the first that fits. */
const layouts = (rows: (form: TimeForm) => Layout["rows"], zone: string): [Layout, ...Array<Layout>] => {
  const zoned = headings.map((heading) => (times.includes(heading) ? `${heading} (${zone})` : heading))
  const dates = { headings, rows: rows("date") }
  return [
    { headings, rows: rows("full") },
    { headings: zoned, rows: rows("minutes") },
    dates,
    { ...dates, wrapped: [label] },
    { ...dates, wrapped: [label, scopes] },
    { ...dates, wrapped: [label, scopes], gap: " " },
  ]
}

/** Prints PATs as a table that fits the terminal, or in full width if stdout isn't one. */
const printTable = Effect.fn("list.printTable")(function* (
  pats: ReadonlyArray<Pat>,
  now: number,
  local: boolean,
) {
  const { stdout } = yield* Process
  const format = formatter(local, yield* localZone)
  const rows = (form: TimeForm) => ({
    *[Symbol.iterator]() {
      for (const pat of pats) yield cells(pat, format, form)
    },
  })
  const target = { columns: stdout.isTerminal ? stdout.columns() : undefined, bold: stdout.color }
  const table = render(layouts(rows, local ? "local" : "UTC"), target, (row, column) =>
    stdout.color && column === expiryColumn ? expiryStyle(pats[row] as Pat, now) : undefined,
  )
  for (const part of table) yield* printSafe(part)
})

/** The title in help of the options about the output. */
const output = "Output"

const options = () => ({
  ...filterOptions(),
  json: jsonOption("Print raw JSON instead of a table").pipe(withGroup(output)),
  quiet: Options.boolean("quiet").pipe(
    Options.withAlias("q"),
    Options.withDescription("Print only key IDs, one per line"),
    withGroup(output),
  ),
  local: localOption().pipe(withGroup(output)),
  sort: Options.choice("sort", orders).pipe(
    Options.withPseudoName("key"),
    Options.withDescription(
      "Sort by created, expiry, last-used or label; put a minus in front to reverse it, as in -created (default: the API's order)",
    ),
    Options.optional,
    withGroup(output),
  ),
  exitCode: Options.boolean("exit-code").pipe(
    Options.withDescription("Exit with 8 if any PAT is listed"),
    withGroup(output),
  ),
  ...settingsOptions(),
})

export type ListOptions = Command.Command.ParseConfig<ReturnType<typeof options>>

/** What is to be printed: JSON, or else PATs. The rest of a long list is let go of before that. */
const read = Effect.fnUntraced(function* (given: ListOptions) {
  const { exitCode, json } = given
  const filtersAt = yield* parseFilters(given)
  // A duration that is too long is refused before anything is sent.
  yield* filtersAt(yield* Clock.currentTimeMillis)
  const listing = yield* (yield* PatApi).list
  const { now, text } = listing
  const isShown = matches(yield* filtersAt(now), now)
  const order = Option.getOrUndefined(given.sort)
  const indexesIn = (pats: ReadonlyArray<Pat>) => {
    const all = order === undefined ? [...pats.keys()] : sorted(pats, order)
    return all.filter((index) => isShown(pats[index] as Pat))
  }
  // If JSON is neither filtered nor sorted, it is printed without decoding its items.
  const isWhole = filterWords(given).length === 0 && order === undefined
  const indexes = isWhole ? undefined : indexesIn(listing.pats)
  const isEmpty = (exitCode || !json) && (indexes ?? listing.pats).length === 0
  if (json) {
    const shown = indexes === undefined ? text : withElements(text, ["detail", "items"], indexes)
    return { json: shown, pats: [], now, isEmpty }
  }
  const pats = indexes?.map((index) => listing.pats[index] as Pat) ?? listing.pats
  return { json: undefined, pats, now, isEmpty }
})

/** Prints the PATs of the account, never their tokens. */
export const list = Effect.fn("pat.list")(function* (given: ListOptions) {
  const { exitCode, quiet } = given
  yield* exclusive(["pat", "list"], { "--json": given.json, "--quiet": quiet })
  const { isEmpty, json, now, pats } = yield* read(given)
  const filters = filterWords(given)
  const found = exitCode && !isEmpty
  const printed = Effect.suspend(() => {
    if (json !== undefined) return printJson(json)
    if (quiet) {
      const ids = pats.flatMap(({ key_id }) => key_id ?? [])
      return ids.length === 0 ? Effect.void : print(ids)
    }
    if (isEmpty) return print(filters.length > 0 ? "No PATs match." : "No PATs found.")
    return printTable(pats, now, given.local)
  })
  // If the reader closes the pipe early, as head does, --exit-code must still report what was found.
  yield* Effect.catchIf(
    printed,
    ({ code }) => found && code === "EPIPE",
    () => Effect.void,
  )
  if (isEmpty && filters.length > 0 && json === undefined && !quiet)
    yield* printError(`Filter: ${filters.join(" ")}`)
  if (found) return yield* new ExitWith({ code: exitCodes.rowsFound })
})

export const examples = [
  { command: "zpcli pat list --local --status active", description: "List active PATs, with local times" },
  {
    command: "zpcli pat list --unused-for 90d",
    description: "List active PATs that weren't used in the last 90 days",
  },
  {
    command: "zpcli pat list --expiring-within 14d --exit-code",
    description: "Fail a CI job, with exit code 8, if a PAT expires soon",
  },
]

export const command = () =>
  Command.make("list", options(), withServices(list)).pipe(
    Command.withDescription("List your PATs"),
    withOtherWords(otherTools.list),
    withExamples(examples),
  )
