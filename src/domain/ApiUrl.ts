import * as Either from "effect/Either"

/** A base URL that `parse` has accepted. */
export interface ApiUrl {
  /** Such as `https://api.zpools.io/v1`, without a slash at the end. */
  readonly base: string
  /** Scheme, host and port. Credentials are sent only to this origin. */
  readonly origin: string
  /** Host and port, as messages and file names contain it. */
  readonly host: string
}

/** Whether a host is this machine: `localhost`, `127.0.0.0/8` or `::1`, as `URL` spells them. */
export const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname)

/**
 * Checks a base URL: it must be `https`, or plain `http` to this machine, and have no
 * credentials, query or fragment. The error says what is wrong.
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
 * The page on which you create PATs, with the form filled in. It is on the API's
 * host, without a leading `api.`.
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
