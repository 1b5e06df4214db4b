import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import { expiryOf, type Pat } from "../../domain/Pat.ts"
import { PatApi } from "../../services/PatApi.ts"
import { jsonOption, settingsOptions, withApi } from "../common.ts"
import { print, printJson, Streams } from "../output.ts"
import { printable } from "../printable.ts"
import { render } from "../Table.ts"
import { formatter, LocalZone } from "../time.ts"

/** The columns of the user's page, in its order. */
const headings = ["ID", "Label", "Status", "Created At", "Expiry", "Last Used", "Scopes"]

const cells = (pat: Pat, format: ReturnType<typeof formatter>): ReadonlyArray<string> => [
  pat.key_id ?? "-",
  pat.label ?? "-",
  pat.status ?? "-",
  format(pat.created_at, "-"),
  format(expiryOf(pat), "Never"),
  format(pat.last_used_at, "Never"),
  pat.scopes === undefined || pat.scopes.length === 0 ? "-" : pat.scopes.join(", "),
]

/** `zpcli pat list`: the account's PATs, never their tokens. */
export const command = Command.make(
  "list",
  {
    json: jsonOption("Output raw JSON instead of a table (default: off)"),
    local: Options.boolean("local").pipe(
      Options.withDescription("Show timestamps in the local timezone (default: UTC)"),
    ),
    ...settingsOptions,
  },
  ({ json, local }) =>
    Effect.gen(function* () {
      const api = yield* PatApi
      const { envelope, pats } = yield* api.list
      if (json) return yield* printJson(envelope)
      if (pats.length === 0) return yield* print(printable`No PATs found.`)
      const { stdout } = yield* Streams
      const { name } = yield* LocalZone
      const format = formatter(local, name)
      yield* print(
        render(
          headings,
          pats.map((pat) => cells(pat, format)),
          { columns: stdout.isTerminal ? stdout.columns : undefined, bold: stdout.color },
        ),
      )
    }),
).pipe(Command.withDescription("List your PATs"), withApi)

export const examples = [
  { line: "zpcli pat list", says: "All PATs as a table, times in UTC" },
  { line: "zpcli pat list --local", says: "The same with local times" },
  { line: "zpcli pat list --json", says: "The server's answer, for scripts" },
]
