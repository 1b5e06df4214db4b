/** Where a new token can go, besides stdout. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { CommandFailed, DeliveryFailed, SettingsError, type Undelivered } from "../../domain/Errors.ts"
import { type CommandLine, CommandRunner } from "../CommandRunner.ts"
import { type CannotWrite, cannotWrite, Files, whyNotWritten } from "../Files.ts"
import * as rcfileWrite from "../settings/rcfileWrite.ts"
import type { CreatedToken } from "./results.ts"

/** Hands over a token. The place that it goes to was made ready before the token was asked for. */
export type Deliver = (created: CreatedToken) => Effect.Effect<void, Undelivered>

/** A place for a token, of which everything has been checked that can be before anything is sent. */
export interface Place {
  /** Makes it ready, just before the token is asked for. */
  readonly open: Effect.Effect<Deliver, SettingsError, Scope.Scope>
  /** Where the token is by then, such as `written to ci.pat`. */
  readonly where: string
}

/**
 * The token is given to a command on its stdin. It is handed over once the
 * command has read it and exited with 0.
 */
export const toCommand = Effect.fn("deliverTo.command")(function* (command: CommandLine) {
  const runner = yield* CommandRunner
  const [name] = command
  yield* runner.find(name)
  const deliver: Deliver = ({ token }) =>
    runner.give(command, token).pipe(
      Effect.mapError(({ code }) => new CommandFailed({ name, code })),
      Effect.filterOrFail(
        ({ exitCode, readAll }) => exitCode === 0 && readAll,
        ({ exitCode, readAll }) => new CommandFailed({ name, exitCode, leftToken: !readAll }),
      ),
    )
  return { open: Effect.succeed(deliver), where: `passed to ${name}` } satisfies Place
})

const notAFile = (target: string) =>
  new SettingsError({
    source: `--out ${target}`,
    reason: "does not name a file",
    advice: "To print the token on stdout, use --token-only.",
  })

/**
 * The token is written to a file. Everything that can be made ready is, before
 * the token is asked for, and goes away again unless the token got into the file.
 */
export const toFile = Effect.fn("deliverTo.file")(function* (target: string, replace: boolean) {
  const files = yield* Files
  const rules = { replace, keepGroup: true }
  if (/^(?:-|\/dev\/(?:stdout|stderr|fd\/\d+))$/.test(target)) return yield* notAFile(target)
  const refuse = (error: CannotWrite) =>
    error.obstacle === "stream" ? notAFile(target) : cannotWrite(target, "--out")(error)
  yield* Effect.mapError(files.look(target, rules), refuse)
  const open = Effect.map(
    Effect.mapError(files.open(target, rules), refuse),
    (write): Deliver =>
      ({ token }) =>
        Effect.mapError(
          write(new TextEncoder().encode(Redacted.value(token))),
          (error) => new DeliveryFailed({ target, why: whyNotWritten(error) }),
        ),
  )
  return { open, where: `written to ${target}` } satisfies Place
})

/** The token is saved in the rcfile, as `zpcli login` saves one. */
export const toRcfile = Effect.map(rcfileWrite.open, ({ path, save }): Place => {
  const deliver: Deliver = ({ token }) => save(token)
  return { open: Effect.succeed(deliver), where: `saved in ${path}` }
})
