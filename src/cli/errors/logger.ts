import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { Process } from "../../services/Process.ts"
import { linesFor } from "../output/print.ts"

/** What a cause was, in a few words and without its stack. */
const reasonOf = (cause: Cause.Cause<unknown>): string =>
  Cause.prettyErrors(cause)
    .map(({ message, name }) => message || name)
    .join("; ") || "interrupted"

/** What is logged, a line each: the messages, the last one with the reason; and a stack where that is asked for. */
const linesOf = (
  messages: ReadonlyArray<string>,
  cause: Cause.Cause<unknown>,
  verbose: boolean,
): ReadonlyArray<string> => {
  if (Cause.isEmpty(cause)) return messages
  const last = messages.at(-1)
  const reason = reasonOf(cause)
  const withReason = last === undefined ? reason : `${last.replace(/\.$/, "")}: ${reason}`
  return [...messages.slice(0, -1), withReason, ...(verbose ? Cause.pretty(cause).split("\n") : [])]
}

/** Logs to stderr through the `Console`, one line for each message, as `printError` writes it. */
export const logger: Logger.Logger<unknown, void> = Logger.withConsoleError(
  Logger.make(({ cause, context, logLevel, message }) => {
    const level = LogLevel.lessThan(logLevel, LogLevel.Info) ? LogLevel.Debug : logLevel
    const least = FiberRefs.getOrDefault(context, FiberRef.currentMinimumLogLevel)
    const verbose = LogLevel.lessThanEqual(least, LogLevel.Debug)
    const messages = (Array.isArray(message) ? message : [message]).map(String)
    const { stderr } = Context.get(FiberRefs.getOrDefault(context, FiberRef.currentContext), Process)
    return linesFor(
      stderr,
      linesOf(messages, cause, verbose).map((line) => `zpcli: ${level._tag.toLowerCase()}: ${line}`),
    )
  }),
)
