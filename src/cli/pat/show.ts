import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { elementAt, membersIn } from "../../domain/JsonText.ts"
import type { Pat, Time } from "../../domain/Pat.ts"
import { indexOf, indexOfLabel } from "../../domain/PatList.ts"
import { PatApi } from "../../services/pats/PatApi.ts"
import { jsonOption, localOption, settingsOptions } from "../options.ts"
import { printJsonText } from "../output/jsonText.ts"
import { print, printJson } from "../output/print.ts"
import { formatter, localZone } from "../output/time.ts"
import { withServices } from "../services.ts"
import { withAsking, withExamples, withGroup } from "../strict/annotations.ts"
import { orChoose } from "./ask.ts"
import { parseKeyId, subjectOptions } from "./subject.ts"

const options = () => ({
  ...subjectOptions("show", "the newest"),
  json: jsonOption("Print raw JSON").pipe(withGroup("Output")),
  local: localOption().pipe(withGroup("Output")),
  ...settingsOptions(),
})

export type ShowOptions = Command.Command.ParseConfig<ReturnType<typeof options>>

/** The headings of the known fields, in order. */
const headings = {
  key_id: "ID",
  label: "Label",
  status: "Status",
  created_at: "Created At",
  expiry_at: "Expiry",
  hard_expiry_at: "Hard Expiry",
  last_used_at: "Last Used",
  last_ip: "Last Address",
  last_ua: "Last Agent",
  usage_count: "Use Count",
  scopes: "Scopes",
  token_ver: "Token Version",
}

/** The value of a field as text. Numbers keep their digits. */
const textOf = (json: string): string => {
  if (json.startsWith('"')) return JSON.parse(json)
  return json === "null" ? "-" : [...printJsonText(json, { layout: "compact" })].join("")
}

const lines = (pat: Pat, item: string, format: ReturnType<typeof formatter>): ReadonlyArray<string> => {
  const never = (time: Time) => format(time, "Never")
  const known: Readonly<Record<string, string | undefined>> = {
    created_at: format(pat.created_at, "-"),
    expiry_at: never(pat.expiry_at),
    hard_expiry_at: never(pat.hard_expiry_at),
    last_used_at: never(pat.last_used_at),
    scopes: pat.scopes?.join(", ") || "-",
  }
  const fields = membersIn(item)
  const unknown = [...fields.keys()].filter((name) => !Object.hasOwn(headings, name))
  return [...Object.entries(headings), ...unknown.map((name) => [name, name] as const)].map(
    ([name, heading]) => `${heading}: ${known[name] ?? textOf(fields.get(name) ?? "null")}`,
  )
}

/** Prints everything in the list about one PAT. */
export const show = Effect.fn("pat.show")(function* (given: ShowOptions) {
  const chosen = yield* orChoose(given, "show")
  const keyId = Option.isSome(chosen) ? yield* parseKeyId(chosen.value, "show") : undefined
  const { now, pats, text } = yield* (yield* PatApi).list
  const label = Option.getOrElse(given.label, () => "")
  const index = yield* keyId === undefined ? indexOfLabel(pats, label, now) : indexOf(pats, keyId)
  const item = elementAt(text, ["detail", "items"], index)
  if (given.json) return yield* printJson(item)
  const format = formatter(given.local, yield* localZone)
  yield* print(lines(pats[index] as Pat, item, format))
})

export const command = () =>
  Command.make("show", options(), withServices(show)).pipe(
    withAsking({ names: ["key_id"], unless: ["--json"] }),
    Command.withDescription("Show everything about one PAT except its token"),
    withExamples([
      { command: "zpcli pat show law-hotel-shape-community", description: "Show a PAT by its key ID" },
      {
        command: "zpcli pat show --label CI --local",
        description: "Show a PAT by its label, with local times",
      },
    ]),
  )
