import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { parse } from "yaml"
import { parseSeed } from "../../../src/services/sandbox/index.ts"
import { startSandboxOn } from "../sandbox.ts"
import { temporaryFolder } from "../temporaryFolder.ts"
import { cleanEnv, pathWithProgram } from "./program.ts"

/** The pages of the docs. */
export const pages = [
  "README.md",
  ...readdirSync("docs")
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
]
export const read = (page: string) => readFileSync(page, "utf8")

/** What a page shows to be typed, and the exit code that it says. */
export interface Snippet {
  readonly text: string
  readonly code: number
}

const isCommand = (text: string) =>
  /(^|[\s(|;&=])zpcli\s/m.test(text.replace(/^\s*(#|Usage:).*$|<\(zpcli .*$/gm, ""))

/** A command that a page continues on the next line is one line here. */
const joined = (text: string) => text.replace(/ \\\n */g, " ")

const snippet = (text: string): Snippet => ({
  text: joined(text),
  code: Number(/# exits with (\d+)/.exec(text)?.[1] ?? 0),
})

/** The scripts of a CI file: one line behind `run:` or a dash, or a block behind `|`. */
const scriptsIn = (yaml: string): ReadonlyArray<string> => {
  const lines = yaml.split("\n")
  const indent = (line: string) => /^ */.exec(line)?.[0].length as number
  return lines.flatMap((line, index) => {
    const value = /^\s*(?:- )?(?:run: )?(\S.*)$/.exec(line)?.[1] ?? ""
    if (value !== "|") return /^\s*- zpcli |^\s*(- )?run: /.test(line) ? [value] : []
    const rest = lines.slice(index + 1)
    const end = rest.findIndex((next) => next !== "" && indent(next) <= indent(line))
    return [rest.slice(0, end === -1 ? undefined : end).join("\n")]
  })
}

interface Task {
  readonly "ansible.builtin.command"?: { readonly cmd: string }
  readonly environment?: Readonly<Record<string, string>>
}

/** The tasks of an Ansible playbook that run a command, each as a command line with its environment. */
const tasksIn = (yaml: string): ReadonlyArray<string> => {
  const tasks: unknown = yaml.includes("ansible.builtin.command:") ? parse(yaml) : []
  return (tasks as ReadonlyArray<Task>).flatMap(
    ({ "ansible.builtin.command": command, environment = {} }) => {
      const settings = Object.entries(environment).map(([name, value]) => `${name}='${value}' `)
      return command === undefined ? [] : [`${settings.join("")}${command.cmd}`]
    },
  )
}

/** What a page shows to be typed. A block is one command a line, or one script if its fence says `script`. */
export const snippetsOf = (page: string): ReadonlyArray<Snippet> =>
  Array.from(read(page).matchAll(/^```(sh|text|yaml)( script)?\n([\s\S]*?)^```$/gm)).flatMap(
    ([, language, whole, text = ""]) => {
      if (language === "yaml") return [...scriptsIn(text), ...tasksIn(text)].filter(isCommand).map(snippet)
      if (whole !== undefined) return [snippet(text)]
      return joined(text)
        .split("\n")
        .map((line) => line.replace(/^\$ /, ""))
        .filter((line) =>
          language === "sh"
            ? isCommand(line)
            : /^zpcli /.test(line) && !/^zpcli --completions fish/.test(line),
        )
        .map(snippet)
    },
  )

/** The JSON or script of a page, by the name on its fence. */
export const exampleOf = (page: string, name: string): string =>
  new RegExp(`^\`\`\`\\w+ ${name}\\n([\\s\\S]*?)\\n\`\`\`$`, "m").exec(read(page))?.[1] ?? ""

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

/** Programs that the examples pipe into or call: each keeps what it was given, or fails. */
const stub = (name: string, fails: boolean) =>
  fails ? "#!/bin/sh\ncat >/dev/null\nexit 1\n" : `#!/bin/sh\n[ -t 0 ] || cat > "$HOME/${name}.stdin"\n`
const stores = ["gh", "glab", "op"]

/** A store that is read too: it has the PAT that signs in, until it gets another. */
const vault = (pat: string, fails: boolean) =>
  `#!/bin/sh\ncase "$*" in "kv get "*) cat "$HOME/vault.stdin" 2>/dev/null || printf %s '${pat}'; exit ;; esac\n${stub("vault", fails)}`

/** Password managers that only read, each with an entry whose name has `pat` in it, and one with the password. */
const managers = ["op", "pass", "security"]
const manager = (pat: string, password: string) =>
  `#!/bin/sh\ncase "$*" in "document edit"*) exec store-op ;; *[/-]pat*) echo '${pat}' ;; *) echo '${password}' ;; esac\n`

const isInstalled = (program: string) => spawnSync(program, ["--version"]).status === 0
const hasJq = isInstalled("jq")
const hasFlock = isInstalled("flock")

const place = (folder: string, name: string, text: string) =>
  writeFileSync(join(folder, name), text, { mode: 0o755 })

interface SnippetOptions {
  /** What the sandbox fails at, as in `sandbox --fail`. */
  readonly faults?: ReadonlyArray<string>
  /** Whether a secret store fails, once it has read what it was given. */
  readonly storeFails?: boolean
  /** The shell and its flags, in front of `-c`. */
  readonly shell?: ReadonlyArray<string>
}

/** The PATs of a sandbox that snippets run against: three of label and expiry, and one to sign in with. */
const own = { key_id: "garden-ink-motion-history", token: "zpat_of_the_snippets_0123456789" }
const makeStart = () =>
  Effect.runPromise(
    parseSeed(
      JSON.stringify([
        { label: "CI", scopes: ["job"], expiry_at: `${inDays(10)}T00:00:00Z` },
        { label: "nightly", scopes: ["job"] },
        { label: "third", scopes: ["job"] },
        { label: "the one to sign in with", scopes: ["pat"], ...own },
        { label: "my-project CI", scopes: ["job"], expiry_at: `${inDays(10)}T00:00:00Z` },
      ]),
    ),
  )

/** Runs a snippet by a shell, in a folder and against a sandbox of its own. The answer to a question is yes. */
export const runSnippet = async (
  { text }: Snippet,
  { faults = [], shell = ["sh", "-e"], storeFails = false }: SnippetOptions = {},
) => {
  const start = await makeStart()
  const sandbox = await startSandboxOn(start, faults)
  const home = temporaryFolder()
  const cwd = join(home, "cwd")
  const bin = join(home, "bin")
  for (const folder of [cwd, bin]) mkdirSync(folder)
  for (const name of stores) place(bin, name === "op" ? "store-op" : name, stub(name, storeFails))
  place(bin, "vault", vault(own.token, storeFails))
  if (!hasJq) place(bin, "jq", `#!/bin/sh\ncat >/dev/null\necho law-hotel-shape-community\n`)
  // macOS has none.
  if (!hasFlock) place(bin, "flock", '#!/bin/sh\nshift 4\nexec "$@"\n')
  for (const name of managers) place(bin, name, manager(own.token, sandbox.env.ZPOOL_PASSWORD ?? ""))
  // Without the network: the real one would look the package up.
  place(bin, "npx", '#!/bin/sh\nexec "$@"\n')
  place(cwd, "clean-up.sh", "#!/bin/sh\nzpcli pat list -q --unused-for 90d | zpcli pat revoke - --yes\n")
  writeFileSync(join(cwd, "seed.json"), exampleOf("docs/sandbox.md", "seed"))
  place(cwd, "store-and-check", `${exampleOf("docs/ci.md", "store-and-check")}\n`)
  place(cwd, "rotate-tokens.sh", "#!/bin/sh\nexec zpcli pat list\n")
  place(cwd, "deploy.sh", "#!/bin/sh\nexec zpcli hello\n")

  // What serves until it is interrupted gets its Ctrl-C.
  const serves = /^zpcli sandbox(?!.* -- )/.test(text)
  const env = cleanEnv({
    ...sandbox.env,
    HOME: home,
    ZPOOLPAT: own.token,
    // A secret is set once.
    ...(/ZPOOLPAT_(FILE|COMMAND)/.test(text) ? { ZPOOLPAT: "" } : {}),
    ...(text.includes("ZPOOL_PASSWORD_") ? { ZPOOL_PASSWORD: "" } : {}),
    PATH: `${bin}:${pathWithProgram()}`,
  })
  const [program = "sh", ...flags] = shell
  const child: ChildProcess = spawn(program, [...flags, "-c", serves ? `exec ${text}` : text], {
    cwd,
    env,
    stdio: ["pipe", "pipe", "pipe"],
    timeout: 25_000,
  })
  let output = ""
  const onData = (chunk: Buffer) => {
    output += chunk
    if (serves && /ZPOOL_RCFILE=.*\n/.test(output)) child.kill("SIGINT")
  }
  child.stdout?.on("data", onData)
  child.stderr?.on("data", onData)
  child.stdin?.on("error", () => {})
  // A shell gets a command line; anything else may ask a question.
  child.stdin?.end(/-- bash$/.test(text) ? "zpcli hello\nexit\n" : "y\n")
  const code = await new Promise((closed) => child.on("close", closed))
  const stored = [...stores, "vault"]
    .map((name) => join(home, `${name}.stdin`))
    .filter(existsSync)
    .map((file) => readFileSync(file, "utf8"))
  const files = [cwd, home]
    .flatMap((folder) =>
      readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => join(folder, name)),
    )
    // Where --save puts a token.
    .concat(join(home, ".config/zpools.io/zpoolrc"))
    .filter(existsSync)
    .map((file) => readFileSync(file, "utf8"))
  return { code, output, stored, files, sandbox, old: start.pats.map(({ key_id }) => key_id) }
}
