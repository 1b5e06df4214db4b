import * as Either from "effect/Either"
import { isLoopback } from "./ApiUrl.ts"

/** A proxy, and the variable that names it. */
export interface Proxy {
  /** It may contain a username and a password. */
  readonly url: URL
  readonly variable: string
}

/** The variables that list the hosts to reach without a proxy. Lower case wins, as in curl. */
export const noProxyVariables = ["no_proxy", "NO_PROXY"] as const

/** The variables that may name the proxy for a URL. The first that is set wins. */
export const variablesFor = ({ protocol }: URL): ReadonlyArray<string> =>
  protocol === "http:"
    ? ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]
    : ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]

/** Reads an environment variable. An empty one is ignored. */
export type Environment = (variable: string) => string | undefined

const firstOf = (environment: Environment, names: ReadonlyArray<string>) => {
  for (const variable of names) {
    const value = environment(variable)?.trim()
    if (value) return { variable, value }
  }
  return undefined
}

/**
 * The proxy for requests to a URL, if there is one. A proxy without a scheme
 * speaks plain http, as in curl. Plain http is never sent through a remote proxy,
 * which would get the credential unencrypted.
 *
 * @returns or, on the left, the variable whose value can't be used
 */
export const choose = (url: URL, environment: Environment): Either.Either<Proxy | undefined, string> => {
  const isHttp = url.protocol === "http:"
  const named = firstOf(environment, variablesFor(url))
  if (named === undefined) return Either.right(undefined)
  const port = Number(url.port) || (isHttp ? 80 : 443)
  if (covers(firstOf(environment, noProxyVariables)?.value ?? "", url.hostname, port)) {
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

/** A proxy as messages name it. */
export interface NamedProxy {
  /** Its scheme, host and port, such as `http://proxy.example:3128`. */
  readonly address: string
  readonly variable: string
}

/** A proxy without its username and password. */
export const named = ({ url, variable }: Proxy): NamedProxy => ({ address: url.origin, variable })

/** `host` or `host:port`; the brackets of an IPv6 address are part of the host. */
const hostAndPort = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/

/** The 32 or 128 bits of an address, as digits; undefined for a name. An IPv6 address may be in brackets. */
const bitsOf = (host: string): string | undefined => {
  // `URL` has one spelling for each address.
  const canonical = hostnameOf(host.includes(":") ? `[${host.replace(/^\[|\]$/g, "")}]` : host)
  const binary = (parts: ReadonlyArray<string>, radix: number, width: number) =>
    parts.map((part) => Number.parseInt(part, radix).toString(2).padStart(width, "0")).join("")
  if (canonical === undefined) return undefined
  if (/^\d+(\.\d+){3}$/.test(canonical)) return binary(canonical.split("."), 10, 8)
  if (!canonical.startsWith("[")) return undefined
  const halves = canonical.slice(1, -1).split("::")
  const [head = [], tail = []] = halves.map((half) => (half === "" ? [] : half.split(":")))
  const zeros = Array<string>(8 - head.length - tail.length).fill("0")
  return binary([...head, ...zeros, ...tail], 16, 16)
}

/** A host as `URL` spells it (lower case, Punycode, one form per address), without a dot at its end. */
const hostnameOf = (host: string): string | undefined =>
  URL.canParse(`http://${host}/`) ? new URL(`http://${host}/`).hostname.replace(/\.$/, "") : undefined

const entryCovers = (entry: string, host: string, port: number): boolean => {
  if (entry === "*") return true
  const address = bitsOf(host)
  const [, network, prefix] = /^([^/]+)\/(\d{1,3})$/.exec(entry) ?? []
  if (network !== undefined) {
    const bits = bitsOf(network)
    if (bits === undefined || bits.length !== address?.length || Number(prefix) > bits.length) return false
    return address.startsWith(bits.slice(0, Number(prefix)))
  }
  // With several colons and no brackets, it is an IPv6 address without a port.
  const isBareIpv6 = /^[^[]*:[^[]*:/.test(entry)
  const [, name = entry, entryPort] = isBareIpv6 ? [] : (hostAndPort.exec(entry) ?? [])
  if (entryPort !== undefined && Number(entryPort) !== port) return false
  if (address !== undefined) return bitsOf(name) === address
  // curl doesn't know `*.name`. In other programs it covers only the subdomains.
  if (name.startsWith("*")) {
    const suffix = hostnameOf(`x${name.slice(1)}`)?.slice(1)
    return suffix !== undefined && suffix !== "" && host.endsWith(suffix) && host.length > suffix.length
  }
  const covered = hostnameOf(name.replace(/^\./, ""))
  if (covered === undefined || covered === "") return false
  return host === covered || host.endsWith(`.${covered}`)
}

/**
 * Whether `NO_PROXY` covers a host. As in curl, entries are separated by commas or
 * white space, a name also covers its subdomains (its case, and a dot at its start
 * or end, don't matter), a CIDR block covers its addresses, and `*` everything. As
 * in other programs, an entry may have a port, and `*.name` covers only subdomains.
 *
 * @param hostname - as `URL` gives it, with an IPv6 address in brackets
 */
export const covers = (noProxy: string, hostname: string, port: number): boolean => {
  const host = hostnameOf(hostname) ?? hostname
  return noProxy.split(/[\s,]+/).some((entry) => entry !== "" && entryCovers(entry, host, port))
}
