/** An account in this process, a store that a command puts tokens into, and runs of the program that end early. */
import { createHash } from "node:crypto"
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Chunk from "effect/Chunk"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as SynchronizedRef from "effect/SynchronizedRef"
import * as TestClock from "effect/TestClock"
import { CommandUnusable } from "../../../src/domain/Errors.ts"
import { CommandRunner } from "../../../src/services/CommandRunner.ts"
import { Signals } from "../../../src/services/Signals.ts"
import { makeApi, parseFault } from "../../../src/services/sandbox/api.ts"
import { httpClient } from "../../../src/services/sandbox/httpClient.ts"
import { type State, type StoredPat, statusOf } from "../../../src/services/sandbox/State.ts"
import { runsNothing } from "./runner.ts"
import { runIn } from "./world.ts"

/** What the command does with the token that it is given. */
export type CommandBehaviour =
  | "exits 0"
  | "exits 3"
  | "is missing"
  | "is killed"
  | "closes stdin at once"
  | "runs until SIGTERM"
  | "stores and exits 3"
  | "can't be started"

/** A moment of a run: a request or command, counted from 0. */
interface Moment {
  readonly at: number
  readonly when: "before" | "after"
}

/** A run of the program. */
export interface Night {
  readonly argv: ReadonlyArray<string>
  readonly command?: CommandBehaviour
  /** As `zpcli sandbox --fail` takes them. */
  readonly faults?: ReadonlyArray<string>
  /** Ends the process without a finaliser at this moment. */
  readonly crash?: Moment | undefined
  /** Signals the process at this moment, unless that is a command. */
  readonly signal?: Moment | undefined
  /** Attempts after the first. */
  readonly retries?: number
}

const day = 86_400_000
const start = Date.UTC(2027, 0, 10)

/** The exit codes of commands that `pat run` runs. */
const endOf: Partial<Record<CommandBehaviour, number>> = {
  "exits 3": 3,
  "is killed": 137,
  "runs until SIGTERM": 143,
}

const hash = (token: string) => createHash("sha256").update(token).digest("hex")

const signer = "zpat_SignerSignerSignerSignerSigner00"
const oldToken = "zpat_OldOldOldOldOldOldOldOldOldOld00"
export const ciKeyId = "first-night-before-others"

const stored = (key_id: string, token: string, more: Partial<StoredPat>): StoredPat => ({
  key_id,
  token_sha256: hash(token),
  label: "CI",
  scopes: ["job"],
  created_at: start - 80 * day,
  expiry_at: null,
  revoked_at: null,
  last_used_at: null,
  last_ip: null,
  last_ua: null,
  usage_count: 0,
  ...more,
})

/**
 * Looks again and again, in real time, until `look` finds something; gives up
 * after 2,000 turns in which nothing was busy. Where nothing happens any more
 * but waiting, `TestClock` is put forward to the first sleeper: that takes some
 * 10 ms, so only every twentieth turn.
 */
const turning = <A, E, R>(isBusy: () => boolean, look: Effect.Effect<Option.Option<A>, E, R>) =>
  Effect.gen(function* () {
    const turn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
    for (let turns = 0; turns < 2_000; turns += isBusy() ? 0 : 1) {
      yield* turn
      const found = yield* look
      if (Option.isSome(found)) return found
      if (!isBusy() && turns % 20 === 19) {
        const sleeping = yield* TestClock.sleeps()
        if (Chunk.isNonEmpty(sleeping)) yield* TestClock.setTime(Math.min(...sleeping))
      }
    }
    return Option.none<A>()
  })

/** The token that the command has stored. */
interface Store {
  token: string | undefined
}

/** Counts the steps of a run, requests and commands, and crashes or signals it at one of them. */
const stepping = ({ crash, signal }: Night) =>
  Effect.gen(function* () {
    const crashed = yield* Deferred.make<void>()
    const signalSent = yield* Deferred.make<void>()
    const signalled = yield* Deferred.make<void>()
    let step = 0
    let dead = false
    const die = Effect.suspend(() => {
      dead = true
      return Effect.zipRight(Deferred.succeed(crashed, undefined), Effect.never)
    })
    const sendSignal = Effect.zipRight(Deferred.succeed(signalSent, undefined), Deferred.await(signalled))
    /** One step. A signal that comes to a command is the command's. */
    const stepOf = <A, E, R>(work: Effect.Effect<A, E, R>, isCommand = false) =>
      Effect.suspend(() => {
        if (dead) return Effect.never
        const at = step++
        const when = at === crash?.at ? crash.when : undefined
        if (when === "before") return die
        if (when === "after") return Effect.zipRight(work, die)
        if (at !== signal?.at || isCommand) return work
        return signal.when === "before" ? Effect.zipRight(sendSignal, work) : Effect.zipLeft(work, sendSignal)
      })
    return { crashed, signalSent, signalled, stepOf }
  })

type Steps = Effect.Effect.Success<ReturnType<typeof stepping>>

/** A runner whose one command behaves like this. */
const runnerOf = (command: CommandBehaviour, store: Store, { signalSent, signalled, stepOf }: Steps) =>
  CommandRunner.of({
    ...runsNothing,
    find: (name) =>
      command === "is missing"
        ? Effect.fail(new CommandUnusable({ name, reason: "not-found", code: "ENOENT" }))
        : Effect.void,
    give: (_, secret) =>
      stepOf(
        Effect.gen(function* () {
          if (command === "exits 0" || command === "stores and exits 3") store.token = Redacted.value(secret)
          if (command === "runs until SIGTERM") {
            yield* Deferred.succeed(signalSent, undefined)
            yield* Deferred.await(signalled)
            return { exitCode: 143, readAll: true }
          }
          if (command === "is killed") return { exitCode: 137, readAll: true }
          if (command.endsWith("exits 3")) return { exitCode: 3, readAll: true }
          return { exitCode: 0, readAll: command !== "closes stdin at once" }
        }),
      ),
    run: (_, { ZPOOLPAT }) =>
      stepOf(
        Effect.suspend(() => {
          if (Redacted.isRedacted(ZPOOLPAT)) store.token = Redacted.value(ZPOOLPAT)
          return command === "can't be started"
            ? new CommandUnusable({ name: "x", reason: "not-executable", code: "ENOEXEC" })
            : Effect.succeed(endOf[command] ?? 0)
        }),
        true,
      ),
  })

/** The sandbox as a client, each request a step of the run. Node's threads make its hashes, in real time. */
const clientOf = (
  state: SynchronizedRef.SynchronizedRef<State>,
  faults: Night["faults"],
  { stepOf }: Steps,
) => {
  const requests: Array<string> = []
  const api = makeApi(
    {
      user: "demo",
      password: Redacted.make("demo"),
      jwtSeconds: 3600,
      faults: (faults ?? []).map((fault) => Either.getOrThrow(parseFault(fault))),
      onRequest: ({ method, path, status }) =>
        Effect.sync(() => void requests.push(`${method} ${path.slice(3)} ${status}`)),
    },
    state,
  )
  const client = httpClient(api)
  let busy = 0
  const answer: Parameters<typeof HttpClient.make>[0] = (request) =>
    Effect.acquireUseRelease(
      Effect.sync(() => void busy++),
      () => client.execute(request),
      () => Effect.sync(() => void busy--),
    )
  return {
    client: HttpClient.make((request, ...rest) => stepOf(answer(request, ...rest))),
    isBusy: () => busy > 0,
    requests,
  }
}

/** Runs the program once; its code is undefined if it crashed. */
const runNight = (night: Night, state: SynchronizedRef.SynchronizedRef<State>, store: Store) =>
  Effect.gen(function* () {
    const { argv, command = "exits 0", faults, retries = 2 } = night
    const steps = yield* stepping(night)
    const { client, isBusy, requests } = clientOf(state, faults, steps)
    let stderr = ""
    let gotSignal = false
    const fiber = yield* runIn(argv, {
      env: { ZPOOLPAT: signer, ZPOOL_MAX_RETRIES: String(retries) },
      http: client,
      runner: runnerOf(command, store, steps),
      // Without an rcfile to look for: that would be done by threads, in real time.
      fileSystem: FileSystem.layerNoop({}),
      onStderr: (text) => {
        stderr += text
      },
    }).pipe(
      Effect.provideServiceEffect(
        Signals,
        Effect.map(Signals, (signals) => ({ ...signals, exitCode: () => (gotSignal ? 143 : undefined) })),
      ),
      // Full jitter of nothing: no waiting between attempts.
      Effect.withRandom(Random.fixed([0])),
      Effect.forkDaemon,
    )
    const endWith = (code: number | undefined, stdout = "") => ({ code, stderr, requests, stdout })
    const passSignalOn = Effect.gen(function* () {
      if (gotSignal || !(yield* Deferred.isDone(steps.signalSent))) return
      gotSignal = true
      yield* Fiber.interruptFork(fiber)
      yield* Deferred.succeed(steps.signalled, undefined)
    })
    const ended = yield* turning(
      isBusy,
      Effect.gen(function* () {
        if (yield* Deferred.isDone(steps.crashed)) return Option.some(endWith(undefined))
        yield* passSignalOn
        return Option.map(yield* Fiber.poll(fiber), (exit) =>
          Exit.isSuccess(exit) ? endWith(exit.value.code, exit.value.stdout) : endWith(143),
        )
      }),
    )
    if (Option.isSome(ended)) return ended.value
    return yield* Effect.dieMessage(`${argv.join(" ")} did not end: ${requests.join(", ")}`)
  })

/** An account with a PAT that signs in and, if asked for, one with the label CI that ends in ten days, whose token is stored. */
export const makeAccount = (withOld: boolean) =>
  Effect.gen(function* () {
    if ((yield* TestClock.currentTimeMillis) !== start) yield* TestClock.setTime(start)
    const old = stored(ciKeyId, oldToken, { expiry_at: start + 10 * day })
    const state = yield* SynchronizedRef.make<State>({
      dealt: 0,
      pats: [
        stored("signs-in-for-tests", signer, { label: "signer", scopes: ["pat"] }),
        ...(withOld ? [old] : []),
      ],
      jwts: [],
    })
    const store: Store = { token: withOld ? oldToken : undefined }
    return {
      run: (night: Night) => runNight(night, state, store),
      /** The PATs with the label: which are active, and which of them the store holds. */
      look: Effect.gen(function* () {
        const now = yield* TestClock.currentTimeMillis
        const all = (yield* SynchronizedRef.get(state)).pats.filter(({ label }) => label !== "signer")
        const active = all.filter((pat) => statusOf(pat, now) === "active").map(({ key_id }) => key_id)
        const { token } = store
        const held = all.find(
          ({ token_sha256 }) => token !== undefined && token_sha256 === hash(token),
        )?.key_id
        return { active, held }
      }),
    }
  })
