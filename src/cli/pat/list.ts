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
import { Exit, exitCodes } from "../errors/exitCodes.ts"
import * as hints from "../hints.ts"
import { exclusive, jsonOption, localOption, settingsOptions } from "../options.ts"
import type { Column } from "../output/columns.ts"
import { print, printError, printJson, printSafe } from "../output/print.ts"
import { render } from "../output/table.ts"
import { formatter, localZone } from "../output/time.ts"
import { withServices } from "../services.ts"
import { withExamples, withHints } from "../strict/annotations.ts"
import { filterOptions, filterWords, parseFilters } from "./filters.ts"

/** The columns of docs/pat-list.md, in its order. */
const columns: ReadonlyArray<Column> = [
  // People copy it.
  { heading: "ID", unbroken: true },
  { heading: "Label", shrinks: 1 },
  { heading: "Status" },
  { heading: "Created At", shrinks: 2 },
  { heading: "Expiry", shrinks: 2 },
  { heading: "Last Used", shrinks: 2 },
  { heading: "Scopes", shrinks: 3 },
]
const expiryColumn = columns.findIndex(({ heading }) => heading === "Expiry")

/** An expiry stands out from this long before it, in milliseconds: 14 days. */
const soon = 14 * 24 * 3_600_000

const cells = (pat: Pat, format: ReturnType<typeof formatter>): ReadonlyArray<string> => [
  pat.key_id ?? "-",
  pat.label ?? "-",
  pat.status ?? "-",
  format(pat.created_at, "-"),
  format(expiryOf(pat), "Never"),
  format(pat.last_used_at, "Never"),
  pat.scopes === undefined || pat.scopes.length === 0 ? "-" : pat.scopes.join(", "),
]

/** Red for an expiry that has passed, yellow for one that is near (SGR parameters). */
const expiryStyle = (pat: Pat, now: number): string | undefined => {
  const expiry = expiryOf(pat)
  if (typeof expiry !== "number") return undefined
  return expiry <= now ? "31" : expiry <= now + soon ? "33" : undefined
}

/** Prints the key IDs alone, and nothing where there are none. */
const printIds = (pats: ReadonlyArray<Pat>) => {
  const ids = pats.flatMap(({ key_id }) => (key_id === undefined ? [] : [key_id]))
  return ids.length === 0 ? Effect.void : print(ids)
}

/** Prints PATs as a table that fits the terminal, or in full width where there is none. */
const printTable = Effect.fn("list.printTable")(function* (
  pats: ReadonlyArray<Pat>,
  now: number,
  local: boolean,
) {
  const { stdout } = yield* Process
  const format = formatter(local, yield* localZone)
  const rows = {
    *[Symbol.iterator]() {
      for (const pat of pats) yield cells(pat, format)
    },
  }
  const layout = { columns: stdout.isTerminal ? stdout.columns : undefined, bold: stdout.color }
  const table = render(columns, rows, layout, (row, column) =>
    stdout.color && column === expiryColumn ? expiryStyle(pats[row] as Pat, now) : undefined,
  )
  for (const part of table) yield* printSafe(part)
})

const options = {
  json: jsonOption("Output raw JSON instead of a table (default: off)"),
  quiet: Options.boolean("quiet").pipe(
    Options.withAlias("q"),
    Options.withDescription("Print only key IDs, one a line (default: off)"),
  ),
  local: localOption,
  sort: Options.choice("sort", orders).pipe(
    Options.withPseudoName("key"),
    Options.withDescription(
      "Sort by created, expiry, last-used or label; -created and so on for descending (default: as the API lists them)",
    ),
    Options.optional,
  ),
  ...filterOptions,
  exitCode: Options.boolean("exit-code").pipe(
    Options.withDescription("Exit with 8 if any PAT is shown (default: off)"),
  ),
  ...settingsOptions,
}

export type ListOptions = Command.Command.ParseConfig<typeof options>

/** Prints the PATs of the account, never their tokens. */
export const list = Effect.fn("pat.list")(function* (given: ListOptions) {
  yield* exclusive(["pat", "list"], { "--json": given.json, "--quiet": given.quiet })
  const filtersAt = yield* parseFilters(given)
  // A duration that can't be meant is refused before anything is sent.
  yield* filtersAt(yield* Clock.currentTimeMillis)
  const api = yield* PatApi
  const listing = yield* api.list
  const { now } = listing
  const shown = matches(yield* filtersAt(now), now)
  const filters = filterWords(given)
  const filtered = filters.length > 0
  const order = Option.getOrUndefined(given.sort)
  const { text } = listing
  const indexesIn = (pats: ReadonlyArray<Pat>) => {
    const all = order === undefined ? [...pats.keys()] : sorted(pats, order)
    return filtered ? all.filter((index) => shown(pats[index] as Pat)) : all
  }
  // JSON that is neither filtered nor sorted is printed as it came, and none of its items is decoded.
  const indexes = filtered || order !== undefined ? indexesIn(listing.pats) : undefined
  const rows = () => indexes?.map((index) => listing.pats[index] as Pat) ?? listing.pats
  const isEmpty = (given.exitCode || !given.json) && (indexes ?? listing.pats).length === 0
  const found = given.exitCode && !isEmpty
  const printed = given.json
    ? printJson(
        text,
        indexes === undefined ? {} : { spans: withElements(text, ["detail", "items"], indexes) },
      )
    : given.quiet
      ? printIds(rows())
      : isEmpty
        ? print(filtered ? "No PATs match." : "No PATs found.")
        : printTable(rows(), now, given.local)
  // A reader that goes away, as head does, must not make a gate pass.
  yield* Effect.catchIf(
    printed,
    ({ code }) => found && code === "EPIPE",
    () => Effect.void,
  )
  if (isEmpty && filtered && !given.json && !given.quiet) yield* printError(`Filter: ${filters.join(" ")}`)
  if (found) return yield* new Exit({ code: exitCodes.rowsFound })
})

export const examples = [
  { command: "zpcli pat list --local --status active", description: "Active PATs, with local times" },
  {
    command: "zpcli pat list --unused-for 90d",
    description: "Active PATs that nobody used for 90 days",
  },
  {
    command: "zpcli pat list --expiring-within 14d --exit-code",
    description: "For a CI gate: exit with 8 if a PAT is about to expire",
  },
]

export const command = Command.make("list", options, list).pipe(
  Command.withDescription("List your PATs"),
  withServices,
  withHints(hints.list),
  withExamples(examples),
)
