import { describe, expect, it } from "vitest"
import { runCli, runShell } from "../support/program/program.ts"
import {
  completeIn,
  describedIn,
  folderOf,
  missing,
  type Shell,
  shellOutput,
  shells,
} from "../support/program/shells.ts"
import { startSandbox } from "../support/sandbox.ts"

const scopes = ["*", "zpool", "job", "sshkey", "pat", "billing"]

/** A command line up to the cursor, and the words that are offered there. */
interface Case {
  readonly line: string
  /** All that is offered, in any order; `including` where options are among it. */
  readonly offered?: ReadonlyArray<string>
  readonly including?: ReadonlyArray<string>
}

const cases: ReadonlyArray<Case> = [
  { line: "zpcli pa", offered: ["pat"] },
  { line: "zpcli ", including: ["pat", "login", "hello", "sandbox", "help"] },
  {
    line: "zpcli help ",
    including: [
      ...["pat", "login", "hello", "sandbox", "help"],
      ...["exit-codes", "environment", "ci", "json"],
    ],
  },
  { line: "zpcli help ex", offered: ["exit-codes"] },
  { line: "zpcli ex", offered: [] },
  { line: "zpcli help pat cr", offered: ["create"] },
  { line: "zpcli --log-level debug help pat cr", offered: ["create"] },
  { line: "zpcli pat ", including: ["list", "show", "create", "revoke", "rotate", "run"] },
  { line: "zpcli pat cr", offered: ["create"] },
  { line: "zpcli --log-level debug pat cr", offered: ["create"] },
  { line: "zpcli pat --log-level debug cr", offered: ["create"] },
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

/** A folder with the built program's script for a shell. */
const scriptOf = async (shell: Shell) => {
  const { code, stderr, stdout } = await runCli(["--completions", shell])
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  return folderOf(stdout)
}

for (const shell of shells) {
  describe.skipIf(missing(shell))(`completions in ${shell}`, () => {
    it("offer commands, options, scopes and other values in the right places", async () => {
      const answers = completeIn[shell](
        await scriptOf(shell),
        "zpcli",
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
  })
}

for (const shell of ["zsh", "fish"] as const) {
  it.skipIf(missing(shell))(`completions in ${shell} show each description as help does`, async () => {
    const folder = await scriptOf(shell)
    expect(describedIn[shell](folder, "zpcli log")).toEqual([
      "Sign in: check a PAT, and save it for later commands",
    ])
    expect(describedIn[shell](folder, "zpcli pat revoke --ye")).toEqual(["Skip the confirmation prompt"])
    expect(describedIn[shell](folder, "zpcli help js")).toEqual(["What --json prints"])
  })
}

describe("completions", () => {
  it("in bash work after = too, which is a word of its own there", async () => {
    const lines = [
      "zpcli pat list --status=",
      "zpcli pat list --status=ac",
      "zpcli pat create --scope=jo",
      "zpcli --log-level=debug pat li",
    ]
    expect(completeIn.bash(await scriptOf("bash"), "zpcli", lines)).toEqual([
      ["active", "revoked", "expired"],
      ["active"],
      ["job"],
      ["list"],
    ])
  })

  it.skipIf(missing("bash"))("in bash quote the scope * so that it reaches the program", async () => {
    const folder = await scriptOf("bash")
    const program = `source ../script; COMP_WORDS=(zpcli pat create --scope '\\'); COMP_CWORD=4; _zpcli; eval "printf '<%s>' \${COMPREPLY[0]}"`
    expect(shellOutput(folder, "bash", ["--norc", "-c", program])).toBe("<*>")
  })

  it("leave unknown values of --scope to the command, which explains them", async () => {
    const { code, stderr } = await runCli(["pat", "create", "ci", "--scope", "zpol"], {
      env: { ZPOOLPAT: "zpat_x" },
    })
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `zpcli: Unknown scope "zpol". Did you mean zpool?\nScopes: *, zpool, job, sshkey, pat, billing (quote '*' to prevent shell globbing). Repeat --scope for more than one.\n`,
    })
  })

  it("never mix the options of two commands", async () => {
    const answers = completeIn.bash(await scriptOf("bash"), "zpcli", [
      "zpcli pat list --out tok",
      "zpcli sandbox --out tok",
      "zpcli pat create --out tok",
    ])
    expect(answers).toEqual([[], [], ["token.txt"]])
  })

  it.skipIf(missing("zsh"))("in zsh without compinit say what is missing, and break nothing", async () => {
    const folder = await scriptOf("zsh")
    const run = shellOutput(folder, "zsh", ["-f", "-c", "source ../script 2>&1; echo done"])
    expect(run).toBe(
      "zpcli: completions need compinit; run this before loading them: autoload -Uz compinit && compinit\ndone\n",
    )
  })

  it("for an unknown shell are refused", async () => {
    const { code, stderr, stdout } = await runCli(["--completions", "fishy"])
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain("Did you mean fish?")
  })
})

describe("key IDs", () => {
  it("are offered by bash to commands that take one, while they are active", async () => {
    const sandbox = await startSandbox()
    const own = await sandbox.call("POST", "/pat", { label: "to sign in with", scopes: ["pat"] })
    const { key_id: old } = await sandbox.call("POST", "/pat", { label: "old", scopes: ["job"] })
    await sandbox.call("DELETE", `/pat/${old}`)
    const words = (line: string) =>
      `COMP_WORDS=(${line} ''); COMP_CWORD=${line.split(" ").length}; _zpcli; printf '%s\\n' "\${COMPREPLY[@]}" | grep -v -e -- | tr '\\n' ' '; echo`
    const script = ["show", "revoke", "rotate", "list", `revoke ${own.key_id}`]
      .map((verb) => words(`zpcli pat ${verb}`))
      .join("\n")
    const ran = await runShell(`source <(zpcli --completions bash)\n${script}`, {
      env: { ZPOOL_API_URL: sandbox.url, ZPOOLPAT: String(own.token) },
      shell: ["bash", "--norc"],
    })
    const id = `${own.key_id} \n`
    expect(ran).toMatchObject({ stdout: `${id}${id}${id}\n\n`, stderr: "" })
  })

  it("aren't offered if nobody is signed in, silently and with 0", async () => {
    const ran = await runCli(["pat", "__key-ids", "--", "pat", "show"])
    expect(ran).toMatchObject({ code: 0, stdout: "", stderr: "" })
  })

  it("are printed by a command that help doesn't mention", async () => {
    for (const args of [["--help"], ["pat", "--help"], ["pat", "show", "--help"]]) {
      expect((await runCli(args)).stdout).not.toContain("__")
    }
  })
})
