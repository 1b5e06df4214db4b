import { describe, expect, it } from "vitest"
import { isShell } from "../../../src/cli/output/shell.ts"

describe("a shell that a person types at", () => {
  it.each(["bash", "/usr/bin/zsh", "fish -i", "bash --norc -il", "C:\\Windows\\System32\\cmd.exe"])(
    "is started by %s",
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
  ])("is not started by %s", (line) => {
    const [name = "", ...args] = line.split(" ")
    expect(isShell(name, args)).toBe(false)
  })
})
