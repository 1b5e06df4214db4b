import * as Either from "effect/Either"

/** A base URL that has passed the rules of `parse`. */
export interface ApiUrl {
  /** Without a slash at the end, such as `https://api.zpools.io/v1`. */
  readonly base: string
  /** Scheme, host and port: where a credential may go. */
  readonly origin: string
  /** Host and port, as people and file names know it. */
  readonly host: string
}

/** Whether a host is this machine: `localhost`, `127.0.0.0/8` or `::1`, as `URL` spells them. */
export const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname)

/**
 * Checks a base URL before a byte is sent: `https` alone, or plain `http` to
 * this machine; no credentials, query or fragment. The error says what is wrong.
 */
export const parse = (value: string): Either.Either<ApiUrl, string> => {
  let url: URL
  try {
    url = new URL(value)
  } catch {
    return Either.left("must be a URL such as https://api.zpools.io/v1")
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return Either.left("must start with https://")
  if (url.username !== "" || url.password !== "")
    return Either.left("must not contain a username or password")
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    return Either.left("must start with https:// (plain http is allowed only to localhost)")
  }
  if (/[?#]/.test(value)) return Either.left("must not have a query or fragment")
  return Either.right({
    base: `${url.origin}${url.pathname.replace(/(?<!\/)\/+$/, "")}`,
    origin: url.origin,
    host: url.host,
  })
}

/**
 * The page on which the account's PATs are made by hand: on the API's host
 * without a leading `api.`, with what is asked for filled in.
 */
export const dashboardUrl = (
  { origin }: ApiUrl,
  pat?: {
    readonly label: string
    readonly scopes: ReadonlyArray<string>
    readonly expiry?: string | undefined
  },
): string => {
  const page = `${origin.replace("//api.", "//")}/dashboard/tokens`
  if (pat === undefined) return page
  const { expiry, label, scopes } = pat
  const asked = [
    "create=1",
    `label=${encodeURIComponent(label)}`,
    `scopes=${scopes.map(encodeURIComponent).join(",")}`,
    ...(expiry === undefined ? [] : [`expiry=${expiry}`]),
  ]
  return `${page}?${asked.join("&")}`
}
