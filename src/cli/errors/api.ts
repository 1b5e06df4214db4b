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
import { maxRetryAfter } from "../../domain/Retry.ts"
import { exitCodes } from "./exitCodes.ts"
import { answerOf, attempts, didYouMean, failed, serverSaid, type Table } from "./words.ts"

/** Who failed: the API, or the proxy before it and the variable that names it. */
const party = ({ origin, proxy }: Unreachable | TimedOut): string =>
  proxy === undefined ? origin : `${proxy.address} (${proxy.variable})`

/** Failures of a request to the API, but for those of the credential. */
export const api = {
  PatNotFound: (error) =>
    failed(
      error,
      exitCodes.notFound,
      {
        revoked: `PAT ${error.keyId} is already revoked.`,
        no: `There is no PAT ${error.keyId}.${didYouMean(error.nearest)}`,
        unknown: `There is no PAT ${error.keyId}, or it is already revoked${serverSaid(error)}.`,
      }[error.listed ?? "unknown"],
      "See the key IDs with: zpcli pat list",
      { ...answerOf(error), keyId: error.keyId },
    ),
  RevokeUnconfirmed: (error) => {
    const { keyId, listed, status } = error
    const unclear = status < 300 && error.serverMessage === undefined ? ", which does not confirm it" : ""
    const answer = `its revoke was answered with status ${status}${serverSaid(error)}${unclear}`
    return failed(
      error,
      exitCodes.refused,
      {
        active: `PAT ${keyId} was not revoked: it is listed as active, and ${answer}.`,
        unlisted: `It is unknown whether PAT ${keyId} is revoked: it is not listed, and ${answer}.`,
        unknown: `It is unknown whether PAT ${keyId} is revoked: ${answer}, and there is no list to look it up in.`,
      }[listed],
      "Check ZPOOL_API_URL and any proxy, then run the command again.",
      { ...answerOf(error), keyId },
    )
  },
  RequestRefused: (error) =>
    failed(
      error,
      exitCodes.refused,
      `The API refused the request with status ${error.status}${serverSaid(error)}.`,
      // A 403 gets here where a gateway does not know the path.
      error.status === 404 || error.status === 403
        ? `Check ZPOOL_API_URL: there is no ${error.path} below it.`
        : error.serverMessage === undefined
          ? "Check ZPOOL_API_URL; --log-level debug shows the requests."
          : "Correct what the API says, and run the command again.",
      answerOf(error),
    ),
  Redirected: (error) =>
    failed(
      error,
      exitCodes.refused,
      `${error.origin} redirects${error.location === undefined ? "" : ` to ${error.location}`}; redirects are not followed.`,
      "Set ZPOOL_API_URL to the API's own address.",
      answerOf(error),
    ),
  ServiceUnavailable: (error) => {
    const { retryAfter, status } = error
    const what = status === 429 ? "is limiting requests" : "is unavailable"
    const seconds = Math.ceil((retryAfter ?? 0) / 1000)
    return failed(
      error,
      exitCodes.unavailable,
      `The API ${what}: status ${status}${attempts(error.attempts)}${serverSaid(error)}.`,
      retryAfter !== undefined && retryAfter > maxRetryAfter
        ? `The API asks clients to wait ${seconds} s; run the command again after that.`
        : "The command is fine: run it again in a while.",
      answerOf(error),
    )
  },
  Unreachable: (error) => {
    const { code, lasting, origin, proxy } = error
    const whom = party(error)
    const report = (message: string, hint: string) => failed(error, exitCodes.unavailable, message, hint)
    if (lasting === "certificate") {
      return report(
        `The certificate of ${whom} is not trusted (${code}).`,
        "If your own authority issued it, name its file in NODE_EXTRA_CA_CERTS.",
      )
    }
    if (lasting === "client-certificate") {
      return report(
        `${whom} asks for a client certificate (${code}), which zpcli does not have.`,
        "Check ZPOOL_API_URL and any proxy.",
      )
    }
    if (proxy !== undefined) {
      const status = /^EPROXY (\d+)$/.exec(code)?.[1]
      return report(
        status === undefined
          ? `The proxy ${whom} can't be used to reach ${origin} (${code})${attempts(error.attempts)}.`
          : `The proxy ${whom} refused to connect to ${origin}: status ${status}${attempts(error.attempts)}.`,
        status === "407"
          ? `Put the proxy's username and password into ${proxy.variable}: http://USER:PASSWORD@HOST:PORT`
          : `Check ${proxy.variable}, or name the host in NO_PROXY to connect without the proxy.`,
      )
    }
    return report(
      error.sent
        ? `The connection to ${origin} was lost (${code})${attempts(error.attempts)}.`
        : `${origin} can't be reached (${code})${attempts(error.attempts)}.`,
      "Check the network, any proxy, and ZPOOL_API_URL; then run the command again.",
    )
  },
  TimedOut: (error) =>
    failed(
      error,
      exitCodes.unavailable,
      `${error.proxy ? "The proxy " : ""}${party(error)} did not answer within ${error.seconds} s${attempts(error.attempts)}.`,
      "Run the command again, or allow more time with ZPOOL_TIMEOUT.",
    ),
  ResponseUnreadable: (error) => {
    const { origin, status } = error
    const found = {
      empty: "an empty body",
      "not-json": "something that is not JSON",
      html: "a web page",
      shape: `JSON without ${error.expected ?? "what was asked for"}`,
      failure: "an error",
      "too-large": "more than 256 MiB",
      "not-http": "something that is not HTTP",
      encoding: "a body in a content encoding that is unknown or damaged",
    }[error.reason]
    return failed(
      error,
      exitCodes.refused,
      `${origin} answered with ${status === undefined ? "" : `status ${status} and `}${found}${error.reason === "failure" ? serverSaid(error) : ", which can't be used"}.`,
      "Check ZPOOL_API_URL: something other than the zpools.io API may answer there.",
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
