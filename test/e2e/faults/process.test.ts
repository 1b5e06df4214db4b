import type { ChildProcess } from "node:child_process"
import { openSync } from "node:fs"
import { describe, it } from "vitest"
import { pat } from "../../support/fixtures.ts"
import { type Fault, type Faults, startFaults } from "../../support/http/faults.ts"
import { noFullDevice, startCli } from "../../support/program/program.ts"
import { behaviours } from "./catalogue.ts"
import { argvOf } from "./table.ts"

const stalled: Fault = { steps: [{ do: "stall" }] }
const slow: Fault = { steps: [{ do: "wait", millis: 150 }, { do: "answer" }, { do: "close" }] }
const reset: Fault = { steps: [{ do: "reset" }] }

/** Whether the program's end stands for a signal: Windows has none. */
const signals = process.platform !== "win32"

interface Started {
  readonly child: ChildProcess
  readonly server: Faults
  /** What the program has ended with, and has written to the streams that are pipes. */
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>
}

/** Starts the program against a server that does to each connection in turn what is listed. */
const start = async (
  argv: ReadonlyArray<string>,
  faults: ReadonlyArray<Fault>,
  options: { readonly stdout?: number; readonly items?: ReadonlyArray<unknown> } = {},
): Promise<Started> => {
  const ends: Array<() => void | Promise<void>> = []
  const server = await startFaults((connection) => faults[connection], {
    onFinished: (end) => ends.push(end),
    items: options.items ?? [],
  })
  const child = startCli(argv, {
    env: { ZPOOL_API_URL: server.url, ...pat, ZPOOL_TIMEOUT: "15", ZPOOL_MAX_RETRIES: "1" },
    stdio: ["ignore", options.stdout ?? "pipe", "pipe"],
  })
  const text = { stdout: "", stderr: "" }
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (chunk) => {
      text[name] += chunk
    })
  }
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((fulfil) => {
    child.on("close", (code) => fulfil({ code, ...text }))
  }).finally(() => Promise.all(ends.map((end) => end())))
  return { child, server, ended }
}

describe.skipIf(!signals).concurrent("signals", () => {
  for (const [signal, code] of [["SIGINT", 130] as const, ["SIGTERM", 143] as const]) {
    it(`${signal} in a stalled list ends it with ${code} and closes the connection`, async ({ expect }) => {
      const { child, ended, server } = await start(argvOf.list, [stalled])
      await server.received(1)
      child.kill(signal)
      expect(await ended).toEqual({ code, stdout: "", stderr: "" })
      expect(server.closed).toEqual(["GET"])
    })

    it(`${signal} in a create that the server has says that its outcome is unknown`, async ({ expect }) => {
      const { child, ended, server } = await start(argvOf.create, [{ ...stalled, carriedOut: true }])
      await server.received(1)
      child.kill(signal)
      const { stderr, ...rest } = await ended
      expect(rest).toEqual({ code, stdout: "" })
      expect(stderr).toContain('It is unclear whether the PAT "Nightly" was created')
      expect(stderr).toContain("zpcli pat list")
      expect(server.closed).toEqual(["POST"])
    })
  }

  it("SIGINT while the outcome of a lost create is looked up says that it is unknown", async ({ expect }) => {
    const { child, ended, server } = await start(argvOf.create, [{ ...reset, carriedOut: true }, stalled])
    await server.received(2)
    child.kill("SIGINT")
    const { code, stderr } = await ended
    expect(code).toBe(130)
    expect(stderr).toContain('It is unclear whether the PAT "Nightly" was created')
  })

  it("SIGINT between attempts ends the wait", async ({ expect }) => {
    const busy: Fault = {
      steps: [{ do: "send", bytes: "HTTP/1.1 429 Busy\r\nRetry-After: 50\r\n\r\n" }, { do: "close" }],
    }
    const { child, ended, server } = await start(argvOf.list, [busy])
    await server.received(1)
    await new Promise((resume) => setTimeout(resume, 300))
    child.kill("SIGINT")
    expect(await ended).toEqual({ code: 130, stdout: "", stderr: "" })
    expect(server.seen).toHaveLength(1)
  })
})

describe.concurrent("a connection that the server leaves open", () => {
  const afterAnAnswer: Fault = { steps: [{ do: "answer" }, { do: "stall" }] }
  const open: ReadonlyArray<readonly [name: string, fault: Fault | undefined, code: number]> = [
    ["after its answer", afterAnAnswer, 0],
    ["after two answers", { steps: [{ do: "answer" }, ...afterAnAnswer.steps] }, 0],
    ["and on which it switches to another protocol", behaviours["switching protocols"]?.fault, 1],
    ["and on which it does not speak HTTP", behaviours["not HTTP"]?.fault, 1],
    ["in the middle of broken chunks", behaviours["broken chunks"]?.fault, 6],
  ]
  for (const [name, fault, code] of open) {
    it(`${name} doesn't keep the process running`, async ({ expect }) => {
      const { ended } = await start(argvOf.list, fault === undefined ? [] : [fault, fault])
      expect((await ended).code).toBe(code)
    })
  }
})

describe.concurrent("output that can't be written", () => {
  it.skipIf(noFullDevice)(
    `makes a create exit with 9, its PAT revoked, if the device is full`,
    async ({ expect }) => {
      const { ended, server } = await start(argvOf.create, [], { stdout: openSync("/dev/full", "w") })
      const { code, stderr } = await ended
      const made = server.pats()[1]
      expect(code).toBe(9)
      expect(made?.revoked).toBe(true)
      expect(stderr).toContain(`The new PAT ${made?.keyId} was revoked`)
      expect(stderr).toContain("ENOSPC")
      expect(stderr).not.toContain(made?.token)
    },
  )

  it.skipIf(noFullDevice)(`makes a list exit with 1 if the device is full`, async ({ expect }) => {
    const { ended } = await start(argvOf.list, [], { stdout: openSync("/dev/full", "w") })
    const { code, stderr } = await ended
    expect(code).toBe(1)
    expect(stderr).toContain("could not be written to stdout (ENOSPC)")
  })

  it("makes a create exit with 9, its PAT revoked, if the pipe is closed", async ({ expect }) => {
    const { child, ended, server } = await start(argvOf.create, [slow])
    child.stdout?.destroy()
    const { code, stderr } = await ended
    expect(code).toBe(9)
    expect(stderr).toContain(`The new PAT ${server.pats()[1]?.keyId} was revoked`)
    expect(stderr).not.toContain(server.pats()[1]?.token)
  })

  it("lets a list exit with 0 silently if the pipe is closed, as with head -1", async ({ expect }) => {
    const { child, ended } = await start(argvOf.list, [slow])
    child.stdout?.destroy()
    expect(await ended).toEqual({ code: 0, stdout: "", stderr: "" })
  })

  it("doesn't change the exit code of a failure if stderr is closed", async ({ expect }) => {
    const { child, ended } = await start(argvOf.list, [
      {
        steps: [
          { do: "wait", millis: 150 },
          { do: "send", bytes: "HTTP/1.1 403 No\r\n\r\n" },
          { do: "close" },
        ],
      },
    ])
    child.stderr?.destroy()
    expect((await ended).code).toBe(4)
  })
})

describe("a slow reader", () => {
  it("gets a whole list of 2 MB", async ({ expect }) => {
    const items = Array.from({ length: 8_000 }, (_, index) => ({
      label: `${index} ${"x".repeat(240)}`,
      scopes: ["job"],
    }))
    const { child, ended } = await start([...argvOf.list, "--json"], [], { items })
    child.stdout?.pause()
    await new Promise((resume) => setTimeout(resume, 1_000))
    child.stdout?.on("data", () => {
      child.stdout?.pause()
      setTimeout(() => child.stdout?.resume(), 5)
    })
    child.stdout?.resume()
    const { code, stdout } = await ended
    expect(code).toBe(0)
    expect(stdout.length).toBeGreaterThan(2_000_000)
    expect(JSON.parse(stdout).detail.items).toHaveLength(8_002)
  })
})
