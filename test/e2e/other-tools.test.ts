/** What people type who know other tools, and what the built program says to it. */
import { describe, expect, it } from "vitest"
import { runCli } from "../support/program/program.ts"
import { startSandbox } from "../support/sandbox.ts"

const id = "law-hotel-shape-community"

/** Runs a line that must be refused before anything is sent, and gives the two lines of the answer. */
const refused = async (line: ReadonlyArray<string>) => {
  const sandbox = await startSandbox()
  const ran = await runCli(line, { env: sandbox.env })
  expect(ran).toMatchObject({ code: 2, stdout: "" })
  expect(sandbox.requests).toEqual([])
  const lines = ran.stderr.trimEnd().split("\n")
  expect(lines).toHaveLength(2)
  return lines as [string, string]
}

describe("a word of another tool", () => {
  it.each([
    ["auth status", "zpcli hello"],
    ["auth login", "zpcli login"],
    ["auth", "zpcli login"],
    ["token list", "zpcli pat list"],
    ["token ls", "zpcli pat list"],
    ["token create", "zpcli pat create"],
    ["tokens revoke", "zpcli pat revoke"],
    ["token", "zpcli pat"],
    ["token frobnicate", "zpcli pat"],
    ["renew CI", "zpcli pat rotate"],
    ["pat renew CI", "zpcli pat rotate"],
    ["pat regenerate", "zpcli pat rotate"],
    ["pat new", "zpcli pat create"],
    ["pat get", "zpcli pat show"],
    ["pat destroy", "zpcli pat revoke"],
    ["whoami", "zpcli hello"],
    ["pat create CI --scope job --expires-at 2027-01-01", "--expiry"],
    ["pat create CI --scope job --expires 30d", "--expires-in"],
    ["pat create CI --scope job --ttl=30d", "--expires-in"],
    ["pat create CI --scope job --duration 30d", "--expires-in"],
    ["pat rotate --label CI --valid-for 30d", "--expires-in"],
    ["pat rotate --label CI --expires-within 14d", "--expiring-within"],
    ["pat rotate --label CI --expiring-in 14d", "--expiring-within"],
    ["pat list --expires-within 14d", "--expiring-within"],
    ["pat list --expiring-in 14d", "--expiring-within"],
    ["pat list --expires 14d", "--expiring-within"],
    ["pat list --expired", "--status expired"],
    ["pat list --active", "--status active"],
    ["pat list --name CI", "--label"],
    ["pat list --debug", "--log-level debug"],
    [`pat revoke ${id} --force`, "--yes"],
    [`pat revoke ${id} -f`, "--yes"],
    [`pat rotate ${id} --force`, "--yes"],
    ["pat create CI --scope job --force", "--replace"],
    ["pat create CI --permissions job", "--scope"],
    ["pat create CI --scope job -q", "--token-only"],
  ])("%s: did you mean %s", async (line, meant) => {
    const [message] = await refused(line.split(" "))
    expect(message.endsWith(` Did you mean ${meant}?`), message).toBe(true)
  })

  it.each([
    ["pat create --label x", "The label is an argument: zpcli pat create LABEL --scope SCOPE"],
    ["pat create --name x --scope job", "The label is an argument: zpcli pat create LABEL --scope SCOPE"],
    ["pat create CI --scope job --yes", "zpcli pat create doesn't ask before it creates a PAT."],
    ["pat create CI --scope job -y", "zpcli pat create doesn't ask before it creates a PAT."],
    [
      "login --with-token",
      "zpcli login reads the PAT from stdin, and needs no option for it: zpcli login < FILE",
    ],
    ["auth logout", "To sign out, unset ZPOOLPAT or remove it from ~/.config/zpools.io/zpoolrc."],
    [
      "pat list --token zpat_0123456789abcdef",
      "Secrets don't belong on a command line: set ZPOOLPAT, or sign in with zpcli login.",
    ],
    ["hello --hostname example.com", "Set ZPOOL_API_URL in the environment or the rcfile."],
    ["pat list --all", "Every PAT is listed unless you add a filter."],
    [`pat show --key-id ${id}`, "The key ID is an argument, without an option."],
    ["pat edit CI", "A PAT can't be changed. Replace it with zpcli pat rotate, or create another one."],
  ])("%s: %s", async (line, hint) => {
    const [message, second] = await refused(line.split(" "))
    expect(second).toBe(hint)
    expect(message).not.toContain("Did you mean")
    expect(message).not.toContain("zpat_")
  })
})

describe("a label in the place of a key ID", () => {
  it.each([
    ["show", "CI", "zpcli pat show --label CI"],
    ["show", "my project CI", "zpcli pat show --label 'my project CI'"],
    ["rotate", "CI", "zpcli pat rotate --label CI"],
    ["rotate", "it's", "zpcli pat rotate --label 'it'\\''s'"],
    ["rotate", "$(x)", "zpcli pat rotate --label '$(x)'"],
    ["revoke", "CI", "zpcli pat list --label CI --status active --quiet | zpcli pat revoke -"],
  ])("of pat %s is told how to be used: %s", async (verb, label, command) => {
    const [message, hint] = await refused(["pat", verb, label])
    expect(message).toBe(`zpcli: "${label}" is not a key ID.`)
    expect(hint.endsWith(` For a label: ${command}`), hint).toBe(true)
  })

  it("is not thought of where a token or something that can be none was typed", async () => {
    for (const typed of ["zpat_0123456789abcdef", " "]) {
      const [message, hint] = await refused(["pat", "show", typed])
      expect(hint).not.toContain("--label")
      expect(message).not.toContain("zpat_")
    }
  })
})

describe("the answer n", () => {
  it.each(["n", "no", "N"])("(%s) is no reason to advise the answer y", async (answer) => {
    const sandbox = await startSandbox()
    await sandbox.call("POST", "/pat", { label: "CI", scopes: ["job"] })
    for (const verb of ["revoke", "rotate"]) {
      const ran = await runCli(["pat", verb, id], { env: sandbox.env, input: `${answer}\n` })
      expect(ran).toMatchObject({ code: 3, stdout: "" })
      expect(ran.stderr.endsWith("zpcli: Declined: nothing was changed.\n"), ran.stderr).toBe(true)
    }
  })
})
