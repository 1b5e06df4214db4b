import * as Cause from "effect/Cause"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { type Printable, printable } from "../output/printable.ts"

const line = (level: LogLevel.LogLevel, message: unknown): Printable => {
  const text = Cause.isCause(message) ? Cause.pretty(message) : String(message)
  return printable`zpcli: ${level._tag.toLowerCase()}: ${text}`
}

/** Logs to stderr through the `Console`, one escaped line for each message. */
export const logger: Logger.Logger<unknown, void> = Logger.withConsoleError(
  Logger.make(({ logLevel, message }) =>
    (Array.isArray(message) ? message : [message])
      .map((part) => line(LogLevel.lessThan(logLevel, LogLevel.Info) ? LogLevel.Debug : logLevel, part).value)
      .join("\n"),
  ),
)
