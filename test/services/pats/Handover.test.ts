import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { DeliveryFailed, OutcomeUnknown, PatNotFound, TimedOut } from "../../../src/domain/Errors.ts"
import * as KeyId from "../../../src/domain/KeyId.ts"
import type { Deliver } from "../../../src/services/pats/deliveries.ts"
import { Handover, type OldPat, type Rotation } from "../../../src/services/pats/Handover.ts"
import { PatApi } from "../../../src/services/pats/PatApi.ts"
import { newPat, notices, progress } from "../../support/world/services.ts"

const oldKeyId = Either.getOrThrow(KeyId.parse("law-hotel-shape-community"))
const newKeyId = Either.getOrThrow(KeyId.parse("market-night-plain-object"))
const thirdKeyId = Either.getOrThrow(KeyId.parse("basket-doctor-humble-figure"))
const ci = newPat("CI", ["job"])
const old: OldPat = { keyId: oldKeyId, works: true, own: false }
const created = {
  keyId: newKeyId as string | undefined,
  token: Redacted.make("t"),
  text: Redacted.make("{}"),
}
const revoked = { text: undefined, unlisted: false }

const timedOut = new TimedOut({ origin: "https://api.test", seconds: 30, attempts: 3, sent: true })
const notFound = new PatNotFound({ keyId: newKeyId, status: 404 })
const pipeClosed = new DeliveryFailed({ target: "stdout", code: "EPIPE" })

/** A world in which each step succeeds unless it is told otherwise; `steps` are those that were begun. */
const world = (steps: Partial<PatApi["Type"] & { readonly deliver: Deliver }> = {}) => {
  const begun: Array<string> = []
  const listener = notices()
  const watched = progress()
  const step = <A, E>(name: string, work: Effect.Effect<A, E>) =>
    Effect.suspend(() => {
      begun.push(name)
      return work
    })
  const api = Layer.mock(PatApi, {
    create: (pat, listed, flight) =>
      step(`create ${pat.label}`, steps.create?.(pat, listed, flight) ?? Effect.succeed(created)),
    list: step("list", steps.list ?? Effect.succeed({ text: "", pats: [], own: undefined, now: 0 })),
    check: (token) => step(`check ${Redacted.value(token)}`, steps.check?.(token) ?? Effect.void),
    revoke: (keyId, own) =>
      step(
        own === undefined ? `revoke ${keyId}` : `revoke ${keyId}, ${own ? "own" : "other"}`,
        steps.revoke?.(keyId, own) ?? Effect.succeed(revoked),
      ),
  })
  const deliver: Deliver = (it) => step(`deliver ${it.keyId}`, steps.deliver?.(it) ?? Effect.void)
  const using = <A, E>(use: (handover: Handover["Type"]) => Effect.Effect<A, E>) =>
    Effect.flatMap(Handover, use).pipe(
      Effect.provide(Handover.layer.pipe(Layer.provide(Layer.mergeAll(api, listener.layer, watched.layer)))),
    )
  return {
    begun,
    owed: listener.owed,
    counts: watched.counts,
    create: using((handover) => handover.create(ci, deliver)),
    rotate: (given: Partial<OldPat & Omit<Rotation, "old" | "pat">> = {}) =>
      using((handover) => {
        const { keep = false, listed = new Set([oldKeyId]), ...rest } = given
        return handover.rotate({ pat: ci, old: [{ ...old, ...rest }], listed, keep }, deliver)
      }),
    rotateAll: (...all: ReadonlyArray<OldPat>) =>
      using((handover) => handover.rotate({ pat: ci, old: all, listed: new Set(), keep: false }, deliver)),
  }
}

/** Interrupts a run once a step of it hangs. */
const interrupted = <A, E>(run: (hang: Effect.Effect<never>) => Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const hanging = yield* Deferred.make<void>()
    const fiber = yield* Effect.fork(run(Effect.zipRight(Deferred.succeed(hanging, undefined), Effect.never)))
    yield* Deferred.await(hanging)
    yield* Fiber.interrupt(fiber)
  })

const made = ["create CI", `deliver ${newKeyId}`]

describe("create", () => {
  it.effect("delivers the token that was made", () =>
    Effect.gen(function* () {
      const it = world()
      expect(yield* it.create).toBe(created)
      expect(it.begun).toEqual(made)
    }),
  )

  it.effect("delivers nothing where none was made", () =>
    Effect.gen(function* () {
      const it = world({ create: () => Effect.fail(timedOut) })
      expect(yield* Effect.flip(it.create)).toMatchObject({ _tag: "TimedOut", attempts: 3 })
      expect(it.begun).toEqual(["create CI"])
    }),
  )

  it.effect("revokes a PAT whose token can't be delivered, and says whether that is certain", () =>
    Effect.gen(function* () {
      for (const [revoke, undone] of [
        [Effect.succeed(revoked), true],
        [Effect.fail(notFound), true],
        [Effect.fail(timedOut), false],
      ] as const) {
        const it = world({ deliver: () => Effect.fail(pipeClosed), revoke: () => revoke })
        expect(yield* Effect.flip(it.create)).toMatchObject({
          _tag: "TokenUndelivered",
          keyId: newKeyId,
          undone,
          cause: pipeClosed,
        })
        expect(it.begun).toEqual([...made, `revoke ${newKeyId}`])
      }
    }),
  )

  it.effect("revokes nothing where the answer named no key ID, or none that could be one", () =>
    Effect.gen(function* () {
      for (const keyId of [undefined, "../pat", ""]) {
        const it = world({
          create: () => Effect.succeed({ ...created, keyId }),
          deliver: () => Effect.fail(pipeClosed),
        })
        expect(yield* Effect.flip(it.create)).toMatchObject({ keyId, undone: false })
        expect(it.begun).toEqual(["create CI", `deliver ${keyId}`])
      }
    }),
  )

  it.effect("can be interrupted until the token has come, and not while it is delivered", () =>
    Effect.gen(function* () {
      let delivered = false
      yield* interrupted(
        (hang) => world({ create: () => hang, deliver: () => Effect.die("delivered") }).create,
      )
      const delivering = yield* Deferred.make<void>()
      const fiber = yield* Effect.fork(
        world({
          deliver: () =>
            Deferred.succeed(delivering, undefined).pipe(
              Effect.zipRight(Effect.yieldNow()),
              Effect.zipRight(
                Effect.sync(() => {
                  delivered = true
                }),
              ),
            ),
        }).create,
      )
      yield* Deferred.await(delivering)
      yield* Fiber.interrupt(fiber)
      expect(delivered).toBe(true)
    }),
  )
})

describe("rotate", () => {
  it.effect("makes, checks and delivers the new token, and revokes the old PAT last", () =>
    Effect.gen(function* () {
      for (const own of [true, false]) {
        const it = world()
        expect(yield* it.rotate({ own })).toEqual([{ ...revoked, keyId: oldKeyId, already: false }])
        expect(it.begun).toEqual([
          "create CI",
          "check t",
          `deliver ${newKeyId}`,
          "check t",
          `revoke ${oldKeyId}, ${own ? "own" : "other"}`,
        ])
        expect(it.owed).toEqual([])
      }
    }),
  )

  it.effect("revokes no old PAT that has expired, or that is kept", () =>
    Effect.gen(function* () {
      for (const given of [{ works: false }, { keep: true }]) {
        const it = world()
        expect(yield* it.rotate(given)).toEqual([])
        expect(it.begun).toEqual(["create CI", "check t", `deliver ${newKeyId}`, "check t"])
      }
    }),
  )

  it.effect("revokes several old PATs, the one that signs in last", () =>
    Effect.gen(function* () {
      const it = world()
      const all = [
        { ...old, own: true },
        { ...old, keyId: thirdKeyId },
      ]
      expect((yield* it.rotateAll(...all)).map(({ keyId }) => keyId)).toEqual([thirdKeyId, oldKeyId])
      expect(it.begun.slice(4)).toEqual([`revoke ${thirdKeyId}, other`, `revoke ${oldKeyId}, own`])
      expect(it.counts).toEqual(["0/2", "1/2", "2/2", "over"])
    }),
  )

  it.effect("revokes the others where one of several can't be, and names that one", () =>
    Effect.gen(function* () {
      const it = world({
        revoke: (keyId) => (keyId === thirdKeyId ? Effect.fail(timedOut) : Effect.succeed(revoked)),
      })
      expect(yield* Effect.flip(it.rotateAll({ ...old, keyId: thirdKeyId }, old))).toMatchObject({
        _tag: "RotationStopped",
        step: "revoke",
        old: [{ keyId: thirdKeyId, works: true }],
        cause: timedOut,
      })
      expect(it.begun).toHaveLength(6)
      expect(it.counts).toEqual(["0/2", "1/2", "over"])
    }),
  )

  it.effect("is done where somebody else has revoked the old PAT", () =>
    Effect.gen(function* () {
      const it = world({ revoke: () => Effect.fail(notFound) })
      expect(yield* it.rotate()).toEqual([{ ...revoked, keyId: oldKeyId, already: true }])
      expect(it.counts).toEqual(["over"])
    }),
  )

  it.effect("says that both may work where the old PAT can't be revoked", () =>
    Effect.gen(function* () {
      const it = world({ revoke: () => Effect.fail(timedOut) })
      expect(yield* Effect.flip(it.rotate())).toMatchObject({
        _tag: "RotationStopped",
        step: "revoke",
        old: [{ keyId: oldKeyId, works: true }],
        newKeyId,
        undone: false,
        cause: timedOut,
      })
      expect(it.begun.filter((step) => step.startsWith("revoke"))).toHaveLength(1)
    }),
  )

  it.effect(
    "revokes the new PAT where its token is refused or can't be delivered, and never the old one",
    () =>
      Effect.gen(function* () {
        for (const [step, cause, steps] of [
          ["check", timedOut, { check: () => Effect.fail(timedOut) }],
          ["deliver", pipeClosed, { deliver: () => Effect.fail(pipeClosed) }],
        ] as const) {
          for (const works of [true, false]) {
            for (const [revoke, undone] of [
              [Effect.succeed(revoked), true],
              [Effect.fail(timedOut), false],
            ] as const) {
              const it = world({ ...steps, revoke: () => revoke })
              expect(yield* Effect.flip(it.rotate({ works }))).toMatchObject({
                _tag: "RotationStopped",
                step,
                cause,
                old: [{ keyId: oldKeyId, works }],
                newKeyId,
                undone,
              })
              expect(it.begun).toEqual([
                "create CI",
                "check t",
                ...(step === "deliver" ? [`deliver ${newKeyId}`] : []),
                `revoke ${newKeyId}`,
              ])
              expect(it.owed).toEqual([])
            }
          }
        }
      }),
  )

  it.effect("says which PATs were listed before, none of which can be the new one", () =>
    Effect.gen(function* () {
      const listed = new Set([oldKeyId, "basket-doctor-humble-figure"])
      const lost = new OutcomeUnknown({ label: "CI", found: [newKeyId], cause: timedOut })
      let told: unknown
      const it = world({
        create: (_, known) => {
          told = known
          return Effect.fail(lost)
        },
      })
      expect(yield* Effect.flip(it.rotate({ listed }))).toMatchObject({ found: [newKeyId] })
      expect(told).toBe(listed)
      expect(it.begun).toEqual(["create CI"])
    }),
  )

  it.effect("fails as the create does where that certainly did nothing", () =>
    Effect.gen(function* () {
      const it = world({ create: () => Effect.fail(timedOut) })
      expect(yield* Effect.flip(it.rotate())).toMatchObject({ _tag: "TimedOut", attempts: 3 })
      expect(it.owed).toEqual([])
    }),
  )
})

describe("an interrupted rotate", () => {
  const stopped = { _tag: "RotationStopped", old: [{ keyId: oldKeyId, works: true }], cause: undefined }

  it.effect("says that nothing was changed where the create did not say otherwise", () =>
    Effect.gen(function* () {
      let owed: ReadonlyArray<unknown> = []
      let begun: ReadonlyArray<string> = []
      yield* interrupted((hang) => {
        const it = world({ create: () => hang })
        owed = it.owed
        begun = it.begun
        return it.rotate()
      })
      expect(owed).toMatchObject([{ _tag: "RotationNotBegun", keyId: oldKeyId }])
      expect(begun).toEqual(["create CI"])
    }),
  )

  it.effect("revokes the new PAT at the check, and says whether that is certain", () =>
    Effect.gen(function* () {
      for (const [revoke, undone] of [
        [Effect.succeed(revoked), true],
        [Effect.fail(timedOut), false],
      ] as const) {
        let owed: ReadonlyArray<unknown> = []
        let begun: ReadonlyArray<string> = []
        yield* interrupted((hang) => {
          const it = world({ check: () => hang, revoke: () => revoke })
          owed = it.owed
          begun = it.begun
          return it.rotate()
        })
        expect(owed).toMatchObject([{ ...stopped, step: "check", newKeyId, undone }])
        expect(begun).toEqual(["create CI", "check t", `revoke ${newKeyId}`])
      }
    }),
  )

  it.effect("says at the last step that both may work", () =>
    Effect.gen(function* () {
      let owed: ReadonlyArray<unknown> = []
      yield* interrupted((hang) => {
        const it = world({ revoke: () => hang })
        owed = it.owed
        return it.rotate()
      })
      expect(owed).toMatchObject([{ ...stopped, step: "revoke", newKeyId, undone: false }])
    }),
  )
})

describe("a delivery that fails while an interruption waits", () => {
  /** Interrupts a run while it delivers, which fails then. */
  const run = (start: (it: ReturnType<typeof world>) => Effect.Effect<unknown, unknown>) =>
    Effect.gen(function* () {
      const delivering = yield* Deferred.make<void>()
      const it = world({
        deliver: () =>
          Deferred.succeed(delivering, undefined).pipe(
            Effect.zipRight(Effect.yieldNow()),
            Effect.zipRight(Effect.fail(pipeClosed)),
          ),
      })
      const fiber = yield* Effect.fork(start(it))
      yield* Deferred.await(delivering)
      const exit = yield* Fiber.interrupt(fiber)
      expect(Exit.isInterrupted(exit)).toBe(true)
      return it
    })

  it.effect("is said by create, and its PAT is revoked once", () =>
    Effect.gen(function* () {
      const it = yield* run(({ create }) => create)
      expect(it.owed).toMatchObject([
        { _tag: "TokenUndelivered", keyId: newKeyId, undone: true, cause: pipeClosed },
      ])
      expect(it.begun).toEqual([...made, `revoke ${newKeyId}`])
    }),
  )

  it.effect("is said by rotate, and the old PAT is left", () =>
    Effect.gen(function* () {
      const it = yield* run(({ rotate }) => rotate())
      expect(it.owed).toMatchObject([{ _tag: "RotationStopped", step: "deliver", newKeyId, undone: true }])
      expect(it.begun).toEqual(["create CI", "check t", `deliver ${newKeyId}`, `revoke ${newKeyId}`])
    }),
  )
})
