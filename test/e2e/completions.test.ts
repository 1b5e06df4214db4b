import { spawnSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { cleanEnv, runCli } from "../support/cli.ts"
import { temporaryFolder } from "../support/sandbox.ts"

const scopes = ["*", "zpool", "job", "sshkey", "pat", "billing"]
const shells = ["bash", "zsh", "fish"] as const
type Shell = (typeof shells)[number]

/** A command line up to the cursor, and the words that are offered there. */
interface Case {
  readonly line: string
  /** All that is offered, in any order; `including` where options are among it. */
  readonly offered?: ReadonlyArray<string>
  readonly including?: ReadonlyArray<string>
}

const cases: ReadonlyArray<Case> = [
  { line: "zpcli pa", offered: ["pat"] },
  { line: "zpcli ", including: ["pat", "hello", "sandbox"] },
  { line: "zpcli pat ", including: ["list", "create", "revoke", "rotate"] },
  { line: "zpcli pat cr", offered: ["create"] },
  { line: "zpcli --log-level debug pat cr", offered: ["create"] },
  { line: "zpcli pat list --exp", offered: ["--expiring-within"] },
  { line: "zpcli pat create --to", offered: ["--token-only"] },
  { line: "zpcli pat rotate --expires", offered: ["--expires-in"] },
  { line: "zpcli sandbox --jwt", offered: ["--jwt-seconds"] },
  { line: "zpcli hello --auth ", offered: ["auto", "pat", "jwt"] },
  { line: "zpcli pat list --status ", offered: ["active", "revoked", "expired"] },
  { line: "zpcli pat list --status active --status r", offered: ["revoked"] },
  { line: "zpcli pat create --scope ", offered: scopes },
  { line: "zpcli pat create --scope z", offered: ["zpool"] },
  { line: "zpcli pat create ci --scope job --scope ", offered: scopes },
  { line: "zpcli --completions ", offered: ["bash", "zsh", "fish"] },
  { line: "zpcli pat create ci --out tok", offered: ["token.txt"] },
  { line: "zpcli pat create --tenant-id ", offered: [] },
]

const missing = (shell: string) => spawnSync(shell, ["-c", ":"]).status !== 0

/** A folder with the script of a shell, and a file that a file's name can be completed to. */
const scriptOf = async (shell: Shell) => {
  const { code, stderr, stdout } = await runCli(["--completions", shell])
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  const folder = temporaryFolder()
  writeFileSync(join(folder, "script"), stdout)
  mkdirSync(join(folder, "here"))
  writeFileSync(join(folder, "here", "token.txt"), "")
  return folder
}

const runIn = (folder: string, command: string, args: ReadonlyArray<string>): string => {
  const { status, stderr, stdout } = spawnSync(command, args, {
    cwd: join(folder, "here"),
    env: cleanEnv({ HOME: folder }),
    encoding: "utf8",
    timeout: 25_000,
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
  return stdout
}

/** The words of output in which each command line's answer follows a line `== `. */
const answersIn = (output: string): ReadonlyArray<ReadonlyArray<string>> =>
  output
    .split(/^== .*\n/m)
    .slice(1)
    .map((part) => part.split("\n").filter((line) => line !== ""))

// The scripts of bash and zsh offer the scope `*` with a backslash, or the shell would expand it.
const unquoted = (word: string) => word.replace(/^\\/, "")

const completeIn: Record<
  Shell,
  (folder: string, lines: ReadonlyArray<string>) => ReadonlyArray<ReadonlyArray<string>>
> = {
  bash: (folder, lines) => {
    // Readline breaks words at = as well.
    const calls = lines.map((line) => {
      const words = line.replaceAll("=", " = ").split(/ +/)
      return `COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}
echo "== "; _zpcli; [[ \${#COMPREPLY[@]} == 0 ]] || printf '%s\\n' "\${COMPREPLY[@]}"`
    })
    const program = `source ../script\n[[ $(complete -p zpcli) == "complete -F _zpcli zpcli" ]] || exit 9\n${calls.join("\n")}`
    return answersIn(runIn(folder, "bash", ["--norc", "-c", program])).map((words) => words.map(unquoted))
  },
  zsh: (folder, lines) => {
    // An interactive zsh on a terminal of its own; its compadd writes down what it is asked to add.
    const typed = lines.map((line) => `type '${line}'`).join("\n")
    const program = `
zmodload zsh/zpty
out=../zsh.out
zpty shell zsh -f -i
zpty -w shell 'PROMPT=; setopt no_beep; autoload -Uz compinit; compinit -u -D; source ../script'
zpty -w shell 'compadd() { local -a hits; if [[ " $* " != *" "-[OAD]" "* ]]; then builtin compadd -A hits "$@"; (( $#hits )) && print -rl -- $hits >> ${"$"}out; fi; builtin compadd "$@" }'
zpty -w shell "out=$out"
zpty -w shell 'finish() { print -r -- "done" >> $out; BUFFER= }; zle -N finish; bindkey "^X" finish; print -- "done" > $out'
settle() {
  local i
  for i in {1..200}; do
    zpty -r -t shell ignored
    [[ -r $out ]] && (( $(grep -c '^done$' $out) >= $1 )) && return
    sleep 0.02
  done
  print -u2 "no answer"; exit 9
}
integer count=1
settle 1
type() { print -r -- "== $1" >> $out; zpty -w -n shell "$1"$'\\t\\x18'; settle $(( ++count )) }
${typed}
zpty -d shell
grep -v '^done$' $out`
    return answersIn(runIn(folder, "zsh", ["-f", "-c", program])).map((words) => words.map(unquoted))
  },
  fish: (folder, lines) => {
    const calls = lines.map((line) => `echo "== "; complete -C '${line}' | string replace -r '\\t.*' ''`)
    return answersIn(
      runIn(folder, "fish", ["--no-config", "-c", `source ../script\n${calls.join("\n")}\ntrue`]),
    )
  },
}

for (const shell of shells) {
  const skipped = missing(shell)
  describe.skipIf(skipped)(
    `completions in ${shell}${skipped ? ` (skipped: ${shell} is not installed)` : ""}`,
    () => {
      it("offer commands, options, scopes and other values where each belongs", async () => {
        const answers = completeIn[shell](
          await scriptOf(shell),
          cases.map(({ line }) => line),
        )
        expect(answers).toHaveLength(cases.length)
        const found = answers.map((words, index) => {
          const { including, line } = cases[index] as Case
          const kept = including === undefined ? words : words.filter((word) => !word.startsWith("-"))
          return { line, offered: [...new Set(kept)].sort() }
        })
        expect(found).toEqual(
          cases.map(({ including, line, offered }) => ({
            line,
            offered: [...(offered ?? including ?? [])].sort(),
          })),
        )
      })
    },
  )
}

describe("completions", () => {
  it("in bash work behind = too, which is a word of its own there", async () => {
    const lines = [
      "zpcli pat list --status=",
      "zpcli pat list --status=ac",
      "zpcli pat create --scope=jo",
      "zpcli --log-level=debug pat li",
    ]
    expect(completeIn.bash(await scriptOf("bash"), lines)).toEqual([
      ["active", "revoked", "expired"],
      ["active"],
      ["job"],
      ["list"],
    ])
  })

  it.skipIf(missing("bash"))("in bash put the scope * in so that it reaches the program", async () => {
    const folder = await scriptOf("bash")
    const program = `source ../script; COMP_WORDS=(zpcli pat create --scope '\\'); COMP_CWORD=4; _zpcli; eval "printf '<%s>' \${COMPREPLY[0]}"`
    expect(runIn(folder, "bash", ["--norc", "-c", program])).toBe("<*>")
  })

  it("leave other values of --scope to the command, which says what is wrong with them", async () => {
    const { code, stderr } = await runCli(["pat", "create", "ci", "--scope", "zpol"], {
      env: { ZPOOLPAT: "zpat_x" },
    })
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `zpcli: Unknown scope "zpol". Did you mean zpool?\nScopes: *, zpool, job, sshkey, pat, billing (quote '*' against the shell).\n`,
    })
  })

  it("of a shell that there is none for are refused", async () => {
    const { code, stderr, stdout } = await runCli(["--completions", "fishy"])
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain("Did you mean fish?")
  })
})
