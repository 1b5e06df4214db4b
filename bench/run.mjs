// Measures the installed program as whole processes, each run paired with a bare `node hi.js`, and prints medians
// and ratios. Usage: npm run bench [-- RUNS]. Figures of one machine and day are in bench/README.md.
import { execFileSync, fork, spawn, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { cpus, tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const runs = Number(process.argv[2] ?? 21)
const folder = mkdtempSync(join(tmpdir(), "zpcli-bench-"))
const npm = process.platform === "win32" ? "npm.cmd" : "npm"

// An installed package, as users have it.
execFileSync(npm, ["run", "--silent", "build"], { cwd: root })
const tarball = execFileSync(npm, ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], {
  cwd: root,
  encoding: "utf8",
}).trim()
const install = ["install", "--global", "--offline", "--no-audit", "--prefix", folder, join(folder, tarball)]
execFileSync(npm, install, { stdio: "ignore" })
const program = join(folder, "lib", "node_modules", "zpcli", "dist", "zpcli.cjs")

/** One that was built with another Node is compared with this one all the same. */
const executable = join(root, "build", process.platform === "win32" ? "zpcli.exe" : "zpcli")

writeFileSync(join(folder, "hi.js"), 'console.log("hi")\n')
writeFileSync(
  join(folder, "floor.cjs"),
  `require("node:http").get(process.argv[2], (response) => {
  let text = ""
  response.setEncoding("utf8").on("data", (part) => { text += part }).on("end", () => console.log(JSON.stringify(JSON.parse(text), null, 2)))
})\n`,
)
writeFileSync(
  join(folder, "memory.cjs"),
  `process.once("exit", () => require("node:fs").writeSync(2, "\\nmax-rss " + process.resourceUsage().maxRSS + "\\n"))\n`,
)

const server = fork(fileURLToPath(new URL("server.mjs", import.meta.url)))
const port = await new Promise((fulfil) => server.once("message", fulfil))
const api = (count) => `http://127.0.0.1:${port}/${count}`
const cache = join(folder, "cache")
const baseEnv = { PATH: process.env.PATH, HOME: folder, XDG_CACHE_HOME: cache, ZPOOLPAT: "zpat_benchmark" }
const jwtEnv = {
  ZPOOLPAT: "",
  ZPOOL_USER: "bench",
  ZPOOL_PASSWORD: "x",
  ZPOOL_TOKEN_CACHE_DIR: join(folder, "tokens"),
}

/** Milliseconds from start to end of one process, its output thrown away. */
const time = (command, args, env) =>
  new Promise((fulfil, reject) => {
    const start = process.hrtime.bigint()
    const child = spawn(command, args, { env: { ...baseEnv, ...env }, stdio: ["ignore", "pipe", "inherit"] })
    child.stdout.resume()
    child.on("error", reject)
    child.on("close", (code) => {
      const millis = Number(process.hrtime.bigint() - start) / 1e6
      if (code === 0) fulfil(millis)
      else reject(new Error(`${command} ${args.join(" ")} exited with ${code}`))
    })
  })

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
const hi = () => time(process.execPath, [join(folder, "hi.js")], {})

/** The most memory that a process held, in MB. */
const peakOf = (args, env) => {
  const { stderr } = spawnSync(process.execPath, ["--require", join(folder, "memory.cjs"), ...args], {
    env: { ...baseEnv, ...env },
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
  })
  return `${Math.round(Number(/max-rss (\d+)/.exec(stderr)?.[1]) / 1024)} MB`
}

/** Medians of paired runs: the work's milliseconds, and its ratio to a bare node in the same loop. */
const pair = async (work, { before = () => {}, count = runs } = {}) => {
  const times = []
  const ratios = []
  for (let run = 0; run < count; run++) {
    before()
    const [base, own] = [await hi(), await work()]
    times.push(own)
    ratios.push(own / base)
  }
  return { millis: median(times), ratio: median(ratios) }
}

const zpcli =
  (args, env = {}) =>
  () =>
    time(process.execPath, [program, ...args], { ZPOOL_API_URL: api(3), ...env })
/** Runs that come before those that are measured: whatever made the code cache, later runs are to be as fast. */
const train = (...lines) => {
  for (const [args, env] of lines) {
    const all = { ...baseEnv, ZPOOL_API_URL: api(3), ...env }
    spawnSync(process.execPath, [program, ...args], { env: all, stdio: "ignore" })
  }
}
const forget = () => rmSync(cache, { recursive: true, force: true })
const show = ({ millis, ratio }) => `${ratio.toFixed(2)} (${Math.round(millis)} ms)`
const table = (rows) => {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`
  console.log(
    [line(rows[0]), line(widths.map((width) => "-".repeat(width))), ...rows.slice(1).map(line)].join("\n"),
  )
}

try {
  console.log(
    `Node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} × ${cpus()[0]?.model.trim()}, ${runs} paired runs\n`,
  )
  const rows = [["work", "later runs ÷ node hi.js", "target", "first run", "target"]]
  // The last: another form of the command, with which its first good run may have been.
  for (const [name, args, env, later, first, other] of [
    ["--version", ["--version"], {}, "1.2", "1.5", ["--version"]],
    ["pat create --help", ["pat", "create", "--help"], {}, "1.5", "4", ["pat", "list"]],
    ["pat list --json", ["pat", "list", "--json"], {}, "2.8", "5.5", ["pat", "list"]],
    ["pat list", ["pat", "list"], {}, "3.0", "5.5", ["pat", "list", "--json"]],
    [
      "pat create, cached JWT",
      ["pat", "create", "x", "--scope", "job"],
      jwtEnv,
      "3.2",
      "6",
      ["pat", "create", "x", "--scope", "job", "--json"],
    ],
    [
      "pat revoke --json, cached JWT",
      ["pat", "revoke", "law-hotel-shape-community", "--json"],
      jwtEnv,
      "3.2",
      "6",
      ["pat", "revoke", "law-hotel-shape-community", "--yes"],
    ],
  ]) {
    forget()
    // A typo, a failed sign-in, another command.
    train([["pat", "lst"], env], [other, { ZPOOLPAT: "" }], [["--completions", "bash"], {}], [other, env])
    const after = await pair(zpcli(args, env))
    rows.push([name, show(after), later, show(await pair(zpcli(args, env), { before: forget })), first])
  }
  for (const [args, target] of existsSync(executable)
    ? [
        [["--version"], "1.4"],
        [["--help"], "1.4"],
        [["pat", "list", "--json"], "2.5"],
      ]
    : []) {
    const work = () => time(executable, args, { ZPOOL_API_URL: api(3) })
    rows.push([`executable: ${args.join(" ")}`, show(await pair(work)), target, "", ""])
  }
  rows.push([
    "floor: node:http, the same request",
    show(await pair(() => time(process.execPath, [join(folder, "floor.cjs"), `${api(3)}/pat`], {}))),
    "",
    "",
    "",
  ])
  if (spawnSync("curl", ["--version"]).status === 0) {
    rows.push(["floor: curl", show(await pair(() => time("curl", ["-s", `${api(3)}/pat`], {}))), "", "", ""])
  }
  const reference = process.env.ZPCLI_REFERENCE
  if (reference)
    rows.push([
      "reference client",
      show(await pair(() => time("sh", ["-c", reference], { ZPOOL_API_URL: api(3) }))),
      "",
      "",
      "",
    ])
  table(rows)

  console.log()
  const sizes = [["list of", "form", "time", "÷ empty list", "target", "peak memory", "target"]]
  for (const [form, args] of [
    ["table", []],
    ["--json", ["--json"]],
  ]) {
    const list = (count) => () => zpcli(["pat", "list", ...args], { ZPOOL_API_URL: api(count) })()
    const empty = (await pair(list(0), { count: 11 })).millis
    for (const [count, ratio, seconds, memory] of form === "table"
      ? [
          [10_000, "2", "", "90"],
          [100_000, "", "1.2 s at 30 ms", "260"],
        ]
      : [
          [10_000, "1.7", "", "90"],
          [100_000, "", "0.7 s at 30 ms", "260"],
        ]) {
      const times = []
      const scaled = []
      for (let run = 0; run < 7; run++) {
        const base = await hi()
        times.push(await list(count)())
        scaled.push((times.at(-1) / base) * 30)
      }
      sizes.push([
        String(count),
        form,
        `${(median(times) / 1000).toFixed(2)} s (${(median(scaled) / 1000).toFixed(2)} s at 30 ms)`,
        (median(times) / empty).toFixed(2),
        ratio || seconds,
        peakOf([program, "pat", "list", ...args], { ZPOOL_API_URL: api(count) }),
        `${memory} MB`,
      ])
    }
  }
  // What node:http, JSON.parse and JSON.stringify take alone.
  const floor = (count) => [join(folder, "floor.cjs"), `${api(count)}/pat`]
  const emptyFloor = (await pair(() => time(process.execPath, floor(0), {}), { count: 11 })).millis
  for (const count of [10_000, 100_000]) {
    const { millis, ratio } = await pair(() => time(process.execPath, floor(count), {}), { count: 7 })
    sizes.push([
      String(count),
      "floor: node:http, JSON",
      `${(millis / 1000).toFixed(2)} s (${(ratio * 0.03).toFixed(2)} s at 30 ms)`,
      (millis / emptyFloor).toFixed(2),
      "",
      peakOf(floor(count), {}),
      "",
    ])
  }
  table(sizes)

  console.log()
  const keyIds = Array.from({ length: 40 }, (_, index) =>
    ["law", "hotel", "shape", `${"abcdefgh"[index % 8]}${"x".repeat(index >> 3)}`].join("-"),
  )
  const connections = () =>
    new Promise((fulfil) => {
      server.once("message", fulfil)
      server.send("connections")
    })
  const slow = [["over answers that take 100 ms", "time", "target", "connections", "target"]]
  for (const [name, args, seconds, most] of [
    ["40 revokes", ["pat", "revoke", "--yes", ...keyIds], "1.5 s", "8"],
    ["a rotation", ["pat", "rotate", "hotel-law-law-law", "--yes", "--expires-in", "30d", "--json"], "", "2"],
  ]) {
    const times = []
    const counts = []
    await connections()
    for (let run = 0; run < 7; run++) {
      times.push(await zpcli(args, { ZPOOL_API_URL: `http://127.0.0.1:${port}/slow/3` })())
      counts.push(await connections())
    }
    slow.push([name, `${(median(times) / 1000).toFixed(2)} s`, seconds, String(Math.max(...counts)), most])
  }
  table(slow)
} finally {
  server.kill()
  rmSync(folder, { recursive: true, force: true })
}
