import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { runIn } from "../support/world/world.ts"

const id = "law-hotel-shape-community"
const otherClient =
  "That is a command of the zpools.io client, a different program that is also called zpcli."
const outputAndVersion = "For the version, use --version or -V. For more output, use --log-level debug."
const noFormat = "Use --json for JSON, or --out FILE to write a new token to a file."

describe("an unknown word", () => {
  it.effect.each<[line: string, suggestion: string]>([
    ["list", "zpcli pat list"],
    ["ls", "zpcli pat list"],
    ["pat ls", "zpcli pat list"],
    ["rm law-hotel-shape-community", "zpcli pat revoke"],
    ["pat rm law-hotel-shape-community", "zpcli pat revoke"],
    ["delete", "zpcli pat revoke"],
    ["pat delete", "zpcli pat revoke"],
    ["auth login", "zpcli login"],
    ["configure", "zpcli login"],
    ["signin", "zpcli login"],
    ["pat login", "zpcli login"],
    ["whoami", "zpcli hello"],
    ["status", "zpcli hello"],
    ["pat status", "zpcli hello"],
    ["version", "zpcli --version"],
    ["completion", "zpcli --completions"],
    ["completions bash", "zpcli --completions"],
    ["sand", "sandbox"],
    ["pat rev", "revoke"],
    ["hlep", "help"],
    ["pat list --expiring 14d", "--expiring-within"],
    ["pat list --no-in", "--no-input"],
    ["pat create CI --scope job --token", "--token-only"],
    ["auth status", "zpcli hello"],
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
  ])("in %j is refused with a suggestion: %s", ([line, suggestion]) =>
    Effect.gen(function* () {
      const ran = yield* runIn(line.split(" "))
      expect(ran).toMatchObject({ code: 2, stdout: "", requests: [] })
      expect(ran.stderr.split("\n")[0]?.endsWith(` Did you mean ${suggestion}?`), ran.stderr).toBe(true)
    }),
  )

  it.effect.each<[line: string, note: string]>([
    ["logout", "To sign out, unset ZPOOLPAT or remove it from ~/.config/zpools.io/zpoolrc."],
    ["config", "Settings are environment variables, or lines of ~/.config/zpools.io/zpoolrc."],
    ...["zpool", "job", "sshkey", "billing", "zfs"].flatMap(
      (word): ReadonlyArray<[string, string]> => [
        [`${word} list`, otherClient],
        [`pat ${word}`, otherClient],
      ],
    ),
    ["pat list -o json", noFormat],
    ["pat list -ojson", noFormat],
    ["pat list --output=json", noFormat],
    ["pat list --format json", noFormat],
    ["pat create CI --scope job -o token.pat", noFormat],
    ["-v", outputAndVersion],
    ["pat list -v", outputAndVersion],
    [
      "pat revoke --label CI",
      "Revoke PATs by key ID. To revoke the active ones with a label: zpcli pat list --label LABEL --status active --quiet | zpcli pat revoke -",
    ],
    ["pat list --frob", "See: zpcli pat list --help"],
    ["pat revoke --all", "See: zpcli pat revoke --help"],
    ["pat show -x", "See: zpcli pat show --help"],
    [
      "pat create CI --frob",
      "See: zpcli pat create --help. To pass an argument that starts with a dash, put it after --.",
    ],
    [
      "pat list --expiring-within 1m",
      "m may mean minutes or months. Write months as 1mo, or the duration as 12h, 30d, 8w or 1y.",
    ],
    ["pat list --expiring-within 1q", "Write it as 12h, 30d, 8w, 6mo or 1y."],
    ["sandbox --port 65536", "--port takes a whole number from 0 to 65535."],
    ["sandbox --port http", "--port takes a whole number from 0 to 65535."],
    ["pat create --label x", "The label is an argument: zpcli pat create LABEL --scope SCOPE"],
    ["pat create --name x --scope job", "The label is an argument: zpcli pat create LABEL --scope SCOPE"],
    ["pat create CI --scope job --yes", "zpcli pat create doesn't ask before it creates a PAT."],
    ["pat create CI --scope job -y", "zpcli pat create doesn't ask before it creates a PAT."],
    ["login --with-token", "zpcli login reads the PAT from stdin, without an option: zpcli login < FILE"],
    ["auth logout", "To sign out, unset ZPOOLPAT or remove it from ~/.config/zpools.io/zpoolrc."],
    [
      "pat list --token zpat_0123456789abcdef",
      "Secrets don't belong on a command line: set ZPOOLPAT, or sign in with zpcli login.",
    ],
    ["hello --hostname example.com", "Set ZPOOL_API_URL in the environment or the rcfile."],
    ["pat list --all", "Every PAT is listed unless you add a filter."],
    [`pat show --key-id ${id}`, "Give the key ID as an argument, without an option."],
    ["pat edit CI", "A PAT can't be changed. Replace it with zpcli pat rotate, or create another one."],
  ])("in %j is refused with an explanation", ([line, note]) =>
    Effect.gen(function* () {
      const ran = yield* runIn(line.split(" "))
      expect(ran).toMatchObject({ code: 2, stdout: "", requests: [] })
      expect(ran.stderr.split("\n")[1]).toBe(note)
      expect(ran.stderr).not.toMatch(/Did you mean|zpat_/)
    }),
  )

  it.effect.each<[line: string, commands: string]>([
    ["lst", "Commands of zpcli: pat, login, hello, sandbox, help."],
    ["pat lst", "Commands of zpcli pat: list, show, create, revoke, rotate, run."],
  ])("in %j is refused with a suggestion and all commands", ([line, commands]) =>
    Effect.gen(function* () {
      const { stderr } = yield* runIn(line.split(" "))
      expect(stderr).toMatch(/ Did you mean \w+\?\n/)
      expect(stderr.split("\n")[1]).toBe(commands)
    }),
  )

  it.effect.each(["pat create CI --scope job --exp 14d", "pat r", "frobnicate", "pat list -x"])(
    "in %j is refused without a suggestion, because none is near or several are",
    (line) =>
      Effect.gen(function* () {
        const ran = yield* runIn(line.split(" "))
        expect(ran.code).toBe(2)
        expect(ran.stderr).not.toContain("Did you mean")
      }),
  )
})

describe("a label in place of a key ID", () => {
  it.effect.each<[verb: string, label: string, command: string]>([
    ["show", "CI", "zpcli pat show --label CI"],
    ["show", "my project CI", "zpcli pat show --label 'my project CI'"],
    ["rotate", "CI", "zpcli pat rotate --label CI"],
    ["rotate", "it's", "zpcli pat rotate --label 'it'\\''s'"],
    ["rotate", "$(x)", "zpcli pat rotate --label '$(x)'"],
    ["revoke", "CI", "zpcli pat list --label CI --status active --quiet | zpcli pat revoke -"],
  ])("with pat %s is refused with the way to use a label: %s", ([verb, label, command]) =>
    Effect.gen(function* () {
      const ran = yield* runIn(["pat", verb, label])
      expect(ran).toMatchObject({ code: 2, stdout: "", requests: [] })
      const [message, hint] = ran.stderr.split("\n")
      expect(message).toBe(`zpcli: "${label}" is not a key ID.`)
      expect(hint?.endsWith(` For a label: ${command}`), hint).toBe(true)
    }),
  )

  it.effect.each(["zpat_0123456789abcdef", " "])("isn't assumed if %j was typed", (typed) =>
    Effect.gen(function* () {
      const { stderr } = yield* runIn(["pat", "show", typed])
      expect(stderr).not.toMatch(/--label|zpat_/)
    }),
  )
})
