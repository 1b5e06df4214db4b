/** Asks at the terminal for what is missing on the command line. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { Quit } from "../../domain/Errors.ts"
import * as Expiry from "../../domain/Expiry.ts"
import * as KeyId from "../../domain/KeyId.ts"
import * as Label from "../../domain/Label.ts"
import { expiryOf, type Pat, works } from "../../domain/Pat.ts"
import { type Scope, scopes } from "../../domain/Scope.ts"
import { PatApi } from "../../services/pats/PatApi.ts"
import { exitCodes } from "../errors/exitCodes.ts"
import { ExitWith } from "../errors/failure.ts"
import { type Choice, chooseOne, chooseSeveral } from "../output/choose.ts"
import { printError } from "../output/print.ts"
import { askLine, printEquivalent } from "../output/prompt.ts"
import { formatter } from "../output/time.ts"

const choiceOf = (pat: Pat, keyId: KeyId.KeyId): Choice<KeyId.KeyId> => {
  const date = formatter(false)
  const expiry = date(expiryOf(pat), "", "date")
  const used = date(pat.last_used_at, "", "date")
  const scopes = pat.scopes?.join(", ") || "-"
  return {
    value: keyId,
    name: pat.label ?? "-",
    details: [
      scopes,
      expiry === "" ? "never expires" : `expires ${expiry}`,
      used === "" ? "never used" : `used ${used}`,
      keyId,
    ],
    keywords: `${scopes}\n${keyId}`,
  }
}

/** The active PATs to choose from. */
const active = Effect.gen(function* () {
  const { now, pats } = yield* (yield* PatApi).list
  const choices = pats.flatMap((pat) =>
    KeyId.is(pat.key_id) && works(pat, now) ? [choiceOf(pat, pat.key_id)] : [],
  )
  if (choices.length > 0) return choices
  yield* printError("No active PATs.")
  return yield* new ExitWith({ code: exitCodes.notFound })
})

/** The key ID that was given. If neither it nor a label was, the person at the terminal chooses an active PAT. */
export const orChoose = Effect.fn("orChoose")(function* (
  given: { readonly keyId: Option.Option<string>; readonly label: Option.Option<string> },
  verb: "show" | "rotate",
) {
  if (Option.isSome(given.keyId) || Option.isSome(given.label)) return given.keyId
  const keyId = yield* chooseOne(`Which PAT do you want to ${verb}?`, yield* active)
  yield* printEquivalent([keyId])
  return Option.some<string>(keyId)
})

/** Lets the person at the terminal choose the active PATs to revoke. Returns their key IDs. */
export const choosePats = Effect.gen(function* () {
  const keyIds = yield* chooseSeveral("Which PATs do you want to revoke?", yield* active)
  yield* printEquivalent(keyIds)
  return keyIds
})

/** Asks until the answer is valid, and says each time what is wrong with it. */
const askUntil = <A>(
  text: string,
  read: (answer: string) => Either.Either<A, { readonly message: string }>,
) =>
  Effect.gen(function* () {
    while (true) {
      const answer = yield* askLine(text, "shown")
      if (answer === undefined) return yield* new Quit()
      const value = read(answer.trim())
      if (Either.isRight(value)) return value.right
      yield* printError(value.left.message)
    }
  })

const abilities: Readonly<Record<Scope, string>> = {
  "*": "everything",
  zpool: "work with zpools",
  job: "work with jobs",
  sshkey: "work with SSH keys",
  pat: "list, create and revoke PATs",
  billing: "work with billing",
}

const askForScopes = chooseSeveral(
  "Which scopes should the PAT have?",
  scopes.map((scope) => ({ value: scope, name: scope, details: [abilities[scope]] })),
)

const askForExpiry = Effect.gen(function* () {
  const expiry = yield* chooseOne<ReadonlyArray<string> | "date">("When should the PAT expire?", [
    { value: [], name: "never", details: [] },
    { value: ["--expires-in", "30d"], name: "in 30 days", details: [] },
    { value: ["--expires-in", "90d"], name: "in 90 days", details: [] },
    { value: ["--expires-in", "1y"], name: "in 1 year", details: [] },
    { value: "date", name: "on a date", details: [] },
  ])
  if (expiry !== "date") return expiry
  return ["--expiry", yield* askUntil("Date (YYYY-MM-DD):", Expiry.parseDate)]
})

/** What the command line says about a new PAT. */
interface Wanted {
  readonly label: Option.Option<string>
  readonly scope: ReadonlyArray<string>
  readonly expiry: Option.Option<string>
  readonly expiresIn: Option.Option<string>
}

/** Asks for the label and the scopes if they are missing and, if it had to ask, for the expiry too unless it was given. */
export const askForPat = Effect.fn("askForPat")(function* <A extends Wanted>(given: A) {
  const noLabel = Option.isNone(given.label)
  const noScope = given.scope.length === 0
  if (!noLabel && !noScope) return given
  const label = Option.isSome(given.label) ? given.label.value : yield* askUntil("Label:", Label.parse)
  const scope = noScope ? yield* askForScopes : given.scope
  const dated = Option.isSome(given.expiry) || Option.isSome(given.expiresIn)
  const expiry = dated ? [] : yield* askForExpiry
  yield* printEquivalent([
    ...(noLabel ? [label] : []),
    ...(noScope ? scope.flatMap((name) => ["--scope", name]) : []),
    ...expiry,
  ])
  const chosen = (option: string, before: Option.Option<string>) =>
    expiry[0] === option ? Option.fromNullable(expiry[1]) : before
  return {
    ...given,
    label: Option.some(label),
    scope,
    expiry: chosen("--expiry", given.expiry),
    expiresIn: chosen("--expires-in", given.expiresIn),
  }
})
