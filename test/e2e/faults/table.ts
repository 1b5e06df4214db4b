/** The table of `faults.md`, and one run of the program for each of its rows. */
import { readFileSync } from "node:fs"
import { pat } from "../../support/fixtures.ts"
import { type Fault, type Faults, listedKeyId, startFaults } from "../../support/http/faults.ts"
import type { Certificate } from "../../support/http/network.ts"
import { startScripted } from "../../support/http/scripted.ts"
import { runInProcess } from "../../support/program/inProcess.ts"
import { type Ran, runCli } from "../../support/program/program.ts"
import type { OnFinished } from "../../support/temporaryFolder.ts"
import { behaviours } from "./catalogue.ts"

export const commands = ["list", "create", "revoke"] as const
export type CommandName = (typeof commands)[number]

interface Row {
  readonly fault: string
  readonly command: CommandName
  readonly exitCode: number
  /** Whether the request is sent again. */
  readonly again: boolean
  /** What must be found on stderr; for exit code 0 on stdout. */
  readonly phrase: string
}

/** The rows of the table, one for each of the commands that a line of it names. */
export const readTable = (file: string): ReadonlyArray<Row> =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| ---") && !line.startsWith("| fault"))
    .flatMap((line) => {
      const cells = line.split("|").map((cell) => cell.trim())
      const [, fault = "", names = "", exitCode = "", again = "", phrase = ""] = cells
      if (cells.length !== 7 || !/^\d+$/.test(exitCode) || !/^(yes|no)$/.test(again) || phrase === "") {
        throw new Error(`faults.md: not a row of the table: ${line}`)
      }
      return names.split(", ").map((name) => {
        const command = commands.find((known) => known === name)
        if (command === undefined) throw new Error(`faults.md: no such command: ${name}`)
        return { fault, command, exitCode: Number(exitCode), again: again === "yes", phrase }
      })
    })

const modifiers = /^(?<base>.*?)(?<done>, carried out)?(?<once>, once)?$/

/** The name of the behaviour that a row is about. */
export const behaviourOf = (row: Row): string => modifiers.exec(row.fault)?.groups?.base ?? row.fault

export const argvOf: Readonly<Record<CommandName, ReadonlyArray<string>>> = {
  list: ["pat", "list"],
  create: ["pat", "create", "Nightly", "--scope", "job"],
  revoke: ["pat", "revoke", listedKeyId, "--yes"],
}

export const methodOf = { list: "GET", create: "POST", revoke: "DELETE" } as const

interface Outcome {
  readonly ran: Ran
  readonly server: Faults
  /** Connections that the place where redirects lead has seen. */
  readonly decoyed: number
}

/** Whether only a timeout ends it; others have time enough on a busy machine. */
const isEndless = (fault: Fault | undefined): boolean =>
  fault?.steps.some(({ do: what }) => what === "stall" || what === "drip" || what === "flood") ?? false

/** Runs one row's command against one row's fault. */
export const runRow = async (
  row: Row,
  certificate: Certificate | undefined,
  onFinished: OnFinished,
): Promise<Outcome> => {
  const behaviour = behaviours[behaviourOf(row)]
  if (behaviour === undefined) throw new Error(`no behaviour for the fault "${row.fault}"`)
  const { done, once } = modifiers.exec(row.fault)?.groups ?? {}
  const fault: Fault | undefined =
    behaviour.fault && (done ? { ...behaviour.fault, carriedOut: true } : behaviour.fault)
  // After a create that failed the list must be readable, so that only the create is hit.
  const hit = once ? 1 : row.command === "create" ? (row.again ? 2 : 1) : Number.POSITIVE_INFINITY

  // A revoke asks the list first which PAT signs in: the fault is for what comes then.
  const before = row.command === "revoke" && behaviour.tls === undefined ? 1 : 0
  const decoy = await startScripted({}, { onFinished })
  const server = await startFaults(
    (connection) => (connection >= before && connection < before + hit ? fault : undefined),
    {
      onFinished,
      decoy: decoy.url,
      ...(behaviour.tls && certificate ? { secureContext: certificate.secureContext } : {}),
    },
  )
  /** No test binds such a port, as one beside this may do with a port that was just closed. */
  const closedPort = "http://127.0.0.1:1/v1"
  const env = {
    ZPOOL_API_URL: behaviour.fault === undefined ? closedPort : server.url,
    ZPOOL_TIMEOUT: String(behaviour.timeout ?? (isEndless(fault) ? 1 : 8)),
    ZPOOL_MAX_RETRIES: "1",
    ...pat,
    ...(behaviour.tls === "trusted" && certificate
      ? { NODE_EXTRA_CA_CERTS: certificate.files.certificate }
      : {}),
  }
  // The built program wherever a token may be lost, and for what needs a process: certificates and memory.
  const asProcess =
    process.env.ZPCLI_FAULTS_OF_PROCESSES !== undefined ||
    row.exitCode === 7 ||
    behaviour.tls !== undefined ||
    behaviour.timeout !== undefined
  const argv = argvOf[row.command]
  const ran = await (asProcess ? runCli(argv, { env, timeout: 50_000 }) : runInProcess(argv, env))
  return { ran, server, decoyed: decoy.connections() }
}
