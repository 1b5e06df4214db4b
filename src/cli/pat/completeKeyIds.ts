import * as Command from "@effect/cli/Command"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import type { Auth, Credential } from "../../domain/Credential.ts"
import * as KeyId from "../../domain/KeyId.ts"
import { works } from "../../domain/Pat.ts"
import { Session } from "../../services/auth/Session.ts"
import { TokenCache } from "../../services/auth/TokenCache.ts"
import { Process } from "../../services/Process.ts"
import { PatApi } from "../../services/pats/PatApi.ts"
import { Account, readSecret } from "../../services/settings/Account.ts"
import { escapeControls } from "../output/escape.ts"
import { printSafe } from "../output/print.ts"
import { networkServices } from "../services.ts"
import { hidden, trailingCommand } from "../strict/annotations.ts"

/** The command line that prints key IDs for completions. */
export const keyIdValues = ["pat", "__key-ids"]

/** How long completion may take. */
const timeLimit = "1 second"

/** The value of an option among the typed words. bash passes each `=` as a word of its own. */
const valueOf = (option: string, typed: ReadonlyArray<string>): Option.Option<string> => {
  const words = typed.filter((word) => word !== "=")
  const at = words.findLastIndex((word) => word === option || word.startsWith(`${option}=`))
  const joined = words[at]?.slice(option.length + 1)
  return Option.fromNullable(joined || words[at + 1]).pipe(Option.filter(() => at !== -1))
}

const authOf = (typed: ReadonlyArray<string>): Auth => {
  const auth = Option.getOrUndefined(valueOf("--auth", typed))
  return auth === "pat" || auth === "jwt" ? auth : "auto"
}

/** A credential that is available without a prompt, a command or a sign-in. */
const atHand = Effect.gen(function* () {
  const { auth, pat, user } = yield* Account
  if (auth !== "jwt" && Option.isSome(pat)) {
    const { source, via } = pat.value
    if (via === "command") return undefined
    return { _tag: "PAT", token: yield* readSecret(pat.value), source } satisfies Credential
  }
  if (auth === "pat" || Option.isNone(user)) return undefined
  const cached = Option.getOrUndefined(yield* (yield* TokenCache).read(user.value))
  return cached && ({ _tag: "JWT", token: cached, user: user.value, cached: true } satisfies Credential)
})

/** A label on one line, without characters that are special to a terminal or a shell. */
const plain = (label: string): string =>
  Array.from(
    label
      .slice(0, 500)
      .replace(/[\p{C}\p{Z}]+/gu, " ")
      .replace(/[\\`$]/g, "")
      .trim(),
  )
    .slice(0, 60)
    .join("")

/** The active PATs that weren't typed already: for each a key ID, a tab and the label. */
const offered = Effect.fnUntraced(function* (typed: ReadonlyArray<string>) {
  // With --label, no key ID is needed.
  if (Option.isSome(valueOf("--label", typed))) return []
  const network = yield* networkServices({ rcfile: valueOf("--rcfile", typed), auth: authOf(typed) })
  const whom = Context.add(network, Account, yield* Effect.provide(Account.make, network))
  const cached = Context.add(whom, TokenCache, yield* Effect.provide(TokenCache.make, whom))
  const credential = yield* Effect.provide(atHand, cached)
  if (credential === undefined) return []
  const { list } = yield* PatApi.make.pipe(
    Effect.provide(Session.ofCredential(credential)),
    Effect.provide(cached),
  )
  const { now, pats } = yield* list
  return pats.flatMap((pat) => {
    const { key_id: keyId = "", label = "" } = pat
    return KeyId.is(keyId) && works(pat, now) && !typed.includes(keyId)
      ? [`${keyId}\t${escapeControls(plain(label))}`]
      : []
  })
})

/** Prints the completions for a key ID. If anything goes wrong, it prints nothing. */
const complete = Effect.fn("pat.completions")(function* ({
  typed,
}: {
  readonly typed: ReadonlyArray<string>
}) {
  const current = yield* Effect.configProviderWith(Effect.succeed)
  const once = ConfigProvider.orElse(
    ConfigProvider.fromMap(new Map([["ZPOOL_MAX_RETRIES", "0"]])),
    () => current,
  )
  const found = yield* offered(typed).pipe(
    Effect.timeout(timeLimit),
    Effect.catchAllCause(() => Effect.succeed([])),
    Logger.withMinimumLogLevel(LogLevel.None),
    Effect.withConfigProvider(once),
  )
  if (found.length > 0) yield* Effect.ignore(printSafe(found.join("\n")))
  yield* (yield* Process).endSoon
})

export const command = () =>
  hidden(
    Command.make("__key-ids", { typed: trailingCommand("The words before the cursor") }, complete).pipe(
      Command.withDescription("Print the key IDs that completions offer"),
    ),
  )
