/** Random sequences of faults from a seed, and what must hold whatever they do to the program. */
import { account, pat } from "../../support/fixtures.ts"
import { type Fault, listedKeyId, type MadePat } from "../../support/http/faults.ts"
import { drawing } from "../../support/random.ts"
import { behaviours } from "./catalogue.ts"
import { type CommandName, commands } from "./table.ts"

export interface Sequence {
  readonly index: number
  readonly command: CommandName
  readonly argv: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
  readonly names: ReadonlyArray<string>
  /** One for each connection, in turn; after the last all is well. */
  readonly faults: ReadonlyArray<Fault | undefined>
  readonly attempts: number
}

/** How a run ended, and what its server then knew. */
export interface Result {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly millis: number
  /** Every PAT that exists; the first is the old one. */
  readonly pats: ReadonlyArray<MadePat>
  readonly secrets: ReadonlyArray<string>
  readonly creates: number
}

/** These take long, or are not about what a plain server can do. */
const leftOut = /TLS|certificate|256 MiB|Retry-After: 1|^refused/
/** Answers after which nothing may have been done: a server that does it all the same is lying. */
const refusals = /^(status 4|status 501|redirect|not modified|switching)/

const pool: ReadonlyArray<readonly [string, Fault]> = [
  ...Object.entries(behaviours).flatMap(([name, { fault }]) =>
    fault === undefined || leftOut.test(name) ? [] : [[name, fault] as const],
  ),
  ["reset at once", { at: "connect", steps: [{ do: "reset" }] }],
  ["closed at once", { at: "connect", steps: [{ do: "close" }] }],
]

const argvOf: Readonly<Record<CommandName, ReadonlyArray<string>>> = {
  list: ["pat", "list"],
  create: ["pat", "create", "Nightly", "--scope", "job"],
  revoke: ["pat", "revoke", listedKeyId, "--yes"],
}

/** One sequence; the same for the same seed and index. */
export const sequenceOf = (index: number): Sequence => {
  const { below, pick, random } = drawing(index)
  const command = pick(commands)
  const retries = pick([0, 1, 2])
  const drawn = Array.from({ length: 1 + below(5) }, () => {
    if (random() < 0.25) return ["healthy", undefined] as const
    const [name, fault] = pick(pool)
    // After an answer that was lost, 404 means that the PAT has gone; the server must not say so of one that has not.
    if (command === "revoke" && name === "status 404") return ["healthy", undefined] as const
    if (refusals.test(name) || random() < 0.5) return [name, fault] as const
    return [`${name}, carried out`, { ...fault, carriedOut: true }] as const
  })
  return {
    index,
    command,
    argv: [...argvOf[command], ...(random() < 0.4 ? ["--json"] : [])],
    env: {
      ...(random() < 0.7 ? pat : account),
      ZPOOL_MAX_RETRIES: String(retries),
    },
    names: drawn.map(([name]) => name),
    faults: drawn.map(([, fault]) => fault),
    attempts: retries + 1,
  }
}

/** Signing in, the request itself, and a look at the list after a create whose answer was lost. */
const requestsOfARun = 3

/**
 * What is wrong with a result, if anything.
 *
 * @param slack - milliseconds for all but waiting for answers
 */
export const complaints = (
  { argv, attempts, command }: Sequence,
  { code, creates, millis, pats, secrets, stderr, stdout }: Result,
  timeoutMillis: number,
  slack: number,
): ReadonlyArray<string> => {
  const [old, ...made] = pats
  const succeeded = code === 0
  const shown = command === "create" && succeeded ? stderr : stdout + stderr
  const json = argv.includes("--json")
  const rules: ReadonlyArray<readonly [string, boolean]> = [
    ["an exit code that is not documented", code !== null && [0, 1, 4, 5, 6, 7].includes(code)],
    ["it took too long", millis <= requestsOfARun * attempts * timeoutMillis + slack],
    ["stderr after a success, or stdout after a failure", (succeeded ? stderr : stdout) === ""],
    ["an end without a word", succeeded ? stdout !== "" : stderr.startsWith(json ? '{"error":' : "zpcli: ")],
    ["an internal error", !stderr.includes("internal error")],
    ["more than one token created", made.length <= (command === "create" ? 1 : 0)],
    ["a create sent more often than there were attempts", creates <= attempts],
    ["a token made and not spoken of", made.length === 0 || code === 0 || code === 7],
    ["exit code 7 of something that makes no token", code !== 7 || command === "create"],
    [
      "success without the token",
      command !== "create" || !succeeded || (made.length === 1 && stdout.includes(made[0]?.token ?? " ")),
    ],
    ["success without a revocation", command !== "revoke" || !succeeded || old?.revoked === true],
    ["a secret in the output", !secrets.some((secret) => shown.includes(secret))],
  ]
  return rules.flatMap(([complaint, holds]) => (holds ? [] : [complaint]))
}
