import { dirname } from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HashSet from "effect/HashSet"
import { CannotWrite, Files, type Rules, type Writer } from "../files.ts"
import { Process } from "../Process.ts"
import { checkLock, staleMillis, tryLock } from "./lockFile.ts"
import { look, Refused } from "./place.ts"
import { isOthersPlace, makeFolders, putWhole } from "./wholeFile.ts"
import { openWriter } from "./writer.ts"

/** Runs what throws, in one step: no signal comes in between. */
const attempt = <A>(run: (me: number | undefined) => A): Effect.Effect<A, CannotWrite> =>
  Effect.flatMap(Process, ({ uid }) =>
    Effect.try({
      try: () => run(uid),
      catch: (error) => {
        if (error instanceof Refused) return new CannotWrite({ obstacle: error.obstacle })
        const { code } = error as NodeJS.ErrnoException
        if (code === undefined) throw error
        return new CannotWrite({ obstacle: "system", code })
      },
    }),
  )

/** How often a lock that somebody has is tried, in milliseconds. */
const pollMillis = 50

/** Takes the lock of a file once nobody else has it. */
const lock = (path: string, rules: Rules) =>
  Effect.acquireRelease(
    Effect.gen(function* () {
      const since = yield* Clock.currentTimeMillis
      while (true) {
        const now = yield* Clock.currentTimeMillis
        const release = yield* attempt((me) => tryLock(look(path, rules, me), now, me))
        if (release !== undefined) return release
        // Where this can't be interrupted, an interruption ends the wait all the same.
        const { interruptors } = yield* Effect.descriptor
        if (now - since > staleMillis || HashSet.size(interruptors) > 0) {
          return yield* new CannotWrite({ obstacle: "locked" })
        }
        yield* Effect.sleep(pollMillis)
      }
    }),
    (release) => Effect.sync(release),
  )

/** The `Files` of a real process. */
export const files = Files.of({
  look: (path, rules) =>
    attempt((me) => {
      const { target } = look(path, rules, me)
      if (rules.takeTurns) checkLock(target, me)
    }),
  open: (path, rules) =>
    Effect.gen(function* () {
      if (rules.takeTurns) yield* lock(path, rules)
      const { write } = yield* Effect.acquireRelease(
        attempt((me) => openWriter(look(path, rules, me))),
        ({ close }) => Effect.sync(close),
      )
      return { write: (content) => attempt(() => write(content)) } satisfies Writer
    }),
  cache: (path, content) =>
    attempt((me) => {
      if (isOthersPlace(dirname(path), me)) throw new Refused("foreign-folder")
      makeFolders(dirname(path))
      look(path, { replace: true }, me)
      putWhole(path, content)
    }),
})
