import type {
  PatNotFound,
  Redirected,
  RequestRefused,
  ResponseUnreadable,
  RevokeUnconfirmed,
  ServiceUnavailable,
  TimedOut,
  Unreachable,
} from "../../domain/Errors.ts"
import { isCertificateProblem, maxRetryAfter } from "../../domain/Retry.ts"
import { printable } from "../output/printable.ts"
import { exitCodes } from "./exitCodes.ts"
import { answerOf, attempts, failed, serverSaid, type Table } from "./words.ts"

/** Failures of a request to the API, but for those of the credential. */
export const api = {
  PatNotFound: (error) =>
    failed(
      error,
      exitCodes.notFound,
      printable`There is no PAT ${error.keyId}, or it is revoked already${serverSaid(error)}.`,
      printable`See the key IDs with: zpcli pat list`,
      { ...answerOf(error), keyId: error.keyId },
    ),
  RevokeUnconfirmed: (error) => {
    const { keyId, listed, status } = error
    const answer = printable`the answer to its revoke (status ${status}${serverSaid(error)}) is not the API's own`
    return failed(
      error,
      exitCodes.refused,
      {
        active: printable`PAT ${keyId} was not revoked: it is listed as active, and ${answer}.`,
        unlisted: printable`Whether PAT ${keyId} is revoked is unknown: it is not listed, and ${answer}.`,
        unknown: printable`Whether PAT ${keyId} is revoked is unknown: ${answer}, and there is no list to look it up in.`,
      }[listed],
      printable`Check ZPOOL_API_URL and any proxy, then run the command again.`,
      { ...answerOf(error), keyId },
    )
  },
  RequestRefused: (error) =>
    failed(
      error,
      exitCodes.refused,
      printable`The API refused the request with status ${error.status}${serverSaid(error)}.`,
      // A 403 gets here where a gateway does not know the path.
      error.status === 404 || error.status === 403
        ? printable`Check ZPOOL_API_URL: there is no ${error.path} below it.`
        : error.serverMessage === undefined
          ? printable`Check ZPOOL_API_URL; --log-level debug shows the requests.`
          : printable`Correct what the API names, and run the command again.`,
      answerOf(error),
    ),
  Redirected: (error) =>
    failed(
      error,
      exitCodes.refused,
      printable`${error.origin} redirects${error.location === undefined ? "" : ` to ${error.location}`}, which is not followed: the credential goes to that origin alone.`,
      printable`Set ZPOOL_API_URL to the API's own address.`,
      answerOf(error),
    ),
  ServiceUnavailable: (error) => {
    const { retryAfter, status } = error
    const what = status === 429 ? "is limiting requests" : "is unavailable"
    const seconds = Math.ceil((retryAfter ?? 0) / 1000)
    return failed(
      error,
      exitCodes.unavailable,
      printable`The API ${what}: status ${status}${attempts(error.attempts)}${serverSaid(error)}.`,
      retryAfter !== undefined && retryAfter > maxRetryAfter
        ? printable`It asks to be left alone for ${seconds} s; run the command again after that.`
        : printable`Nothing is wrong with the command: run it again in a while.`,
      answerOf(error),
    )
  },
  Unreachable: (error) => {
    const { code, origin } = error
    if (isCertificateProblem(code)) {
      return failed(
        error,
        exitCodes.unavailable,
        printable`The certificate of ${origin} is not trusted (${code}).`,
        printable`If it is of your own authority, name its file in NODE_EXTRA_CA_CERTS.`,
      )
    }
    return failed(
      error,
      exitCodes.unavailable,
      error.sent
        ? printable`The connection to ${origin} was lost (${code})${attempts(error.attempts)}.`
        : printable`${origin} can't be reached (${code})${attempts(error.attempts)}.`,
      printable`Check the network, any proxy, and ZPOOL_API_URL; then run the command again.`,
    )
  },
  TimedOut: (error) =>
    failed(
      error,
      exitCodes.unavailable,
      printable`${error.origin} did not answer within ${error.seconds} s${attempts(error.attempts)}.`,
      printable`Run the command again, or allow more time with ZPOOL_TIMEOUT.`,
    ),
  ResponseUnreadable: (error) => {
    const { origin, status } = error
    const found = {
      empty: "an empty body",
      "not-json": "something that is not JSON",
      html: "a web page",
      shape: `JSON without ${error.expected ?? "what was asked for"}`,
      "too-large": "more than 256 MiB",
      "not-http": "something that is not HTTP",
    }[error.reason]
    return failed(
      error,
      exitCodes.refused,
      printable`${origin} answered with ${status === undefined ? "" : `status ${status} and `}${found}, which can't be used.`,
      printable`Check ZPOOL_API_URL: something else than the zpools.io API may answer there.`,
      answerOf(error),
    )
  },
} satisfies Table<
  | PatNotFound
  | RevokeUnconfirmed
  | RequestRefused
  | Redirected
  | ServiceUnavailable
  | Unreachable
  | TimedOut
  | ResponseUnreadable
>
