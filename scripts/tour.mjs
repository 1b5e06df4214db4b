// A tour of zpcli for a newcomer to read along; `npm run demo` runs it against the sandbox.
// Each command is shown before its output, and the first one that does not do as it should ends the tour.
import { spawnSync } from "node:child_process"
import { writeSync } from "node:fs"
import { fileURLToPath } from "node:url"

const given = process.argv.slice(2)
const [command, ...program] =
  given.length > 0 ? given : [process.execPath, fileURLToPath(new URL("../dist/zpcli.cjs", import.meta.url))]

// Written at once: the output of the next command must not overtake it.
const write = (text) => writeSync(1, `${text}\n`)
const say = (text) => write(`\n# ${text}`)

/**
 * Runs one command line as it is shown. It writes to our own stdout, and so as it does at a terminal if that is one,
 * unless what it writes is needed: then it is given back, and shown here.
 */
const step = (args, { env = {}, input, expected = 0, needed = false } = {}) => {
  const shown = args.map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg}'`)).join(" ")
  const variables = Object.keys(env).map((name) => `${name}=... `)
  write(`$ ${input === undefined ? "" : `echo ${input.trim()} | `}${variables.join("")}zpcli ${shown}`)
  const { error, status, stdout } = spawnSync(command, [...program, ...args], {
    env: { ...process.env, ...env },
    input,
    encoding: "utf8",
    stdio: [input === undefined ? "ignore" : "pipe", needed ? "pipe" : "inherit", "inherit"],
  })
  if (needed) write(stdout.trimEnd())
  if (error || status !== expected) {
    console.error(`This step ended with ${error ?? `exit code ${status}`} where ${expected} was expected.`)
    process.exit(1)
  }
  if (expected !== 0) write(`(exit code ${status})`)
  return stdout
}

say("Who am I? The sandbox has set ZPOOL_API_URL, ZPOOL_USER and ZPOOL_PASSWORD.")
step(["hello"])

say("A token for a CI job that may list and revoke tokens, and look at jobs.")
const created = step(["pat", "create", "My CI Token", "--scope", "pat", "--scope", "job"], { needed: true })
const keyId = /^ID: (.+)$/m.exec(created)?.[1]
const token = /^Token: (.+)$/m.exec(created)?.[1]
if (keyId === undefined || token === undefined) {
  console.error("The new token could not be read.")
  process.exit(1)
}

say("Another that expires, its token written to nothing but stdout, as for a pipe into a secret store.")
step(["pat", "create", "Temp token", "--scope", "sshkey", "--expires-in", "30d", "--token-only"])

say("What there is: as a table, and as JSON for scripts.")
step(["pat", "list"])
step(["pat", "list", "--json"])

say("The new token signs in by itself; no password is needed.")
step(["hello", "--auth", "pat"], { env: { ZPOOLPAT: token } })

say("A gate for CI: exit code 8 if a token expires within a month or so.")
step(["pat", "list", "--expiring-within", "31d", "--exit-code"], { expected: 8 })

say("Revoking asks first; a pipe can answer.")
step(["pat", "revoke", keyId], { input: "y\n" })

say("From now on the token is refused, and a job can tell by the exit code.")
step(["hello", "--auth", "pat"], { env: { ZPOOLPAT: token }, expected: 4 })

say("What is left.")
step(["pat", "list"])

write("\nThat was the tour. Try it yourself: npx zpcli sandbox --seed demo -- bash")
