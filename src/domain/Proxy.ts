import * as Either from "effect/Either"
import { isLoopback } from "./ApiUrl.ts"

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

/** Reads a variable of the environment; an empty one counts as unset. */
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

/** A proxy as it may be named to a person. */
export interface NamedProxy {
  /** Scheme, host and port alone, such as `http://proxy.example:3128`. */
  readonly address: string
  readonly variable: string
}

/** A proxy without its username and password. */
export const named = ({ url, variable }: Proxy): NamedProxy => ({ address: url.origin, variable })

/** `host` or `host:port`; the brackets of an IPv6 address are part of the host. */
const hostAndPort = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/

/** The 32 or 128 bits of an address, or undefined for a name. IPv6 may have its brackets. */
const addressOf = (host: string): { readonly bits: 32 | 128; readonly value: bigint } | undefined => {
  const isIpv6 = host.includes(":")
  const text = host.replace(/^\[|\]$/g, "")
  // `URL` reads every spelling of an address and gives back one. Anything that ends with letters is a name.
  const canonical = hostnameOf(isIpv6 ? `[${text}]` : text)
  if (canonical === undefined) return undefined
  if (!isIpv6) {
    if (!/^\d+(\.\d+){3}$/.test(canonical)) return undefined
    return { bits: 32, value: canonical.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n) }
  }
  const [head = "", tail] = canonical.slice(1, -1).split("::")
  const words = (part: string | undefined) => (part ? part.split(":") : [])
  const first = words(head)
  const last = words(tail)
  const zeros = Array<string>(8 - first.length - last.length).fill("0")
  const value = [...first, ...zeros, ...last].reduce((sum, word) => sum * 65_536n + BigInt(`0x${word}`), 0n)
  return { bits: 128, value }
}

/** A host as `URL` spells it: lower case, IDNs in Punycode, addresses in one form; no dot at the end. */
const hostnameOf = (host: string): string | undefined =>
  URL.canParse(`http://${host}/`) ? new URL(`http://${host}/`).hostname.replace(/\.$/, "") : undefined

const inBlock = (host: string, network: string, prefix: number): boolean => {
  const address = addressOf(host)
  const block = addressOf(network)
  if (address === undefined || block === undefined || address.bits !== block.bits) return false
  if (prefix > block.bits) return false
  const rest = BigInt(block.bits - prefix)
  return address.value >> rest === block.value >> rest
}

const entryCovers = (entry: string, host: string, port: number): boolean => {
  if (entry === "*") return true
  const block = /^([^/]+)\/(\d{1,3})$/.exec(entry)
  if (block) return inBlock(host, block[1] as string, Number(block[2]))
  // More than one colon and no brackets is an IPv6 address without a port.
  const isBareIpv6 = /^[^[]*:[^[]*:/.test(entry)
  const [, name = entry, entryPort] = isBareIpv6 ? [] : (hostAndPort.exec(entry) ?? [])
  if (entryPort !== undefined && Number(entryPort) !== port) return false

  const address = addressOf(host)
  if (address !== undefined) {
    const other = addressOf(name)
    return other !== undefined && other.bits === address.bits && other.value === address.value
  }
  // `*.name` is not curl's, but common elsewhere: it covers only the subdomains.
  if (name.startsWith("*")) {
    const suffix = hostnameOf(`x${name.slice(1)}`)?.slice(1)
    return suffix !== undefined && suffix !== "" && host.endsWith(suffix) && host.length > suffix.length
  }
  const covered = hostnameOf(name.replace(/^\./, ""))
  if (covered === undefined || covered === "") return false
  return host === covered || host.endsWith(`.${covered}`)
}

/**
 * Whether `NO_PROXY` covers a host, as curl reads it: entries are separated by
 * commas or white space; a name covers its subdomains, with or without a dot
 * at its start or end, in any case; an address covers itself, a CIDR block
 * what is in it, `*` everything. As in other programs, an entry may have a
 * port, and `*.name` covers the subdomains alone.
 *
 * @param hostname - as `URL` gives it, an IPv6 address in brackets
 */
export const covers = (noProxy: string, hostname: string, port: number): boolean => {
  const host = hostnameOf(hostname) ?? hostname
  return noProxy.split(/[\s,]+/).some((entry) => entry !== "" && entryCovers(entry, host, port))
}
