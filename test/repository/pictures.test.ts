import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { expect, it } from "vitest"
import { cleanEnv } from "../support/program/program.ts"
import { pages, read } from "../support/program/snippets.ts"
import { noTerminal } from "../support/terminal/pty.ts"

it.skipIf(noTerminal)("the pictures in the docs show what the program prints", () => {
  const { status, stderr, stdout } = spawnSync(process.execPath, ["scripts/pictures.mjs", "--check"], {
    env: cleanEnv(process.env.ZPCLI_DIST === undefined ? {} : { ZPCLI_DIST: process.env.ZPCLI_DIST }),
    encoding: "utf8",
  })
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" })
})

it("each picture is used in a page, with a description", () => {
  const text = pages.map(read).join("\n")
  const names = readdirSync("docs/pictures")
  expect(names).toEqual(["error.svg", "list-120.svg", "list-80.svg", "rotate.svg"])
  for (const name of names) {
    expect(text).toMatch(new RegExp(`!\\[[^\\]]{20,}\\]\\((docs/)?pictures/${name}\\)`))
    expect(readFileSync(`docs/pictures/${name}`, "utf8")).toMatch(/<desc id="description">\n\$ zpcli pat /)
  }
})
