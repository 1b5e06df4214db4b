import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { startFaults } from "../../support/http/faults.ts"
import { runInProcess } from "../../support/program/inProcess.ts"
import { runCli } from "../../support/program/program.ts"
import { seed } from "../../support/random.ts"
import { complaints, type Result, type Sequence, sequenceOf } from "./sequences.ts"

/** `npm run soak` runs many more. */
const inProcess = Number(process.env.ZPCLI_FAULTS ?? 120)
const processes = Math.ceil(inProcess / 16)

/** The exit codes that the runs ended with. */
const codesSeen = new Set<number | null>()

type Ended = Pick<Result, "code" | "stdout" | "stderr">

/** Runs a sequence against a server of its own, and gives what is wrong with how it ended. */
const judge = async (
  sequence: Sequence,
  timeout: number,
  slack: number,
  zpcli: (env: Record<string, string>) => Promise<Ended>,
): Promise<ReadonlyArray<string>> => {
  const decoy = "http://127.0.0.1:9"
  const ends: Array<() => void | Promise<void>> = []
  const server = await startFaults((connection) => sequence.faults[connection], {
    decoy,
    onFinished: (end) => ends.push(end),
  })
  const started = performance.now()
  const ended = await zpcli({ ...sequence.env, ZPOOL_API_URL: server.url, ZPOOL_TIMEOUT: String(timeout) })
  const millis = performance.now() - started
  await Promise.all(ends.map((end) => end()))
  codesSeen.add(ended.code)
  const creates = server.requests.filter((request) => request === "POST /pat").length
  const result = { ...ended, millis, pats: server.pats(), secrets: server.secrets, creates }
  return complaints(sequence, result, timeout * 1000, slack).map(
    (complaint) =>
      `${complaint} (seed ${seed}, sequence ${sequence.index}: ${sequence.argv.join(" ")}, at most ` +
      `${sequence.attempts} attempts, faults ${sequence.names.join("; ")}): exit code ${ended.code} after ` +
      `${Math.round(millis)} ms\nstdout: ${ended.stdout}\nstderr: ${ended.stderr}`,
  )
}

const judgeAll = async (
  indices: ReadonlyArray<number>,
  concurrency: number,
  one: (sequence: Sequence) => Promise<ReadonlyArray<string>>,
): Promise<ReadonlyArray<string>> => {
  const found = await Effect.runPromise(
    Effect.forEach(indices, (index) => Effect.promise(() => one(sequenceOf(index))), { concurrency }),
  )
  return found.flat()
}

describe(`random sequences of faults (repeat with ZPCLI_FAULT_SEED=${seed})`, () => {
  it(`end as the rules say: ${inProcess} in this process`, { timeout: inProcess * 300 }, async () => {
    const indices = Array.from({ length: inProcess }, (_, index) => index)
    // More at once share too little of this one thread: healthy servers would seem to time out.
    const found = await judgeAll(indices, 6, (sequence) =>
      judge(sequence, 0.3, 15_000, (env) => runInProcess(sequence.argv, env)),
    )
    expect(found).toEqual([])
    // Otherwise the sequences, or a machine that is too slow, left too little to see.
    const often = [0, 1, 6, 7]
    for (const code of inProcess < 500 ? often : [...often, 4]) expect(codesSeen).toContain(code)
  })

  it(`end as the rules say: ${processes} in separate processes`, { timeout: inProcess * 300 }, async () => {
    const indices = Array.from({ length: processes }, (_, index) => inProcess + index)
    // The slack holds the start of the process and the waits between attempts.
    const found = await judgeAll(indices, 4, (sequence) =>
      judge(sequence, 0.4, 15_000, (env) => runCli(sequence.argv, { env })),
    )
    expect(found).toEqual([])
  })
})
