import * as Terminal from "@effect/platform/Terminal"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { confirm, makePrompter } from "../../../src/cli/output/prompt.ts"
import type { Auth } from "../../../src/domain/Credential.ts"
import { Process } from "../../../src/services/Process.ts"
import { Prompter } from "../../../src/services/Prompter.ts"
import { atTerminal, here } from "../../support/world/process.ts"
import { settings } from "../../support/world/services.ts"
import { fakeTerminal, typed } from "../../support/world/world.ts"

interface Setting {
  readonly keys?: string
  readonly line?: string
  readonly terminal?: boolean
  readonly auth?: Auth
}

/** Runs a prompt; gives its result and everything that was displayed. */
const prompting = <A, E>(
  prompt: Effect.Effect<A, E, Prompter | Terminal.Terminal>,
  { auth = "auto", keys = "", line = "", terminal = true }: Setting,
) =>
  Effect.suspend(() => {
    let shown = ""
    const ground = Layer.mergeAll(
      Layer.succeed(Process, terminal ? atTerminal : here),
      Layer.succeed(
        Terminal.Terminal,
        fakeTerminal(
          typed(keys),
          line,
          (text) => {
            shown += text
          },
          terminal,
        ),
      ),
      settings({ auth }),
    )
    return Effect.either(prompt).pipe(
      Effect.provide(Layer.provideMerge(Layer.effect(Prompter, makePrompter), ground)),
      Effect.map((result) => ({ result, shown })),
    )
  })

const password = Effect.flatMap(Prompter, (ask) =>
  Effect.map(ask.password("demo", "api.zpools.io"), Redacted.value),
)
const username = Effect.flatMap(Prompter, (ask) => ask.username("api.zpools.io"))
const longHost = "a-host-with-a-name-that-is-so-long-that-no-line-of-80-columns-takes-it.example.com"
const passwordPrompt = "Password for demo at api.zpools.io: \n"

describe("the password prompt", () => {
  it.effect.each<readonly [keys: string, expected: string]>([
    ["hunter2\r", "hunter2"],
    ["hunt\b\b\b\b\b\bpass\r", "pass"],
    ["wrong\u0015right\r", "right"],
    [" two words \r", " two words "],
    ["two wrong  \u0017words\r", "two words"],
    ["one\u0017\u0017two\r", "two"],
    ["one 👍👍👍\u0017two\r", "one two"],
    ["pässwörd👩‍💻\r", "pässwörd👩‍💻"],
    ["a👍\bb\r", "ab"],
    ["abc\u0004d\r", "abcd"],
    ["a\u001bb\r", "ab"],
  ])("reads %j as %j, and doesn't show it", ([keys, expected]) =>
    Effect.map(prompting(password, { keys }), ({ result, shown }) => {
      expect(result).toEqual(Either.right(expected))
      expect(shown).toBe(passwordPrompt)
    }),
  )

  it.effect("returns a redacted value", () =>
    Effect.map(
      prompting(
        Effect.flatMap(Prompter, (ask) => ask.password("demo", "h")),
        { keys: "hunter2\r" },
      ),
      ({ result }) => {
        expect(String(Either.getOrThrow(result))).toBe("<redacted>")
      },
    ),
  )

  it.effect.each(["\u0003", "hunter\u0003"])("ends at Ctrl-C (%j) with Quit, on a line of its own", (keys) =>
    Effect.map(prompting(password, { keys }), ({ result, shown }) => {
      expect(Either.getLeft(result)).toMatchObject({ _tag: "Some", value: { _tag: "Quit" } })
      expect(shown).toBe(passwordPrompt)
    }),
  )

  it.effect.each(["\u0004", "\r", "abc\u0015\u0004"])(
    "says what is missing if nothing is typed (%j)",
    (keys) =>
      Effect.map(prompting(password, { keys, auth: "jwt" }), ({ result }) => {
        expect(Either.getLeft(result)).toMatchObject({
          value: { _tag: "CredentialMissing", variable: "ZPOOL_PASSWORD", only: "jwt" },
        })
      }),
  )

  it.effect("escapes the names of the user and host", () =>
    Effect.map(
      prompting(
        Effect.flatMap(Prompter, (ask) => ask.password("d\u001b[2Jemo\u202e", "host\u0007")),
        { keys: "x\r" },
      ),
      ({ shown }) => expect(shown).toBe("Password for d\\x1b[2Jemo\\u202e at host\\x07: \n"),
    ),
  )
})

describe("a question longer than a line", () => {
  it.effect("wraps at words, leaves a space before the answer, and redraws its last line at Ctrl-L", () =>
    Effect.map(
      prompting(confirm(["  one", `${"word ".repeat(16)}end?`]), { keys: "y\u000c\r" }),
      ({ result, shown }) => {
        expect(result).toEqual(Either.right(true))
        expect(shown).toBe(
          `  one\n${"word ".repeat(15)}\n`.replace(" \n", "\n") +
            "  word end? [y/N] y\r  word end? [y/N] y\n",
        )
      },
    ),
  )

  it.effect("leaves room for a one-letter answer", () =>
    Effect.map(prompting(confirm(`${"x".repeat(71)}?`), { keys: "y\r" }), ({ shown }) =>
      expect(shown).toBe(`${"x".repeat(71)}? [y/N] y\n`),
    ),
  )

  it.effect("breaks no word", () =>
    Effect.map(
      prompting(
        Effect.flatMap(Prompter, (ask) => ask.username(longHost)),
        { keys: "d\r" },
      ),
      ({ shown }) => expect(shown).toBe(`Username for\n  ${longHost}: d\n`),
    ),
  )

  it.effect("is one line if stdin and stderr aren't a terminal", () =>
    Effect.map(prompting(confirm("word ".repeat(30).trim()), { terminal: false, line: "y" }), ({ shown }) =>
      expect(shown).toBe(`${"word ".repeat(30)}[y/N] \n`),
    ),
  )
})

describe("the username prompt", () => {
  it.effect("shows typed characters, and removes them at backspace", () =>
    Effect.map(prompting(username, { keys: "dex\bmo\r" }), ({ result, shown }) => {
      expect(result).toEqual(Either.right("demo"))
      expect(shown).toBe("Username for api.zpools.io: dex\b \bmo\n")
    }),
  )

  it.effect("removes every column of a wide character", () =>
    Effect.map(prompting(username, { keys: "漢\b字\u0015d\r" }), ({ result, shown }) => {
      expect(result).toEqual(Either.right("d"))
      expect(shown).toBe("Username for api.zpools.io: 漢\b \b\b \b字\b \b\b \bd\n")
    }),
  )

  it.effect("does nothing at backspace when nothing is typed", () =>
    Effect.map(prompting(username, { keys: "\b\u0015x\r" }), ({ shown }) =>
      expect(shown).toBe("Username for api.zpools.io: x\n"),
    ),
  )

  it.effect.each([
    [" demo \r", { _tag: "Right", right: "demo" }],
    [" \r", { _tag: "Left", left: { _tag: "CredentialMissing", variable: "ZPOOL_USER" } }],
    ["two words\r", { _tag: "Left", left: { _tag: "InvalidInput", value: "two words" } }],
  ] as const)("trims spaces around a name, and refuses spaces inside it: %j", ([keys, expected]) =>
    Effect.map(prompting(username, { keys }), ({ result }) => expect(result).toMatchObject(expected)),
  )

  it.effect("fails at once without a terminal", () =>
    Effect.map(prompting(username, { terminal: false }), ({ result, shown }) => {
      expect(Either.getLeft(result)).toMatchObject({
        value: { _tag: "CredentialMissing", variable: "ZPOOL_USER" },
      })
      expect(shown).toBe("")
    }),
  )
})

describe("a question", () => {
  const answers = [
    ["y", true],
    ["Y", true],
    ["yes", true],
    ["YES", true],
    [" yes ", true],
    ["", false],
    ["yep", false],
    ["y y", false],
    ["ja", false],
  ] as const

  it.effect.each(answers)("at a terminal, answered with %j, returns %j", ([answer, expected]) =>
    Effect.map(prompting(confirm("Sure?"), { keys: `${answer}\r` }), ({ result, shown }) => {
      expect(result).toEqual(Either.right(expected))
      expect(shown).toBe(`Sure? [y/N] ${answer}\n`)
    }),
  )

  it.effect.each(answers)("on a line of stdin, answered with %j, returns %j", ([line, expected]) =>
    Effect.map(prompting(confirm("Sure?"), { terminal: false, line }), ({ result, shown }) => {
      expect(result).toEqual(Either.right(expected))
      expect(shown).toBe("Sure? [y/N] \n")
    }),
  )

  it.effect.each(["n", "no", " N "])("declined with %j isn't reported as unanswered", (answer) =>
    Effect.gen(function* () {
      for (const given of [{ keys: `${answer}\r` }, { terminal: false, line: answer }]) {
        const { result } = yield* prompting(confirm("Sure?"), given)
        expect(Either.getLeft(result)).toMatchObject({ value: { _tag: "Declined", no: true } })
      }
    }),
  )

  it.effect("takes Ctrl-D for no, and quits at Ctrl-C", () =>
    Effect.gen(function* () {
      expect((yield* prompting(confirm("Sure?"), { keys: "\u0004" })).result).toEqual(Either.right(false))
      const quit = yield* prompting(confirm("Sure?"), { keys: "y\u0003" })
      expect(Either.getLeft(quit.result)).toMatchObject({ value: { _tag: "Quit" } })
    }),
  )
})
