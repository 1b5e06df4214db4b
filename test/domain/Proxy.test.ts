import * as Either from "effect/Either"
import { describe, expect, it } from "vitest"
import { choose, named } from "../../src/domain/Proxy.ts"

const api = "https://api.zpools.io/v1"
const local = "http://127.0.0.1:4010/v1"

const chosen = (url: string, env: Readonly<Record<string, string>>) =>
  Either.map(
    choose(new URL(url), (name) => env[name]),
    (proxy) => proxy && `${proxy.url.href} from ${proxy.variable}`,
  )

const table: ReadonlyArray<
  readonly [
    says: string,
    url: string,
    env: Record<string, string>,
    expected: Either.Either<string | undefined, string>,
  ]
> = [
  ["no variable: no proxy", api, {}, Either.right(undefined)],
  [
    "HTTPS_PROXY is for https",
    api,
    { HTTPS_PROXY: "http://proxy:1", HTTP_PROXY: "http://other:1" },
    Either.right("http://proxy:1/ from HTTPS_PROXY"),
  ],
  [
    "lower case wins",
    api,
    { HTTPS_PROXY: "http://other:1", https_proxy: "http://proxy:1" },
    Either.right("http://proxy:1/ from https_proxy"),
  ],
  [
    "an empty variable counts as unset",
    api,
    { https_proxy: " ", HTTPS_PROXY: "http://proxy:1" },
    Either.right("http://proxy:1/ from HTTPS_PROXY"),
  ],
  [
    "ALL_PROXY comes last",
    api,
    { ALL_PROXY: "http://other:1", HTTPS_PROXY: "http://proxy:1" },
    Either.right("http://proxy:1/ from HTTPS_PROXY"),
  ],
  [
    "ALL_PROXY serves where no other does",
    api,
    { ALL_PROXY: "proxy:1" },
    Either.right("http://proxy:1/ from ALL_PROXY"),
  ],
  [
    "without a scheme it is http",
    api,
    { HTTPS_PROXY: "proxy:1" },
    Either.right("http://proxy:1/ from HTTPS_PROXY"),
  ],
  [
    "it may speak TLS",
    api,
    { HTTPS_PROXY: "https://proxy" },
    Either.right("https://proxy/ from HTTPS_PROXY"),
  ],
  ["SOCKS can't be used", api, { ALL_PROXY: "socks5://127.0.0.1:9" }, Either.left("ALL_PROXY")],
  ["what is not a URL can't be used", api, { HTTPS_PROXY: "http://:bad" }, Either.left("HTTPS_PROXY")],
  [
    "what can't be used is no matter where NO_PROXY covers the host",
    api,
    { ALL_PROXY: "socks5://127.0.0.1:9", NO_PROXY: "*" },
    Either.right(undefined),
  ],
  [
    "nor where another variable is stronger",
    api,
    { ALL_PROXY: "socks5://127.0.0.1:9", HTTPS_PROXY: "proxy:1", HTTP_PROXY: "proxy:1" },
    Either.right("http://proxy:1/ from HTTPS_PROXY"),
  ],
  [
    "NO_PROXY is read in either case",
    api,
    { HTTPS_PROXY: "proxy:1", no_proxy: "zpools.io" },
    Either.right(undefined),
  ],
  [
    "NO_PROXY's port is the URL's",
    api,
    { HTTPS_PROXY: "proxy:1", NO_PROXY: "zpools.io:80" },
    Either.right("http://proxy:1/ from HTTPS_PROXY"),
  ],
  [
    "plain http goes to a proxy on this machine",
    local,
    { HTTP_PROXY: "http://localhost:3128" },
    Either.right("http://localhost:3128/ from HTTP_PROXY"),
  ],
  [
    "plain http never goes to one elsewhere",
    local,
    { HTTP_PROXY: "http://proxy:3128" },
    Either.right(undefined),
  ],
  ["not even to one that can't be used", local, { ALL_PROXY: "socks5://proxy:9" }, Either.right(undefined)],
]

describe("the proxy of a request", () => {
  for (const [says, url, env, expected] of table) {
    it(says, () => expect(chosen(url, env)).toEqual(expected))
  }

  it("is shown without its credentials", () => {
    const proxy = Either.getOrThrow(choose(new URL(api), () => "http://user:secret@proxy:3128/path"))
    expect(proxy && named(proxy)).toEqual({ address: "http://proxy:3128", variable: "https_proxy" })
  })
})
