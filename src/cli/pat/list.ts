import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { itemsOf, withItems } from "../../domain/Envelope.ts"
import * as Expiry from "../../domain/Expiry.ts"
import { expiryOf, isExpiringBefore, type Pat } from "../../domain/Pat.ts"
import { PatApi } from "../../services/PatApi.ts"
import type { Listing } from "../../services/results.ts"
import { Streams } from "../../services/Streams.ts"
import { Exit, exitCodes } from "../errors/exitCodes.ts"
import { jsonOption, settingsOptions } from "../options.ts"
import { jsonParts } from "../output/jsonParts.ts"
import { print } from "../output/print.ts"
import { printable } from "../output/printable.ts"
import { render } from "../output/table.ts"
import { formatter, localZone } from "../output/time.ts"
import { withServices } from "../services.ts"
import { withExamples } from "../strict/annotations.ts"

/** The columns of the user's page, in its order. */
const headings = ["ID", "Label", "Status", "Created At", "Expiry", "Last Used", "Scopes"]
const expiryColumn = headings.indexOf("Expiry")

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

/** Prints PATs as a table that fits the terminal, or in full width where there is none. */
const printTable = Effect.fn("list.printTable")(function* (pats: ReadonlyArray<Pat>, local: boolean) {
  if (pats.length === 0) return yield* print(printable`No PATs found.`)
  const { stdout } = yield* Streams
  const now = yield* Clock.currentTimeMillis
  const format = formatter(local, yield* localZone)
  const rows = {
    *[Symbol.iterator]() {
      for (const pat of pats) yield cells(pat, format)
    },
  }
  const layout = { columns: stdout.isTerminal ? stdout.columns : undefined, bold: stdout.color }
  const table = render(headings, rows, layout, (row, column) =>
    stdout.color && column === expiryColumn ? expiryStyle(pats[row] as Pat, now) : undefined,
  )
  for (const part of table) yield* print(part)
})

/** Prints the server's envelope as JSON, with the items that `shown` keeps; all without it. */
const printParts = Effect.fn("list.printParts")(function* (
  { envelope: all }: Listing,
  shown: ((index: number) => boolean) | undefined,
) {
  const envelope = shown === undefined ? all : withItems(all, shown)
  for (const part of jsonParts(envelope, itemsOf(envelope))) yield* print(part)
})

const options = {
  json: jsonOption("Output raw JSON instead of a table (default: off)"),
  local: Options.boolean("local").pipe(
    Options.withDescription("Show timestamps in the local timezone (default: UTC)"),
  ),
  status: Options.choice("status", ["active", "revoked", "expired"]).pipe(
    Options.withDescription("Only PATs with this status (default: all)"),
    Options.repeated,
  ),
  expiringWithin: Options.text("expiring-within").pipe(
    Options.withPseudoName("duration"),
    Options.withDescription("Only PATs that work now and expire within 12h, 30d, 8w, 6mo, 1y (default: all)"),
    Options.optional,
  ),
  exitCode: Options.boolean("exit-code").pipe(
    Options.withDescription("Exit with 8 if any PAT is shown (default: off)"),
  ),
  ...settingsOptions,
}

export type ListOptions = Command.Command.ParseConfig<typeof options>

/** Prints the PATs of the account, never their tokens. */
export const list = Effect.fn("pat.list")(function* (given: ListOptions) {
  const within = Option.isSome(given.expiringWithin)
    ? yield* Expiry.parseDuration(given.expiringWithin.value)
    : undefined
  const now = yield* Clock.currentTimeMillis
  // Before anything is sent, as any other word that can't be meant.
  const end = within === undefined ? undefined : yield* Expiry.after(within, now)
  const api = yield* PatApi
  const listing = yield* api.list
  const shown = (pat: Pat): boolean =>
    (given.status.length === 0 || given.status.some((status) => status === pat.status?.toLowerCase())) &&
    (end === undefined || isExpiringBefore(pat, now, end))
  const filtered = given.status.length > 0 || end !== undefined
  const rows = () => (filtered ? listing.pats.filter(shown) : listing.pats)
  const found = given.exitCode && rows().length > 0
  const printed = given.json
    ? printParts(listing, filtered ? (index) => shown(listing.pats[index] as Pat) : undefined)
    : printTable(rows(), given.local)
  // A reader that goes away, as head does, must not make a gate pass.
  yield* Effect.catchIf(
    printed,
    ({ code }) => found && code === "EPIPE",
    () => Effect.void,
  )
  if (found) return yield* new Exit({ code: exitCodes.rowsFound })
})

export const examples = [
  { command: "zpcli pat list", description: "All PATs as a table, times in UTC" },
  { command: "zpcli pat list --local --status active", description: "Those that work, with local times" },
  {
    command: "zpcli pat list --expiring-within 14d --exit-code",
    description: "For a CI gate: exits with 8 if one is about to expire",
  },
]

export const command = Command.make("list", options, list).pipe(
  Command.withDescription("List your PATs"),
  withServices,
  withExamples(examples),
)
