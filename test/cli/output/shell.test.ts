import { describe, expect, it } from "vitest"
import { isShell } from "../../../src/cli/output/shell.ts"

describe("an interactive shell", () => {
  it.each(["bash", "/usr/bin/zsh", "fish -i", "bash --norc -il", "C:\\Windows\\System32\\cmd.exe"])(
    "is what %s starts",
    (line) => {
      const [name = "", ...args] = line.split(" ")
      expect(isShell(name, args)).toBe(true)
    },
  )

  it.each([
    "bash -c true",
    "sh -ec true",
    "bash script.sh",
    "bash -x script.sh",
    "zpcli pat list",
    "node",
    "bashful",
  ])("isn't what %s starts", (line) => {
    const [name = "", ...args] = line.split(" ")
    expect(isShell(name, args)).toBe(false)
  })
})
