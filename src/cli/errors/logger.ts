import * as Cause from "effect/Cause"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { type Printable, printable } from "../output/printable.ts"
import { type Failure, type Told, tell } from "./describe.ts"
import { render } from "./report.ts"

const isFailure = (value: unknown): value is Failure =>
  typeof value === "object" && value !== null && "_tag" in value

const line = (level: LogLevel.LogLevel, message: unknown, json: boolean): Printable => {
  // A service that has to speak while it is interrupted logs the error itself.
  if (isFailure(message)) {
    const told = tell(message)
    if ("message" in told) return render(told as Told, json)
  }
  const text = Cause.isCause(message) ? Cause.pretty(message) : String(message)
  return printable`zpcli: ${level._tag.toLowerCase()}: ${text}`
}

/** Logs to stderr through the `Console`, one escaped line for each message. */
export const logger = (json: boolean): Logger.Logger<unknown, void> =>
  Logger.withConsoleError(
    Logger.make(({ logLevel, message }) =>
      (Array.isArray(message) ? message : [message])
        .map(
          (part) =>
            line(LogLevel.lessThan(logLevel, LogLevel.Info) ? LogLevel.Debug : logLevel, part, json).value,
        )
        .join("\n"),
    ),
  )
