// Makes docs/pictures: what a terminal shows of commands that are run in the sandbox. With --check it writes nothing, and fails
// if a picture is not what the program shows now. It needs python3, for the terminal.
import { spawn, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { delimiter, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { linesOf, svgOf } from "./pictures/screen.mjs"

const program = resolve(process.env.ZPCLI_DIST ?? "dist", "zpcli.cjs")
const here = fileURLToPath(new URL("pictures/", import.meta.url))
const folder = "docs/pictures"

const pictures = [
  { name: "list-120", title: "PATs in a terminal of 120 columns", columns: 120, args: ["pat", "list"] },
  { name: "list-80", title: "PATs in a terminal of 80 columns", columns: 80, args: ["pat", "list"] },
  {
    name: "error",
    title: "A key ID with a typo",
    columns: 80,
    args: ["pat", "revoke", "law-hotel-shape-comunity"],
    code: 5,
  },
  {
    name: "rotate",
    title: "A PAT that is rotated into a secret of GitHub",
    columns: 80,
    args: ["pat", "rotate", "--label", "CI", "--", "gh", "secret", "set", "ZPOOLPAT"],
    script: [["\\[y/N\\] ", "y\n"]],
  },
]

/** What a terminal gets of one command line. */
const record = ({ args, code = 0, columns, name, script = [] }) =>
  new Promise((fulfil, reject) => {
    const env = {
      ...process.env,
      TERM: "xterm-256color",
      TZ: "UTC",
      PATH: `${here}${delimiter}${process.env.PATH}`,
    }
    const job = { argv: [process.execPath, program, ...args], env, columns, script, cwd: process.cwd() }
    const child = spawn("python3", ["test/support/terminal/terminal.py"], {
      stdio: ["pipe", "pipe", "inherit"],
    })
    let text = ""
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      text += chunk
    })
    child.on("error", reject)
    child.on("close", () => {
      const ran = text === "" ? { output: "no output" } : JSON.parse(text)
      if (ran.code === code) fulfil(ran.output)
      else reject(new Error(`${name} exits with ${ran.code}, not ${code}: ${ran.output}`))
    })
    child.stdin.end(JSON.stringify({ ...job, stdout: null, stderr: null, timeout: 20 }))
  })

const shown = (args) => args.map((arg) => (/^[\w./=-]+$/.test(arg) ? arg : `"${arg}"`)).join(" ")

/** Makes one picture; says whether it is as it was. */
const make = async (picture, check) => {
  const { args, columns, name, title } = picture
  const output = await record(picture)
  const svg = svgOf(title, linesOf(`\x1b[90m$\x1b[0m zpcli ${shown(args)}\r\n${output}`, columns), columns)
  const file = `${folder}/${name}.svg`
  const same = existsSync(file) && readFileSync(file, "utf8") === svg
  if (!same && !check) writeFileSync(file, svg)
  if (!same)
    console.log(`${file} ${check ? "is not what the program shows: run npm run pictures" : "has changed"}`)
  return same
}

const [mode, check = mode] = process.argv.slice(2)
if (mode !== "--inside") {
  // The same script again, in a sandbox in which time stands still.
  const inside = [process.execPath, fileURLToPath(import.meta.url), "--inside", mode ?? "--write"]
  const sandbox = ["sandbox", "--seed", `${here}seed.json`, "--", ...inside]
  const env = {
    PATH: process.env.PATH,
    HOME: "/nonexistent",
    ...(process.env.XDG_CACHE_HOME === undefined ? {} : { XDG_CACHE_HOME: process.env.XDG_CACHE_HOME }),
    ...(process.env.ZPCLI_DIST === undefined ? {} : { ZPCLI_DIST: process.env.ZPCLI_DIST }),
    NODE_OPTIONS: `--require "${here}freeze.cjs"`,
  }
  process.exitCode = spawnSync(process.execPath, [program, ...sandbox], { env, stdio: "inherit" }).status ?? 1
} else {
  mkdirSync(folder, { recursive: true })
  const makeOne = (picture) => make(picture, check === "--check")
  // The rotation comes last: it changes what the others show.
  const same = [...(await Promise.all(pictures.slice(0, -1).map(makeOne))), await makeOne(pictures.at(-1))]
  if (check === "--check" && same.includes(false)) process.exitCode = 1
}
