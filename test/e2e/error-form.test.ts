import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, it } from "vitest"
import { runCli } from "../support/program/program.ts"
import { startServer, temporaryFolder } from "../support/sandbox.ts"

describe.concurrent("every error is two lines, what went wrong and what to do", () => {
  it.for([
    ["a label that is blank", ["pat", "create", " ", "--scope", "job"], {}, 2],
    ["a key ID", ["pat", "revoke", "x"], {}, 2],
    ["a wrong option", ["pat", "list", "--jsn"], {}, 2],
    ["a variable", ["pat", "list"], { ZPOOL_TIMEOUT: "soon" }, 2],
    ["an rcfile that is missing", ["pat", "list", "--rcfile", "missing"], {}, 2],
    ["an rcfile with a broken line", ["pat", "list", "--rcfile", "broken"], {}, 2],
    ["a file that exists", ["pat", "create", "ci", "--scope", "job", "--out", "broken"], {}, 2],
    ["a request that is refused", ["pat", "list"], {}, 1],
    ["an answer at the prompt", ["pat", "revoke", "law-hotel-shape-community"], {}, 3],
    ["a port", ["sandbox", "--port", "x"], {}, 2],
    ["a seed", ["sandbox", "--seed", "folder"], {}, 2],
    ["a command that does not exist", ["sandbox", "--", "no-such-command-of-ours"], {}, 127],
    ["a command that can't be run", ["sandbox", "--", "./folder"], {}, 126],
  ] as const)("for %s", async ([_, args, variables, code], { expect, onTestFinished }) => {
    const url = await startServer(
      (_request, response) => void response.writeHead(418).end('{"message":"A teapot"}'),
      onTestFinished,
    )
    const env = { ZPOOL_API_URL: url, ZPOOLPAT: "zpat_0123456789abcdef", ...variables }
    const cwd = temporaryFolder(onTestFinished)
    writeFileSync(join(cwd, "broken"), 'ZPOOL_USER="x\n')
    mkdirSync(join(cwd, "folder"))
    const ran = await runCli(args, { env, cwd })
    expect(ran).toMatchObject({ code, stdout: "" })
    const lines = ran.stderr.replace(/^.*\[y\/N\] \n/, "").split("\n")
    expect(lines).toHaveLength(3)
    expect(lines[0]).toMatch(/^zpcli: .*[.?]( \[request ID [\w-]+\])?$/)
    expect(lines[1]).toMatch(/^\S.*\S$/)
    expect(lines[2]).toBe("")
  })
})
