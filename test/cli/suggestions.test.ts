import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { runIn } from "../support/world/world.ts"

const otherClient = "It is a command of the zpools.io client, another program that is also called zpcli."
const outputAndVersion = "For the version, use --version or -V. For more output, use --log-level debug."
const noFormat = "Use --json for JSON, or --out FILE to write a new token to a file."

describe("a word that zpcli does not have", () => {
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
    ["pat list --expiring 14d", "--expiring-within"],
    ["pat list --no-in", "--no-input"],
    ["pat create CI --scope job --token", "--token-only"],
  ])("%s: is refused with a suggestion: %s", ([line, suggestion]) =>
    Effect.gen(function* () {
      const ran = yield* runIn(line.split(" "))
      expect(ran).toMatchObject({ code: 2, stdout: "", requests: [] })
      expect(ran.stderr.split("\n")[0]?.endsWith(`. Did you mean ${suggestion}?`), ran.stderr).toBe(true)
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
      "PATs are revoked by key ID. The active ones with a label: zpcli pat list --label LABEL --status active --quiet | zpcli pat revoke -",
    ],
    ["lst", "Commands of zpcli: pat, login, hello, sandbox, help."],
    ["pat lst", "Commands of zpcli pat: list, show, create, revoke, rotate, run."],
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
  ])("%s: is refused with what to know about it", ([line, note]) =>
    Effect.gen(function* () {
      const ran = yield* runIn(line.split(" "))
      expect(ran).toMatchObject({ code: 2, stdout: "", requests: [] })
      expect(ran.stderr.split("\n")[1]).toBe(note)
    }),
  )

  it.effect.each(["pat create CI --scope job --exp 14d", "pat r", "frobnicate", "pat list -x"])(
    "%s: is refused without a suggestion, since none is near or several are",
    (line) =>
      Effect.gen(function* () {
        const ran = yield* runIn(line.split(" "))
        expect(ran.code).toBe(2)
        expect(ran.stderr).not.toContain("Did you mean")
      }),
  )
})
