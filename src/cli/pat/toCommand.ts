import * as Effect from "effect/Effect"
import { CommandFailed } from "../../domain/Errors.ts"
import { type CommandLine, CommandRunner } from "../../services/CommandRunner.ts"
import { announce, type DeliveryFlags, type OpenDelivery } from "./announce.ts"

/**
 * The token is given to a command on its stdin. It is handed over once the
 * command has read it and exited with 0.
 */
export const toCommand = Effect.fn("delivery.toCommand")(function* (
  command: CommandLine,
  { json }: DeliveryFlags,
) {
  const runner = yield* CommandRunner
  const [name] = command
  yield* runner.find(name)
  const open: OpenDelivery = (additions) =>
    Effect.succeed({
      deliver: (created) =>
        runner.give(command, created.token).pipe(
          Effect.mapError(
            ({ code }) => new CommandFailed({ name, reason: "not-started", exitCode: undefined, code }),
          ),
          Effect.filterOrFail(
            ({ exitCode, readAll }) => exitCode === 0 && readAll,
            ({ exitCode, readAll }) =>
              new CommandFailed({
                name,
                reason: exitCode === 0 ? "unread" : "exit",
                exitCode,
                leftToken: !readAll,
                code: undefined,
              }),
          ),
          // The token is safe by now: a failed write to stdout is not an error.
          Effect.zipRight(Effect.ignore(announce(created, json, additions, `handed to ${name}`))),
        ),
    })
  return open
})
