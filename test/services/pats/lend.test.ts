import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { CommandUnusable, OutcomeUnknown, PatNotFound } from "../../../src/domain/Errors.ts"
import { fromItem } from "../../../src/domain/Pat.ts"
import { makeTrace } from "../../../src/services/network/trace.ts"
import type { PatApi } from "../../../src/services/pats/PatApi.ts"
import type { Listing } from "../../../src/services/pats/results.ts"
import { created, handing, newKeyId, timedOut } from "../../support/world/handover.ts"
import { newPat } from "../../support/world/services.ts"

const keyId = newKeyId
const stray = "law-hotel-shape-community"
const label = "zpcli run here 00000000"
const pat = newPat(label, ["job"])

const lostAnswer = (found?: ReadonlyArray<string>) => new OutcomeUnknown({ label, found, cause: timedOut })

/** A list with active PATs of these key IDs that have the label, and others that are not to be touched. */
const listing = (...keyIds: ReadonlyArray<string>): Listing => ({
  text: "{}",
  ownKeyId: undefined,
  now: 0,
  pats: [
    ...keyIds.map((key_id) => fromItem({ key_id, label, status: "active" })),
    fromItem({ key_id: "basket-doctor-humble-figure", label, status: "revoked" }),
    fromItem({ key_id: "garden-ink-motion-history", label: "CI", status: "active" }),
  ],
})

interface Steps {
  /** In turn; the last one for ever. */
  readonly create?: ReadonlyArray<ReturnType<PatApi["Type"]["create"]>>
  /** In turn; the last one for ever. */
  readonly list?: ReadonlyArray<PatApi["Type"]["list"]>
  readonly revoke?: PatApi["Type"]["revoke"]
  readonly use?: Effect.Effect<number, CommandUnusable>
  readonly ownLabel?: boolean
}

/** A PAT that is lent, each step of which succeeds unless it is told otherwise. */
const start = ({ create = [], list = [], revoke, use = Effect.succeed(0), ownLabel = true }: Steps = {}) => {
  const creates = [...create]
  const lists = [...list]
  const turn = <A>(left: Array<A>, fallback: A): A => (left.length > 1 ? left.shift() : left[0]) ?? fallback
  const { begun, told, step, using } = handing({
    create: (_, __, flight) => {
      if (flight !== undefined) flight.trace = makeTrace()
      return turn(creates, Effect.succeed(created))
    },
    list: Effect.suspend(() => turn(lists, Effect.succeed(listing()))),
    ...(revoke && { revoke }),
  })
  const lend = using(({ lend }) =>
    lend({ pat, ownLabel }, (token) => step(`use ${Redacted.value(token)}`, use)),
  )
  return { begun, told, lend }
}

const done = ["create", "use t", `revoke ${keyId}`]

describe("a PAT for one use", () => {
  it.effect("is revoked after its use, and the exit code of the use is returned", () =>
    Effect.gen(function* () {
      for (const code of [0, 3, 143]) {
        const it = start({ use: Effect.succeed(code) })
        expect(yield* it.lend).toBe(code)
        expect(it.begun).toEqual(done)
      }
    }),
  )

  it.effect("is revoked if the use fails, dies or is interrupted", () =>
    Effect.gen(function* () {
      const unusable = new CommandUnusable({ name: "x", reason: "not-found", code: "ENOENT" })
      for (const use of [Effect.fail(unusable), Effect.die("bug"), Effect.interrupt]) {
        const it = start({ use })
        expect((yield* Effect.exit(it.lend))._tag).toBe("Failure")
        expect(it.begun).toEqual(done)
        expect(it.told).toEqual([])
      }
    }),
  )

  it.effect("causes no error if it has already been revoked or has expired", () =>
    Effect.gen(function* () {
      const it = start({ revoke: () => Effect.fail(new PatNotFound({ keyId, status: 404 })) })
      expect(yield* it.lend).toBe(0)
    }),
  )

  it.effect("is named if its revoke can't be confirmed, together with how the use ended", () =>
    Effect.gen(function* () {
      const unusable = new CommandUnusable({ name: "x", reason: "not-found", code: "ENOENT" })
      const revoke = () => Effect.fail(timedOut)
      for (const [use, end] of [
        [Effect.succeed(0), 0],
        [Effect.succeed(3), 3],
        [Effect.fail(unusable), unusable],
      ] as const) {
        expect(yield* Effect.flip(start({ revoke, use }).lend)).toMatchObject({
          _tag: "PatLeft",
          keyId,
          label,
          end,
          cause: timedOut,
        })
      }
      const it = start({ revoke, use: Effect.interrupt })
      yield* Effect.exit(it.lend)
      expect(it.told).toMatchObject([{ _tag: "PatLeft", keyId, end: undefined }])
    }),
  )

  it.effect("is found by its label if its key ID is unknown", () =>
    Effect.gen(function* () {
      const create = [Effect.succeed({ ...created, keyId: undefined })]
      const it = start({ create, list: [Effect.succeed(listing(stray))] })
      expect(yield* it.lend).toBe(0)
      expect(it.begun).toEqual(["create", "use t", "list", `revoke ${stray}`])
      for (const more of [{}, { ownLabel: false }]) {
        const error = yield* Effect.flip(start({ create, ...more }).lend)
        expect(error).toMatchObject({ _tag: "PatLeft", keyId: undefined, label, cause: undefined })
      }
    }),
  )
})

describe("a create whose answer was lost", () => {
  it.effect("leads to another create: the lost PAT is revoked by its label, even if it appears later", () =>
    Effect.gen(function* () {
      const it = start({
        create: [Effect.fail(lostAnswer([stray])), Effect.succeed(created)],
        list: [listing(stray), listing("table-winter-empty-weather")].map((found) => Effect.succeed(found)),
      })
      expect(yield* it.lend).toBe(0)
      expect(it.begun).toEqual([
        ...["create", "list", `revoke ${stray}`],
        ...[...done, "list", "revoke table-winter-empty-weather"],
      ])
    }),
  )

  it.effect("is reported if the list fails when it is searched for the lost PAT again", () =>
    Effect.gen(function* () {
      const it = start({
        create: [Effect.fail(lostAnswer()), Effect.succeed(created)],
        list: [Effect.succeed(listing()), Effect.fail(timedOut)],
      })
      expect(yield* Effect.flip(it.lend)).toMatchObject({ _tag: "PatLeft", keyId, end: 0, cause: timedOut })
      expect(it.begun).toEqual(["create", "list", ...done, "list"])
    }),
  )

  it.effect("leads to another create if the list shows no such PAT", () =>
    Effect.gen(function* () {
      const it = start({ create: [Effect.fail(lostAnswer([])), Effect.succeed(created)] })
      expect(yield* it.lend).toBe(0)
      expect(it.begun).toEqual(["create", "list", ...done, "list"])
    }),
  )

  it.effect("a second time is an error: its cause if all PATs were revoked, or an unknown outcome", () =>
    Effect.gen(function* () {
      const create = [Effect.fail(lostAnswer())]
      const found = start({ create, list: [Effect.succeed(listing(stray))] })
      expect(yield* Effect.flip(found.lend)).toMatchObject({ _tag: "TimedOut" })
      expect(found.begun).toEqual([
        ...["create", "list", `revoke ${stray}`],
        ...["create", "list", `revoke ${stray}`],
      ])
      const nothing = start({ create })
      expect(yield* Effect.flip(nothing.lend)).toMatchObject({ _tag: "OutcomeUnknown", found: [] })
    }),
  )

  it.effect("leads to no other create if the lost PAT may still exist", () =>
    Effect.gen(function* () {
      const create = [Effect.fail(lostAnswer())]
      const unlisted = start({ create, list: [Effect.fail(timedOut)] })
      expect(yield* Effect.flip(unlisted.lend)).toMatchObject({ _tag: "OutcomeUnknown", found: undefined })
      const unrevoked = start({
        create,
        list: [Effect.succeed(listing(stray))],
        revoke: () => Effect.fail(timedOut),
      })
      expect(yield* Effect.flip(unrevoked.lend)).toMatchObject({ _tag: "OutcomeUnknown", found: [stray] })
      for (const { begun } of [unlisted, unrevoked]) {
        expect(begun.filter((step) => step === "create")).toHaveLength(1)
      }
    }),
  )

  it.effect("leads to no revoke if other PATs may have the label: the PAT is named", () =>
    Effect.gen(function* () {
      const it = start({ create: [Effect.fail(lostAnswer([stray]))], ownLabel: false })
      expect(yield* Effect.flip(it.lend)).toMatchObject({ _tag: "OutcomeUnknown", found: [stray] })
      expect(it.begun).toEqual(["create"])
    }),
  )

  it.effect("leads to no other create after an interruption", () =>
    Effect.gen(function* () {
      const looking = yield* Deferred.make<void>()
      const goOn = yield* Deferred.make<void>()
      const slow = Deferred.succeed(looking, undefined).pipe(
        Effect.zipRight(Deferred.await(goOn)),
        Effect.as(listing(stray)),
      )
      const it = start({ create: [Effect.fail(lostAnswer())], list: [slow] })
      const fiber = yield* Effect.fork(it.lend)
      yield* Deferred.await(looking)
      yield* Fiber.interruptFork(fiber)
      yield* Effect.yieldNow()
      yield* Deferred.succeed(goOn, undefined)
      yield* Fiber.await(fiber)
      expect(it.begun).toEqual(["create", "list", `revoke ${stray}`])
      expect(it.told).toEqual([])
    }),
  )
})

describe("an interruption during the create", () => {
  /** Interrupts a run whose create answers after so many seconds. */
  const interrupted = (seconds: number, answer: ReturnType<PatApi["Type"]["create"]>, steps: Steps = {}) =>
    Effect.gen(function* () {
      const it = start({ ...steps, create: [Effect.delay(answer, `${seconds} seconds`)] })
      const fiber = yield* Effect.fork(it.lend)
      yield* TestClock.adjust("1 second")
      yield* Fiber.interruptFork(fiber)
      yield* TestClock.adjust("10 seconds")
      expect((yield* Fiber.await(fiber))._tag).toBe("Failure")
      return it
    })

  it.effect("waits for the answer, and revokes the new PAT", () =>
    Effect.gen(function* () {
      const it = yield* interrupted(3, Effect.succeed(created))
      expect(it.begun).toEqual(["create", `revoke ${keyId}`])
      expect(it.told).toMatchObject([{ _tag: "TokenUndelivered", keyId, revoked: true, cause: undefined }])
      const left = yield* interrupted(3, Effect.succeed(created), { revoke: () => Effect.fail(timedOut) })
      expect(left.told).toMatchObject([{ _tag: "PatLeft", keyId, end: undefined }])
      const refused = yield* interrupted(3, Effect.fail(timedOut))
      expect(refused.begun).toEqual(["create"])
      expect(refused.told).toEqual([])
    }),
  )

  it.effect("cancels the create after 5 s, and revokes a PAT that is found by its label", () =>
    Effect.gen(function* () {
      const it = yield* interrupted(60, Effect.succeed(created), { list: [Effect.succeed(listing(stray))] })
      expect(it.begun).toEqual(["create", "list", `revoke ${stray}`])
      expect(it.told).toMatchObject([{ _tag: "TokenUndelivered", keyId: stray, revoked: true }])
    }),
  )

  it.effect("stops looking at the list 9 s after it came", () =>
    Effect.gen(function* () {
      let cancelled = false
      const slow = Effect.onInterrupt(Effect.never, () =>
        Effect.sync(() => {
          cancelled = true
        }),
      )
      const it = yield* interrupted(30, Effect.succeed(created), { list: [slow] })
      expect(it.told).toMatchObject([{ _tag: "OutcomeUnknown", label, found: undefined }])
      expect(cancelled).toBe(true)
    }),
  )

  it.effect("says that the outcome is unknown if no PAT is found, or if others may have the label", () =>
    Effect.gen(function* () {
      const nothing = yield* interrupted(60, Effect.succeed(created))
      expect(nothing.told).toMatchObject([{ _tag: "OutcomeUnknown", found: [] }])
      const unlisted = yield* interrupted(60, Effect.succeed(created), { list: [Effect.fail(timedOut)] })
      expect(unlisted.told).toMatchObject([{ _tag: "OutcomeUnknown", found: undefined }])
      const other = yield* interrupted(60, Effect.succeed(created), { ownLabel: false })
      expect(other.told).toMatchObject([{ _tag: "OutcomeUnknown" }])
      expect(other.begun).toEqual(["create"])
    }),
  )
})
