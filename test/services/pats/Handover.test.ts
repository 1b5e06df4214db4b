import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { DeliveryFailed, OutcomeUnknown, PatNotFound } from "../../../src/domain/Errors.ts"
import { KeyId } from "../../../src/domain/KeyId.ts"
import { fromItem } from "../../../src/domain/Pat.ts"
import type { OldPat, Rotation } from "../../../src/domain/Rotation.ts"
import { created, handing, newKeyId, revoked, timedOut } from "../../support/world/handover.ts"
import { newPat } from "../../support/world/services.ts"

const ci = newPat("CI", ["job"])
const oldKeyId = KeyId.make("law-hotel-shape-community")
const thirdKeyId = KeyId.make("basket-doctor-humble-figure")
const notFound = new PatNotFound({ keyId: newKeyId, status: 404 })
const old: OldPat = { keyId: oldKeyId, works: true, own: false }
const pipeClosed = new DeliveryFailed({ target: "stdout", why: "EPIPE" })

/** The uses of `Handover` over steps of which each succeeds unless it is told otherwise. */
const start = (steps: Parameters<typeof handing>[0] = {}) => {
  const { begun, counts, deliver, told, using } = handing(steps)
  return {
    begun,
    counts,
    told,
    create: using((service) => service.create(ci, deliver)),
    rotate: (given: Partial<OldPat & Omit<Rotation, "old" | "pat">> = {}) =>
      using((handover) => {
        const { keep = false, pats = [fromItem({ key_id: oldKeyId })], ...rest } = given
        return handover.rotate({ _tag: "Rotation", pat: ci, old: [{ ...old, ...rest }], pats, keep }, deliver)
      }),
    rotateAll: (...all: ReadonlyArray<OldPat>) =>
      using((service) =>
        service.rotate({ _tag: "Rotation", pat: ci, old: all, pats: [], keep: false }, deliver),
      ),
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

const made = ["create", `deliver ${newKeyId}`]

describe("create", () => {
  it.effect("delivers the new token", () =>
    Effect.gen(function* () {
      const handover = start()
      expect(yield* handover.create).toBe(created)
      expect(handover.begun).toEqual(made)
    }),
  )

  it.effect("delivers nothing if the create fails", () =>
    Effect.gen(function* () {
      const handover = start({ create: () => Effect.fail(timedOut) })
      expect(yield* Effect.flip(handover.create)).toMatchObject({ _tag: "TimedOut", attempts: 3 })
      expect(handover.begun).toEqual(["create"])
    }),
  )

  it.effect.each([
    { what: "was revoked", revoke: Effect.succeed(revoked), gone: true },
    { what: "is gone already", revoke: Effect.fail(notFound), gone: true },
    { what: "may be left", revoke: Effect.fail(timedOut), gone: false },
  ])("revokes a PAT whose token can't be delivered, and says that it $what", ({ gone, revoke }) =>
    Effect.gen(function* () {
      const handover = start({ deliver: () => Effect.fail(pipeClosed), revoke: () => revoke })
      expect(yield* Effect.flip(handover.create)).toMatchObject({
        _tag: "TokenUndelivered",
        keyId: newKeyId,
        revoked: gone,
        cause: pipeClosed,
      })
      expect(handover.begun).toEqual([...made, `revoke ${newKeyId}`])
    }),
  )

  it.effect.each([{ keyId: undefined }, { keyId: "../pat" }, { keyId: "" }])(
    "revokes nothing if the answer has no valid key ID: $keyId",
    ({ keyId }) =>
      Effect.gen(function* () {
        const handover = start({
          create: () => Effect.succeed({ ...created, keyId }),
          deliver: () => Effect.fail(pipeClosed),
        })
        expect(yield* Effect.flip(handover.create)).toMatchObject({ keyId, revoked: false })
        expect(handover.begun).toEqual(["create", `deliver ${keyId}`])
      }),
  )

  it.effect("can be interrupted before the token arrives, but not while it is delivered", () =>
    Effect.gen(function* () {
      let delivered = false
      yield* interrupted(
        (hang) => start({ create: () => hang, deliver: () => Effect.die("delivered") }).create,
      )
      const delivering = yield* Deferred.make<void>()
      const fiber = yield* Effect.fork(
        start({
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
  it.effect("creates, checks and delivers the new token, then revokes the old PAT", () =>
    Effect.gen(function* () {
      for (const own of [true, false]) {
        const handover = start()
        expect(yield* handover.rotate({ own })).toEqual([{ ...revoked, keyId: oldKeyId, already: false }])
        expect(handover.begun).toEqual([
          "create",
          "check t",
          `deliver ${newKeyId}`,
          "check t",
          `revoke ${oldKeyId}, ${own ? "own" : "other"}`,
        ])
        expect(handover.told).toEqual([])
      }
    }),
  )

  it.effect("doesn't revoke an old PAT that has expired or is kept", () =>
    Effect.gen(function* () {
      for (const given of [{ works: false }, { keep: true }]) {
        const handover = start()
        expect(yield* handover.rotate(given)).toEqual([])
        expect(handover.begun).toEqual(["create", "check t", `deliver ${newKeyId}`, "check t"])
      }
    }),
  )

  it.effect("revokes several old PATs, ending with the one that signs in", () =>
    Effect.gen(function* () {
      const handover = start()
      const all = [
        { ...old, own: true },
        { ...old, keyId: thirdKeyId },
      ]
      expect((yield* handover.rotateAll(...all)).map(({ keyId }) => keyId)).toEqual([thirdKeyId, oldKeyId])
      expect(handover.begun.slice(4)).toEqual([`revoke ${thirdKeyId}, other`, `revoke ${oldKeyId}, own`])
      expect(handover.counts).toEqual(["0/2", "1/2", "2/2", "over"])
    }),
  )

  it.effect("revokes the others if one of several can't be revoked, and names that one", () =>
    Effect.gen(function* () {
      const handover = start({
        revoke: (keyId) => (keyId === thirdKeyId ? Effect.fail(timedOut) : Effect.succeed(revoked)),
      })
      expect(yield* Effect.flip(handover.rotateAll({ ...old, keyId: thirdKeyId }, old))).toMatchObject({
        _tag: "RotationStopped",
        step: "revoke",
        old: [{ keyId: thirdKeyId, works: true }],
        cause: timedOut,
      })
      expect(handover.begun).toHaveLength(6)
      expect(handover.counts).toEqual(["0/2", "1/2", "over"])
    }),
  )

  it.effect("succeeds if somebody else has already revoked the old PAT", () =>
    Effect.gen(function* () {
      const handover = start({ revoke: () => Effect.fail(notFound) })
      expect(yield* handover.rotate()).toEqual([{ ...revoked, keyId: oldKeyId, already: true }])
      expect(handover.counts).toEqual(["over"])
    }),
  )

  it.effect("says that both PATs may work if the old one can't be revoked", () =>
    Effect.gen(function* () {
      const handover = start({ revoke: () => Effect.fail(timedOut) })
      expect(yield* Effect.flip(handover.rotate())).toMatchObject({
        _tag: "RotationStopped",
        step: "revoke",
        old: [{ keyId: oldKeyId, works: true }],
        newKeyId,
        newRevoked: false,
        cause: timedOut,
      })
      expect(handover.begun.filter((step) => step.startsWith("revoke"))).toHaveLength(1)
    }),
  )

  const failing = {
    check: { cause: timedOut, steps: { check: () => Effect.fail(timedOut) }, begun: ["create", "check t"] },
    deliver: {
      cause: pipeClosed,
      steps: { deliver: () => Effect.fail(pipeClosed) },
      begun: ["create", "check t", `deliver ${newKeyId}`],
    },
  }

  it.effect.each([
    { step: "check", works: true, revoke: Effect.succeed(revoked), newRevoked: true },
    { step: "check", works: false, revoke: Effect.succeed(revoked), newRevoked: true },
    { step: "check", works: true, revoke: Effect.fail(timedOut), newRevoked: false },
    { step: "check", works: false, revoke: Effect.fail(timedOut), newRevoked: false },
    { step: "deliver", works: true, revoke: Effect.succeed(revoked), newRevoked: true },
    { step: "deliver", works: false, revoke: Effect.succeed(revoked), newRevoked: true },
    { step: "deliver", works: true, revoke: Effect.fail(timedOut), newRevoked: false },
    { step: "deliver", works: false, revoke: Effect.fail(timedOut), newRevoked: false },
  ] as const)(
    "revokes only the new PAT if the step $step fails (old PAT works: $works; new one revoked: $newRevoked)",
    ({ newRevoked, revoke, step, works }) =>
      Effect.gen(function* () {
        const { begun, cause, steps } = failing[step]
        const handover = start({ ...steps, revoke: () => revoke })
        expect(yield* Effect.flip(handover.rotate({ works }))).toMatchObject({
          _tag: "RotationStopped",
          step,
          cause,
          old: [{ keyId: oldKeyId, works }],
          newKeyId,
          newRevoked,
        })
        expect(handover.begun).toEqual([...begun, `revoke ${newKeyId}`])
        expect(handover.told).toEqual([])
      }),
  )

  it.effect("ignores PATs that were listed before when it looks for the new one", () =>
    Effect.gen(function* () {
      const listed = [oldKeyId, "basket-doctor-humble-figure"]
      const lost = new OutcomeUnknown({ label: "CI", found: [newKeyId], cause: timedOut })
      let told: unknown
      const handover = start({
        create: (_, known) => {
          told = known
          return Effect.fail(lost)
        },
      })
      expect(
        yield* Effect.flip(handover.rotate({ pats: listed.map((key_id) => fromItem({ key_id })) })),
      ).toMatchObject({ found: [newKeyId] })
      expect(told).toEqual(new Set(listed))
      expect(handover.begun).toEqual(["create"])
    }),
  )

  it.effect("fails with the create's error if that certainly had no effect", () =>
    Effect.gen(function* () {
      const handover = start({ create: () => Effect.fail(timedOut) })
      expect(yield* Effect.flip(handover.rotate())).toMatchObject({ _tag: "TimedOut", attempts: 3 })
      expect(handover.told).toEqual([])
    }),
  )
})

describe("an interrupted rotate", () => {
  const stopped = { _tag: "RotationStopped", old: [{ keyId: oldKeyId, works: true }], cause: undefined }

  it.effect("says that nothing was changed, unless the create says otherwise", () =>
    Effect.gen(function* () {
      let told: ReadonlyArray<unknown> = []
      let begun: ReadonlyArray<string> = []
      yield* interrupted((hang) => {
        const handover = start({ create: () => hang })
        told = handover.told
        begun = handover.begun
        return handover.rotate()
      })
      expect(told).toMatchObject([{ _tag: "RotationNotBegun", keyId: oldKeyId }])
      expect(begun).toEqual(["create"])
    }),
  )

  it.effect("revokes the new PAT during the check, and says whether that is certain", () =>
    Effect.gen(function* () {
      for (const [revoke, newRevoked] of [
        [Effect.succeed(revoked), true],
        [Effect.fail(timedOut), false],
      ] as const) {
        let told: ReadonlyArray<unknown> = []
        let begun: ReadonlyArray<string> = []
        yield* interrupted((hang) => {
          const handover = start({ check: () => hang, revoke: () => revoke })
          told = handover.told
          begun = handover.begun
          return handover.rotate()
        })
        expect(told).toMatchObject([{ ...stopped, step: "check", newKeyId, newRevoked }])
        expect(begun).toEqual(["create", "check t", `revoke ${newKeyId}`])
      }
    }),
  )

  it.effect("says during the last step that both PATs may work", () =>
    Effect.gen(function* () {
      let told: ReadonlyArray<unknown> = []
      yield* interrupted((hang) => {
        const handover = start({ revoke: () => hang })
        told = handover.told
        return handover.rotate()
      })
      expect(told).toMatchObject([{ ...stopped, step: "revoke", newKeyId, newRevoked: false }])
    }),
  )
})

describe("a delivery that fails while an interruption waits", () => {
  /** Interrupts a run while it delivers, which fails then. */
  const run = (use: (handover: ReturnType<typeof start>) => Effect.Effect<unknown, unknown>) =>
    Effect.gen(function* () {
      const delivering = yield* Deferred.make<void>()
      const handover = start({
        deliver: () =>
          Deferred.succeed(delivering, undefined).pipe(
            Effect.zipRight(Effect.yieldNow()),
            Effect.zipRight(Effect.fail(pipeClosed)),
          ),
      })
      const fiber = yield* Effect.fork(use(handover))
      yield* Deferred.await(delivering)
      const exit = yield* Fiber.interrupt(fiber)
      expect(Exit.isInterrupted(exit)).toBe(true)
      return handover
    })

  it.effect("is reported by create, and its PAT is revoked once", () =>
    Effect.gen(function* () {
      const handover = yield* run(({ create }) => create)
      expect(handover.told).toMatchObject([
        { _tag: "TokenUndelivered", keyId: newKeyId, revoked: true, cause: pipeClosed },
      ])
      expect(handover.begun).toEqual([...made, `revoke ${newKeyId}`])
    }),
  )

  it.effect("is reported by rotate, and the old PAT is kept", () =>
    Effect.gen(function* () {
      const handover = yield* run(({ rotate }) => rotate())
      expect(handover.told).toMatchObject([
        { _tag: "RotationStopped", step: "deliver", newKeyId, newRevoked: true },
      ])
      expect(handover.begun).toEqual(["create", "check t", `deliver ${newKeyId}`, `revoke ${newKeyId}`])
    }),
  )
})
