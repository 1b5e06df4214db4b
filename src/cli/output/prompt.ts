import * as Terminal from "@effect/platform/Terminal"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { CannotAsk, CredentialMissing, Declined, InvalidInput, Quit } from "../../domain/Errors.ts"
import { askingDisabled, Process, variable } from "../../services/Process.ts"
import { Prompter } from "../../services/Prompter.ts"
import { Account } from "../../services/settings/Account.ts"
import { escapeLines, type Lines } from "./escape.ts"
import { linesFor, printError, printErrorSafe } from "./print.ts"
import { quote } from "./shell.ts"
import { fold, widthOf } from "./wrap.ts"

/** Lines wrapped for the terminal that shows the questions, with some columns left free. */
const folded = (lines: Lines, free = 0) =>
  Effect.flatMap(Terminal.Terminal, ({ columns }) =>
    Effect.map(columns, (width) => fold(lines, width - free)),
  )

const display = (text: string) =>
  Effect.flatMap(Terminal.Terminal, (terminal) => Effect.orDie(terminal.display(text)))

/** Why nothing can be asked at the terminal: prompting is disabled, or nobody would see the question. */
export const whyNotAsked = Effect.gen(function* () {
  const { isTTY } = yield* Terminal.Terminal
  return (yield* askingDisabled) ?? ((yield* isTTY) ? undefined : ("no-terminal" as const))
})

/**
 * Fails with this error if zpcli can't ask for what is missing on the command line:
 * stdin or stderr isn't a terminal, prompting is disabled, the terminal is dumb, or
 * this is a CI job (some CI systems run jobs on a terminal). stdout may be a pipe.
 */
export const orAsk = <E>(error: E): Effect.Effect<void, E> =>
  Effect.gen(function* () {
    const { stderr, stdin } = yield* Process
    const mayAsk =
      stdin.isTerminal &&
      stderr.isTerminal &&
      (yield* askingDisabled) === undefined &&
      Option.isNone(yield* variable("CI")) &&
      !Option.contains(yield* variable("TERM"), "dumb")
    if (!mayAsk) return yield* Effect.fail(error)
  })

/** Shows a line on the terminal that shows the questions. */
export const show = (line: string) => Effect.flatMap(folded(line), (text) => display(`${text}\n`))

/**
 * Asks at the terminal. Reads the answer key by key, so that a password can stay
 * hidden and Ctrl-C fails with `Quit`. Enter ends the line. Ctrl-D on an empty line is
 * the end of input, and returns undefined. Ctrl-L draws the last line of the question
 * again.
 */
export const askLine = (
  text: Lines,
  answer: "shown" | "hidden",
): Effect.Effect<string | undefined, Quit, Terminal.Terminal> =>
  Effect.gen(function* () {
    const terminal = yield* Terminal.Terminal
    // The last line of the question has room for a blank and the first letter of the answer.
    const prompt = `${yield* folded(text, 2)} `
    const lastLine = prompt.slice(prompt.lastIndexOf("\n") + 1)
    const echo = answer === "shown"
    // Opened before the question is shown, or the system would echo what is typed at once.
    const keys = yield* terminal.readInput
    yield* display(prompt)
    const typed: Array<string> = []
    const erase = (count: number) => {
      const gone = typed.splice(typed.length - count, count)
      const width = widthOf(escapeLines(gone.join("")))
      return echo ? display("\b \b".repeat(width)) : Effect.void
    }
    while (true) {
      const { input, key } = yield* Effect.mapError(keys.take, () => new Quit())
      if (key.ctrl && key.name === "c") return yield* new Quit()
      if (key.name === "return" || key.name === "enter") return typed.join("")
      if (key.ctrl && key.name === "d") {
        if (typed.length === 0) return undefined
      } else if (key.name === "backspace") {
        yield* erase(Math.min(1, typed.length))
      } else if (key.ctrl && key.name === "u") {
        yield* erase(typed.length)
      } else if (key.ctrl && key.name === "w") {
        yield* erase(Array.from(/\S*\s*$/.exec(typed.join(""))?.[0] ?? "").length)
      } else if (key.ctrl && key.name === "l") {
        yield* display(`\r${lastLine}${echo ? escapeLines(typed.join("")) : ""}`)
      } else if (Option.isSome(input) && !key.ctrl && !key.meta && !/\p{Cc}/u.test(input.value)) {
        typed.push(...input.value)
        if (echo) yield* display(escapeLines(input.value))
      }
    }
  }).pipe(
    Effect.scoped,
    Effect.onExit(() => display("\n")),
  )

/** The words of the command line as they were typed, without the program's name. */
export class Typed extends Context.Reference<Typed>()("zpcli/Typed", {
  defaultValue: (): ReadonlyArray<string> => [],
}) {}

/** Prints the command that does the same without asking, so that people learn it. */
export const printEquivalent = Effect.fnUntraced(function* (answers: ReadonlyArray<string>) {
  const typed = yield* Typed
  const end = typed.indexOf("--")
  const words =
    end === -1 ? [...typed, ...answers] : [...typed.slice(0, end), ...answers, ...typed.slice(end)]
  yield* printError("Equivalent command:")
  // Not wrapped, so that it can be copied.
  yield* printErrorSafe(escapeLines(`  ${["zpcli", ...words].map(quote).join(" ")}`))
})

/** Adds the possible answers to a question. The capital one is the default. */
const withAnswers = (text: Lines): Lines => {
  const lines = [text].flat()
  return [...lines.slice(0, -1), `${lines.at(-1)} [y/N]`]
}

/** Whether an answer is yes. Fails with `Declined` if it is explicitly no. */
const isYes = (answer: string | undefined): Effect.Effect<boolean, Declined> =>
  /^\s*no?\s*$/i.test(answer ?? "")
    ? new Declined({ no: true })
    : Effect.succeed(/^\s*y(es)?\s*$/i.test(answer ?? ""))

/**
 * Asks a yes/no question. True for `y` and `yes`; `n` and `no` fail with `Declined`,
 * and anything else, such as the end of input, is false. If stdin isn't a terminal, it
 * reads one line of stdin. Fails with `CannotAsk` if prompting is disabled, or nobody
 * at the terminal would see the question.
 */
export const confirm = Effect.fn("Prompt.confirm")(function* (text: Lines) {
  const { stderr, stdin } = yield* Process
  const prompt = withAnswers(text)
  const terminal = yield* Terminal.Terminal
  const notAsked = yield* stdin.isTerminal ? whyNotAsked : askingDisabled
  if (notAsked !== undefined) return yield* new CannotAsk({ notAsked })
  const answer = stdin.isTerminal
    ? yield* askLine(prompt, "shown")
    : yield* Effect.zipLeft(
        Effect.zipRight(display(`${linesFor(stderr, prompt)} `), terminal.readLine),
        display("\n"),
      )
  return yield* isYes(answer)
})

/**
 * Like `confirm`, if stdin is data: opens the controlling terminal until the scope
 * closes, and asks there. Fails with `CannotAsk`, before any question, if there is none.
 */
export const confirmAtTerminal = Effect.gen(function* () {
  const disabled = yield* askingDisabled
  const terminal = disabled === undefined ? yield* (yield* Process).openTerminal : undefined
  if (terminal === undefined) return yield* new CannotAsk({ notAsked: disabled ?? "no-terminal" })
  return (text: Lines) =>
    askLine(withAnswers(text), "shown").pipe(
      Effect.flatMap(isYes),
      Effect.provideService(Terminal.Terminal, terminal),
    )
})

/** A `Prompter` that asks at the terminal. */
export const makePrompter = Effect.gen(function* () {
  const terminal = yield* Terminal.Terminal
  const { auth } = yield* Account
  const only = auth === "auto" ? undefined : auth
  const ask = (variable: "ZPOOL_USER" | "ZPOOL_PASSWORD", text: string, answer: "shown" | "hidden") =>
    Effect.gen(function* () {
      const notAsked = yield* whyNotAsked
      const missing = new CredentialMissing({ variable, only, notAsked })
      if (notAsked !== undefined) return yield* missing
      const typed = yield* askLine(text, answer)
      return typed || (yield* missing)
    }).pipe(Effect.provideService(Terminal.Terminal, terminal))
  return Prompter.of({
    username: Effect.fnUntraced(function* (host: string) {
      const name = (yield* ask("ZPOOL_USER", `Username for ${host}:`, "shown")).trim()
      if (name === "") return yield* new CredentialMissing({ variable: "ZPOOL_USER", only })
      if (!/\s/.test(name)) return name
      const message = `"${name}" is not a valid username: it contains white space.`
      return yield* new InvalidInput({ kind: "username", value: name, message })
    }),
    password: (user, host) =>
      Effect.map(ask("ZPOOL_PASSWORD", `Password for ${user} at ${host}:`, "hidden"), Redacted.make),
  })
})
