import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { Declined, RotationNotBegun } from "../../domain/Errors.ts"
import * as Expiry from "../../domain/Expiry.ts"
import * as Label from "../../domain/Label.ts"
import { expiryOf, type Time } from "../../domain/Pat.ts"
import { type NotDue, type OldPat, plan, revokedBy, seemsUnused } from "../../domain/Rotation.ts"
import * as Scope from "../../domain/Scope.ts"
import { Notices } from "../../services/Notices.ts"
import { Handover } from "../../services/pats/Handover.ts"
import { PatApi } from "../../services/pats/PatApi.ts"
import {
  askingOptions,
  chosenExpiry,
  durationOption,
  exclusive,
  expiryOptions,
  jsonOption,
  requires,
  scopeNames,
  scopeOption,
  settingsOptions,
  tenantIdOption,
} from "../options.ts"
import type { Lines } from "../output/escape.ts"
import { print, printError, printExpiry, printJson } from "../output/print.ts"
import { confirm } from "../output/prompt.ts"
import { withServices } from "../services.ts"
import { withAsking, withExamples, withGroup } from "../strict/annotations.ts"
import { orChoose } from "./ask.ts"
import { checkSave, chooseDelivery, deliveryOptions } from "./delivery.ts"
import { parseInstant } from "./filters.ts"
import { fate, rehearsal, rotationQuestion } from "./rotationWords.ts"
import { ending, parseKeyId, printDryRun, subjectOptions } from "./subject.ts"

const path = ["pat", "rotate"]

const options = () => ({
  ...subjectOptions("replace", "the newest expired one"),
  all: Options.boolean("all").pipe(
    Options.withDescription("Replace all active PATs that have the label with a single new PAT"),
    withGroup("Which PAT"),
  ),
  orCreate: Options.boolean("or-create").pipe(
    Options.withDescription("Create a PAT if none has the label; needs --scope"),
    withGroup("Which PAT"),
  ),
  expiringWithin: durationOption(
    "When",
    "expiring-within",
    "Rotate only if the PAT expires within this time, such as 12h, 30d, 6mo or 1y",
  ),
  olderThan: durationOption(
    "When",
    "older-than",
    "Rotate only if the PAT is older than this; with --expiring-within, if either is true",
  ),
  scope: scopeOption(`With --or-create, grant this scope: ${scopeNames}`),
  keepOld: Options.boolean("keep-old").pipe(Options.withDescription("Don't revoke the old PAT")),
  ...expiryOptions("the old PAT's lifetime"),
  tenantId: tenantIdOption("yours, not the old PAT's"),
  ...askingOptions(),
  ...deliveryOptions(),
  json: jsonOption("Print raw JSON, but still ask for confirmation"),
  ...settingsOptions(),
})

export type RotateOptions = Command.Command.ParseConfig<ReturnType<typeof options>>

/** Reads the options. What is due, and when the new PAT expires, depends on the server's clock. */
const parse = Effect.fnUntraced(function* (given: RotateOptions) {
  const expiryAt = yield* chosenExpiry(path, given)
  const { all, expiringWithin, keepOld, olderThan, orCreate, scope } = given
  yield* requires(path, { "--all": all, "--or-create": orCreate }, { "--label": Option.isSome(given.label) })
  yield* requires(path, { "--scope": scope.length > 0 }, { "--or-create": orCreate })
  yield* exclusive(path, { "--keep-old": keepOld, "--all": all })
  const expiringBefore = yield* parseInstant(expiringWithin, Expiry.after)
  const createdBefore = yield* parseInstant(olderThan, Expiry.before)
  const dueAt = (now: number) =>
    Either.all({ expiringBefore: expiringBefore(now), createdBefore: createdBefore(now) })
  // A duration that is too long is refused before anything is sent.
  yield* dueAt(yield* Clock.currentTimeMillis)
  const wanted = {
    keyId: Option.isSome(given.keyId) ? yield* parseKeyId(given.keyId.value, "rotate") : undefined,
    label: Option.isSome(given.label) ? yield* Label.parse(given.label.value) : undefined,
    all,
    keep: keepOld,
    scopes: orCreate ? yield* Scope.parseAll(scope) : undefined,
    tenantId: Option.getOrUndefined(given.tenantId),
    within: Option.getOrElse(expiringWithin, () => ""),
  }
  const wantedAt = (now: number) =>
    Either.map(Either.all({ expiry: expiryAt(now), due: dueAt(now) }), (dated) => ({ ...wanted, ...dated }))
  return { keyId: wanted.keyId, wantedAt }
})

/** Prints text on stdout or, with `--token-only`, on stderr: stdout is only for the token then. */
const printText = (lines: Lines, { tokenOnly }: RotateOptions) =>
  tokenOnly ? printError(lines) : print(lines)

const keyIds = (pats: ReadonlyArray<OldPat>) => pats.map(({ keyId }) => keyId)

/** When a PAT expires, for JSON. */
const jsonTime = (time: Time): string | null =>
  typeof time === "number" ? new Date(time).toISOString() : (time ?? null)

/** Says that no PAT is due. Warns if the job may not have a working token. */
const printNotDue = Effect.fnUntraced(function* ({ count, newest }: NotDue, given: RotateOptions) {
  const { key_id, label } = newest
  if (count > 1) {
    yield* Effect.logWarning(
      `${count} active PATs have the label "${label}", and none of them is due. Each job needs its own label.`,
    )
  }
  if (seemsUnused(newest)) {
    yield* Effect.logWarning(
      `PAT ${key_id} has not been used since it was created, so its token may be lost. To store a new one, run: zpcli pat rotate ${key_id} -- COMMAND`,
    )
  }
  const expiry = expiryOf(newest)
  if (!given.json)
    return yield* printText(`PAT ${key_id} isn't due, so it was not rotated. It ${ending(expiry)}.`, given)
  const detail = { key_id, expiry_at: jsonTime(expiry), replaced: [] }
  yield* printJson(JSON.stringify({ message: "PAT not rotated", rotated: false, detail }))
})

/** Replaces PATs with a new one: finds them, asks for confirmation, and delivers the token. */
export const rotate = Effect.fn("pat.rotate")(function* (options: RotateOptions) {
  const notices = yield* Notices
  const given = { ...options, keyId: yield* orChoose(options, "rotate") }
  const { keyId, wantedAt } = yield* parse(given)
  const openDelivery = yield* chooseDelivery(path, given)
  const { list } = yield* PatApi
  const planned = yield* Effect.gen(function* () {
    const listing = yield* list
    const planned = yield* plan(listing, yield* wantedAt(listing.now))
    if (planned._tag === "NotDue") return planned
    yield* checkSave(given, planned.old)
    const asks = planned.old.length > 0 && !given.yes && !given.dryRun
    if (asks && !(yield* confirm(rotationQuestion(planned)))) return yield* new Declined({})
    return planned
  }).pipe(
    Effect.onInterrupt(() => notices.tell(new RotationNotBegun({ keyId }))),
    Effect.tapErrorTag("Quit", () => notices.tell(new RotationNotBegun({ keyId }))),
  )
  if (planned._tag === "NotDue") return yield* printNotDue(planned, given)
  const { old, pat } = planned
  if (given.dryRun) {
    return given.json
      ? yield* printDryRun(keyIds(revokedBy(planned)), pat.body)
      : yield* printText(rehearsal(planned, given), given)
  }
  const { rotate } = yield* Handover
  const deliver = yield* openDelivery({
    message: old.length === 0 ? "PAT created" : "PAT rotated",
    members: [
      [["rotated"], true],
      [["detail", "expiry_at"], jsonTime(pat.expiresAt)],
      [["detail", "replaced"], keyIds(old)],
    ],
  })
  const ended = yield* rotate(planned, deliver)
  if (pat.expiry !== undefined && Option.isNone(given.expiry)) yield* printExpiry(pat.expiry)
  if (given.json || given.tokenOnly || old.length === 0) return
  // The rotation is complete by now, so a failed write isn't an error.
  yield* Effect.ignore(print(old.map((each) => fate(each, ended))))
}, Effect.scoped)

export const command = () =>
  Command.make("rotate", options(), withServices(rotate)).pipe(
    withAsking({
      names: ["key_id"],
      unless: ["--json", "--yes", "--expiring-within", "--older-than", "--all", "--or-create"],
    }),
    Command.withDescription("Replace a PAT with a new one that has the same label and scopes"),
    withExamples([
      {
        command: "zpcli pat rotate law-hotel-shape-community",
        description: "Ask for confirmation, and keep the same lifetime",
      },
      {
        command: "zpcli pat rotate law-hotel-shape-community --expires-in 90d --yes --out ci.pat",
        description: "In a job: write the token to a new file",
      },
      {
        command: "zpcli pat rotate --label CI --expiring-within 14d --yes -- ./store-token",
        description: "In a nightly job: rotate when it's due, and store the token",
      },
    ]),
  )
