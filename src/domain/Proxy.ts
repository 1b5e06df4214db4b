import * as Either from "effect/Either"
import { isLoopback } from "./ApiUrl.ts"
import * as NoProxy from "./NoProxy.ts"

/** A proxy, and the variable that names it. */
export interface Proxy {
  /** May hold a username and a password. */
  readonly url: URL
  readonly variable: string
}

/** Where a request goes through no proxy, whatever the other variables say; lower case wins, as for curl. */
export const noProxyVariables = ["no_proxy", "NO_PROXY"] as const

/** The variables that may name the proxy for a URL, the strongest first. */
export const variablesFor = ({ protocol }: URL): ReadonlyArray<string> =>
  protocol === "http:"
    ? ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]
    : ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]

/** Reads a variable of the environment; one that is empty counts as unset. */
export type Environment = (variable: string) => string | undefined

const firstOf = (environment: Environment, names: ReadonlyArray<string>) => {
  for (const variable of names) {
    const value = environment(variable)?.trim()
    if (value) return { variable, value }
  }
  return undefined
}

/**
 * The proxy that a request to a URL goes through, if any. A proxy without a
 * scheme speaks plain http, as for curl. Plain http is sent to this machine
 * alone, so it goes to a proxy only where that is here as well: elsewhere it
 * would carry the credential off unencrypted.
 *
 * @returns on the left the variable whose value is needed and can't be used
 */
export const choose = (url: URL, environment: Environment): Either.Either<Proxy | undefined, string> => {
  const isHttp = url.protocol === "http:"
  const named = firstOf(environment, variablesFor(url))
  if (named === undefined) return Either.right(undefined)
  const port = Number(url.port) || (isHttp ? 80 : 443)
  if (NoProxy.covers(firstOf(environment, noProxyVariables)?.value ?? "", url.hostname, port)) {
    return Either.right(undefined)
  }
  const { value, variable } = named
  const address = value.includes("://") ? value : `http://${value}`
  if (!URL.canParse(address)) return Either.left(variable)
  const proxy = new URL(address)
  if (isHttp && !isLoopback(proxy.hostname)) return Either.right(undefined)
  if (proxy.protocol !== "http:" && proxy.protocol !== "https:") return Either.left(variable)
  return Either.right({ url: proxy, variable })
}

/** A proxy as it may be named to a person. */
export interface NamedProxy {
  /** Scheme, host and port alone, such as `http://proxy.example:3128`. */
  readonly address: string
  readonly variable: string
}

/** A proxy without its username and password. */
export const named = ({ url, variable }: Proxy): NamedProxy => ({ address: url.origin, variable })
