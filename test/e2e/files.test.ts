import { spawnSync } from "node:child_process"
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { runInProcess } from "../support/program/inProcess.ts"
import { binary, cleanEnv, program, runCli } from "../support/program/program.ts"
import { dealtKeyIds, startSandbox } from "../support/sandbox.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const root = process.getuid?.() === 0
const posix = process.platform !== "win32"
const create = ["pat", "create", "CI", "--scope", "job", "--out"]

/** A sandbox with one PAT that is to be rotated. What happens `meanwhile` does so while the answer is awaited. */
const start = async (meanwhile: () => void = () => {}) => {
  const sandbox = await startSandbox()
  const old = await sandbox.call("POST", "/pat", { label: "CI", scopes: ["job"] })
  const env = await sandbox.behind({
    onRequest: (at) => {
      if (at === "POST /pat") meanwhile()
    },
  })
  return { sandbox, old, env, active: sandbox.active }
}

const rotate = (file: string, ...more: ReadonlyArray<string>) => [
  ...["pat", "rotate", dealtKeyIds[0], "--yes", "--out", file],
  ...more,
]

describe("--out whose file or folder changes while the answer is awaited", () => {
  const changes: ReadonlyArray<readonly [what: string, change: (folder: string, file: string) => void]> = [
    ["its file is removed", (_, file) => unlinkSync(file)],
    ["its folder is renamed", (folder) => renameSync(folder, `${folder}.moved`)],
    ["its folder is removed", (folder) => rmSync(folder, { recursive: true })],
    [
      "its folder is replaced by a link to another",
      (folder) => {
        renameSync(folder, `${folder}.moved`)
        mkdirSync(`${folder}.other`)
        symlinkSync(`${folder}.other`, folder)
      },
    ],
    [
      "another file is put in its place",
      (_, file) => {
        writeFileSync(`${file}.new`, "of another program")
        renameSync(`${file}.new`, file)
      },
    ],
    [
      "a folder is put in its place",
      (_, file) => {
        unlinkSync(file)
        mkdirSync(file)
      },
    ],
    [
      "a link is put in its place",
      (folder, file) => {
        unlinkSync(file)
        symlinkSync(join(folder, "elsewhere"), file)
      },
    ],
    [
      "another program creates it again",
      (_, file) => {
        unlinkSync(file)
        // It may get the number of the file that was removed.
        writeFileSync(file, "of another program")
      },
    ],
    ["another program writes to it", (_, file) => writeFileSync(file, "of another program")],
  ]
  for (const replace of [false, true]) {
    it.skipIf(!posix).each(changes)(
      `exits with 9 if %s (replacing: ${replace}); the new PAT is revoked, and the old one works`,
      async (what, change) => {
        const folder = join(temporaryFolder(), "folder")
        const file = join(folder, "ci.pat")
        mkdirSync(folder)
        if (replace) writeFileSync(file, "old", { mode: 0o600 })
        const { active, env } = await start(() => change(folder, file))
        const args = rotate(file, ...(replace ? ["--replace"] : []))
        const built = what === "another program writes to it"
        const ran = built ? await runCli(args, { env }) : await runInProcess(args, env)
        expect(ran).toMatchObject({ code: 9, stdout: "" })
        expect(ran.stderr).toContain(`The new PAT ${dealtKeyIds[1]} was revoked`)
        expect(ran.stderr).toContain("(it was changed, moved or removed while zpcli was working)")
        expect(await active()).toEqual([dealtKeyIds[0]])
        const places = [folder, `${folder}.moved`, `${folder}.other`].filter(existsSync)
        const left = places.flatMap((place) => readdirSync(place).map((name) => join(place, name)))
        for (const path of left.filter((each) => lstatSync(each).isFile()))
          expect(readFileSync(path, "utf8")).not.toContain("zpat_")
        expect(left.filter((path) => path.includes(".zpcli-"))).toEqual([])
        // What another program put there is not ours to remove.
        if (existsSync(file) && lstatSync(file).isFile())
          expect(["of another program", "old"]).toContain(readFileSync(file, "utf8"))
        if (/creates it again|another file|writes to it/.test(what)) expect(existsSync(file)).toBe(true)
      },
    )
  }

  it("delivers if nothing changes, even through a folder that is a link", async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, "real"))
    symlinkSync(join(folder, "real"), join(folder, "link"))
    const { env, sandbox } = await start()
    expect((await runCli(rotate("link/ci.pat"), { env, cwd: folder })).code).toBe(0)
    const token = readFileSync(join(folder, "real", "ci.pat"), "utf8")
    expect(readdirSync(join(folder, "real"))).toEqual(["ci.pat"])
    const hello = await runCli(["hello", "--auth", "pat"], { env: { ...sandbox.env, ZPOOLPAT: token } })
    expect(hello.code).toBe(0)
  })

  it("replaces the whole file: a hard link to the old file keeps the old content", async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, "ci.pat"), "old")
    linkSync(join(folder, "ci.pat"), join(folder, "backup"))
    const { env } = await start()
    expect((await runCli(rotate("ci.pat", "--replace"), { env, cwd: folder })).code).toBe(0)
    expect(readFileSync(join(folder, "backup"), "utf8")).toBe("old")
    expect(readFileSync(join(folder, "ci.pat"), "utf8")).toMatch(/^zpat_/)
  })
})

describe.skipIf(!posix)("--out never writes over anything but a regular file", () => {
  it.each(["fifo", "device", "link to a fifo", "socket folder"] as const)(
    "a %s is refused with 2",
    async (kind) => {
      const folder = temporaryFolder()
      const file = join(folder, "decoy")
      if (kind === "fifo") spawnSync("mkfifo", [file])
      if (kind === "socket folder") mkdirSync(file)
      if (kind === "link to a fifo") {
        spawnSync("mkfifo", [join(folder, "fifo")])
        symlinkSync("fifo", file)
      }
      // A decoy of the null device, where it may be made.
      if (kind === "device" && spawnSync("mknod", [file, "c", "1", "3"]).status !== 0) return
      const before = lstatSync(file)
      const { env, sandbox } = await start()
      sandbox.call
      for (const flags of [[], ["--replace"]]) {
        const ran = await runCli([...create, file, ...flags], { env })
        expect(ran).toMatchObject({ code: 2, stdout: "" })
      }
      expect(lstatSync(file)).toMatchObject({ ino: before.ino, mode: before.mode })
      const rcfile = await runCli(["pat", "create", "x", "--scope", "job", "--save", "--rcfile", file], {
        env,
        timeout: 5000,
      }).catch(() => undefined)
      // A pipe without a writer is waited for, since it may hold settings.
      if (rcfile !== undefined) expect(rcfile.code).toBe(2)
      expect(lstatSync(file)).toMatchObject({ ino: before.ino, mode: before.mode })
    },
  )
})

describe.skipIf(!posix)("an error about a file", () => {
  const folderOf = () => {
    const cwd = temporaryFolder()
    mkdirSync(join(cwd, "folder"))
    writeFileSync(join(cwd, "file"), "old")
    symlinkSync("loop", join(cwd, "loop"))
    symlinkSync("nowhere", join(cwd, "dangling"))
    return cwd
  }
  const another = "\nName another file with --out.\n"

  it.each([
    [".", "names a folder, not a file"],
    ["folder", "names a folder, not a file"],
    ["folder/", "names a folder, not a file"],
    ["new/", "names a folder, not a file"],
    ["dangling", "is a symbolic link"],
  ])("says that --out %s %s, even with --replace", async (name, words) => {
    for (const flags of [[], ["--replace"]]) {
      const ran = await runCli([...create, name, ...flags], { env: (await start()).env, cwd: folderOf() })
      const stderr = `zpcli: ${name} ${words}, so no token can be written to it.${another}`
      expect(ran).toEqual({ code: 2, signal: null, stdout: "", stderr })
    }
  })

  it("suggests --replace for an existing file", async () => {
    const ran = await runCli([...create, "file"], { env: (await start()).env, cwd: folderOf() })
    expect(ran.code).toBe(2)
    expect(ran.stderr).toBe(
      "zpcli: file already exists; --out does not overwrite a file.\nName another file with --out, or add --replace.\n",
    )
  })

  it("names a loop of links, and an rcfile that is a folder", async () => {
    const cwd = folderOf()
    const { env } = await start()
    const loop = "(ELOOP: its symbolic links form a loop)"
    expect((await runCli([...create, "loop"], { env, cwd })).stderr).toContain(
      `loop can't be created ${loop}.`,
    )
    const rcfile = (name: string) => runCli(["pat", "list", "--rcfile", join(cwd, name)], { env })
    expect((await rcfile("loop")).stderr).toContain(`loop can't be read ${loop}.`)
    expect((await rcfile("folder")).stderr).toContain("folder can't be read (EISDIR: it is a folder).")
    const secret = await runCli(["pat", "list"], { env: { ...env, ZPOOLPAT_FILE: join(cwd, "loop") } })
    expect(secret.stderr).toContain(`can't be read ${loop}.`)
  })

  const immutable = () => {
    const file = join(temporaryFolder(), "ci.pat")
    writeFileSync(file, "old")
    const can = spawnSync("chattr", ["+i", file]).status === 0
    return { file, can, undo: () => spawnSync("chattr", ["-i", file]) }
  }
  it.skipIf(!root)("says that a file may be immutable", async ({ skip }) => {
    const { can, file, undo } = immutable()
    if (!can) skip("chattr +i is not permitted here")
    const ran = await runCli([...create, file, "--replace"], { env: (await start()).env })
    undo()
    expect(ran.code).toBe(2)
    expect(ran.stderr).toContain("(EPERM: it or its folder may be immutable)")
  })
})

describe("--out --replace of a file with a group", () => {
  const gid = 4242
  it.skipIf(!root)("keeps only the group and its right to read", async () => {
    const folder = temporaryFolder()
    const file = join(folder, "ci.pat")
    for (const [before, after] of [
      [0o640, 0o640],
      [0o660, 0o640],
      [0o2754, 0o640],
      [0o600, 0o600],
      [0o604, 0o600],
    ] as const) {
      writeFileSync(file, "old")
      chownSync(file, 0, gid)
      chmodSync(file, before)
      const { env } = await start()
      expect(await runCli(rotate(file, "--replace"), { env })).toMatchObject({ code: 0, stderr: "" })
      expect(statSync(file).gid).toBe(gid)
      expect((statSync(file).mode & 0o7777).toString(8)).toBe(after.toString(8))
      rmSync(file)
    }
  })

  it.skipIf(!root)("is refused with 2, even with --dry-run, if the group can't be kept", async () => {
    const folder = temporaryFolder()
    const file = join(folder, "ci.pat")
    writeFileSync(file, "old")
    chownSync(file, 65_534, gid)
    chmodSync(file, 0o640)
    chownSync(folder, 65_534, 65_534)
    const { env, sandbox } = await start()
    const { runAsStranger } = await import("../support/program/stranger.ts")
    for (const flags of [[], ["--dry-run"]]) {
      const ran = await runAsStranger(rotate(file, "--replace", ...flags), env)
      expect(ran).toMatchObject({ code: 2, stdout: "" })
      expect(ran.stderr).toContain("belongs to a group")
    }
    expect(sandbox.requests.filter((request) => request.startsWith("POST /pat"))).toEqual([])
    expect(readFileSync(file, "utf8")).toBe("old")
  })
})

/** Runs a script in a mount namespace of its own; undefined where that is not permitted. */
const canMount =
  root && spawnSync("unshare", ["-m", "sh", "-c", "mount -t tmpfs -o size=4k none /mnt"]).status === 0
const why = canMount ? "" : " (left out: mounting is not permitted here)"

describe.skipIf(!canMount)(`a file that is a mount point${why}`, () => {
  const inNamespace = (
    mounts: string,
    args: ReadonlyArray<string>,
    cwd: string,
    env: Record<string, string>,
  ) =>
    new Promise<{ code: number | null; stderr: string }>((fulfil) => {
      const { spawn } = require("node:child_process") as typeof import("node:child_process")
      const child = spawn(
        "unshare",
        ["-m", "sh", "-c", `${mounts} && exec "$@"`, "sh", binary, ...program, ...args],
        { cwd, env: cleanEnv(env), stdio: ["ignore", "ignore", "pipe"] },
      )
      let stderr = ""
      child.stderr.on("data", (chunk) => {
        stderr += chunk
      })
      child.on("close", (code) => fulfil({ code, stderr }))
    })

  it.each(["ci.pat", "with blank \\ and ümlaut.pat"])(
    "is refused with 2 before anything is sent, also by --dry-run (%s)",
    async (name) => {
      const cwd = temporaryFolder()
      for (const each of [name, "source"]) writeFileSync(join(cwd, each), "old", { mode: 0o600 })
      const { active, env } = await start()
      for (const flags of [[], ["--dry-run"]]) {
        const ran = await inNamespace(
          `mount --bind source '${name}'`,
          rotate(name, "--replace", ...flags),
          cwd,
          env,
        )
        expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining("is a mount point") })
      }
      expect(await active()).toEqual([dealtKeyIds[0]])
    },
  )

  it("is refused with 2 as the rcfile, even behind a link", async () => {
    const cwd = temporaryFolder()
    for (const name of ["rc", "source"]) writeFileSync(join(cwd, name), "", { mode: 0o600 })
    symlinkSync("rc", join(cwd, "link"))
    const { env } = await start()
    for (const name of ["rc", "link"]) {
      const save = ["pat", "create", "x", "--scope", "job", "--save", "--rcfile", join(cwd, name)]
      const ran = await inNamespace("mount --bind source rc", save, cwd, env)
      expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining("Mount its folder instead") })
    }
  })

  it("ends with 9 on a full disk, and leaves nothing behind", async () => {
    const cwd = temporaryFolder()
    mkdirSync(join(cwd, "disk"))
    const { active, env } = await start()
    const fill = "mount -t tmpfs -o size=4k none disk && echo old > disk/ci.pat"
    const ran = await inNamespace(fill, rotate("disk/ci.pat", "--replace"), cwd, env)
    expect(ran).toMatchObject({ code: 9, stderr: expect.stringContaining("ENOSPC") })
    expect(await active()).toEqual([dealtKeyIds[0]])
  })
})
