import { spawnSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect } from "vitest"
import { temporaryFolder } from "../temporaryFolder.ts"
import { cleanEnv } from "./program.ts"

export const shells = ["bash", "zsh", "fish"] as const
export type Shell = (typeof shells)[number]

/**
 * A folder with the script of a shell, and a file that a file's name can be completed to.
 *
 * @param programs - shell scripts on the PATH, by their names
 */
export const folderOf = (script: string, programs: Readonly<Record<string, string>> = {}): string => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, "script"), script)
  mkdirSync(join(folder, "here"))
  mkdirSync(join(folder, "bin"))
  for (const [name, text] of Object.entries(programs))
    writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  writeFileSync(join(folder, "here", "token.txt"), "")
  return folder
}

/** Why a test in a shell can't run here; undefined where it can. */
export const missing = (shell: string): string | undefined =>
  spawnSync(shell, ["-c", ":"]).status === 0 ? undefined : `${shell} is not installed`

/** Runs a shell in a folder that `folderOf` made, and gives its stdout. */
export const shellOutput = (folder: string, command: string, args: ReadonlyArray<string>): string => {
  const { status, stderr, stdout } = spawnSync(command, args, {
    cwd: join(folder, "here"),
    env: cleanEnv({ HOME: folder, PATH: `${join(folder, "bin")}:${process.env.PATH}` }),
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
const unquoted = (word: string) => (word === "\\*" ? "*" : word)

/**
 * What zsh says at the end of each command line: the words that it offers, and, behind a tab, the lines that it shows for
 * them. It is interactive, on a terminal of its own, and its compadd writes down what it is asked to add.
 */
const askZsh = (folder: string, lines: ReadonlyArray<string>) => {
  const session = `
zmodload zsh/zpty
out=../zsh.out; rm -f $out
zpty shell zsh -f -i
zpty -w shell 'PROMPT=; stty cols 500; setopt no_beep; autoload -Uz compinit; compinit -u -D; source ../script'
zpty -w shell 'compadd() { local -a hits; if [[ " $* " != *" "-[OAD]" "* ]]; then builtin compadd -A hits "$@"; (( $#hits )) && print -rl -- $hits >> ${"$"}out; shown "$@"; fi; builtin compadd "$@" }'
zpty -w shell 'shown() { local i; for ((i = 1; i < $#; i++)) [[ $argv[i] == -d ]] && printf "\\t%s\\n" "${"$"}{(@P)argv[i+1]}" >> $out }'
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
${lines.map((line) => `type '${line}'`).join("\n")}
zpty -d shell
grep -v '^done$' $out`
  return answersIn(shellOutput(folder, "zsh", ["-f", "-c", session]))
}

/** What fish says at the end of each command line: a word on each line, and its description behind a tab. */
const askFish = (folder: string, lines: ReadonlyArray<string>) => {
  const calls = lines.map((line) => `echo "== "; complete -C '${line}'`)
  return answersIn(
    shellOutput(folder, "fish", ["--no-config", "-c", `source ../script\n${calls.join("\n")}\ntrue`]),
  )
}

/** The descriptions that a shell shows at the end of a command line. */
export const describedIn: Record<"zsh" | "fish", (folder: string, line: string) => ReadonlyArray<string>> = {
  zsh: (folder, line) =>
    askZsh(folder, [line])
      .flat()
      .flatMap((shown) => /^\t.*?-- (.*?) *$/.exec(shown)?.[1] ?? []),
  fish: (folder, line) =>
    askFish(folder, [line])
      .flat()
      .flatMap((shown) => shown.split("\t")[1] ?? []),
}

/** The words that each shell offers at the end of each command line of a program. */
export const completeIn: Record<
  Shell,
  (folder: string, program: string, lines: ReadonlyArray<string>) => ReadonlyArray<ReadonlyArray<string>>
> = {
  bash: (folder, program, lines) => {
    // Readline breaks words at = as well.
    const calls = lines.map((line) => {
      const words = line.replaceAll("=", " = ").split(/ +/)
      return `COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}
echo "== "; _${program}; [[ \${#COMPREPLY[@]} == 0 ]] || printf '%s\\n' "\${COMPREPLY[@]}"`
    })
    const session = `source ../script\n[[ $(complete -p ${program}) == "complete -F _${program} ${program}" ]] || exit 9\n${calls.join("\n")}`
    return answersIn(shellOutput(folder, "bash", ["--norc", "-c", session])).map((words) =>
      words.map(unquoted),
    )
  },
  zsh: (folder, _, lines) =>
    askZsh(folder, lines).map((words) => words.filter((word) => !word.startsWith("\t")).map(unquoted)),
  fish: (folder, _, lines) =>
    askFish(folder, lines).map((words) => words.map((word) => word.replace(/\t.*/, ""))),
}
