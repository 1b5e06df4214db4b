import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as SynchronizedRef from "effect/SynchronizedRef"
import { SandboxFailed } from "../../domain/Errors.ts"
import { empty, State } from "./State.ts"
import { randomName } from "./tokens.ts"

/** Where the state is kept. */
export interface Store {
  /**
   * Makes one change, alone and whole, and gives what came of it. When it can't
   * be written (`state-unwritable`) it was not made.
   */
  readonly modify: <A>(
    change: (state: State) => Effect.Effect<readonly [A, State]>,
  ) => Effect.Effect<A, SandboxFailed>
}

/** A store in memory. */
export const inMemory = (initial: State = empty): Effect.Effect<Store> =>
  Effect.map(SynchronizedRef.make(initial), (state) => ({
    modify: (change) => Effect.uninterruptible(SynchronizedRef.modifyEffect(state, change)),
  }))

const codeOf = (error: PlatformError): string => {
  const cause = error.cause
  return typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : error._tag
}

const unwritable = (file: string, error: PlatformError) =>
  new SandboxFailed({ reason: "state-unwritable", subject: file, code: codeOf(error) })

const StateFile = Schema.parseJson(State)

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}

/** Keeps other sandboxes off the file, by a file beside it with our process ID, until the scope ends. */
const lock = (fs: FileSystem.FileSystem, file: string) => {
  const path = `${file}.lock`
  const take = fs.writeFileString(path, `${process.pid}\n`, { flag: "wx", mode: 0o600 })
  // A sandbox that was killed leaves its lock behind: the ID in it is of no process any more.
  const takeOver = Effect.gen(function* () {
    if (isAlive(Number(yield* fs.readFileString(path)))) {
      return yield* new SandboxFailed({ reason: "state-locked", subject: file, code: undefined })
    }
    yield* fs.remove(path)
    yield* take
  })
  return Effect.acquireRelease(
    take.pipe(
      Effect.catchIf(
        (error) => codeOf(error) === "EEXIST",
        () => takeOver,
      ),
      Effect.mapError((error) => (error._tag === "SandboxFailed" ? error : unwritable(file, error))),
    ),
    () => Effect.ignore(fs.remove(path)),
  )
}

/** The file that a path means, behind symbolic links: that one is replaced, and the links stay. */
const behindLinks = (fs: FileSystem.FileSystem, file: string) =>
  Effect.orElse(fs.realPath(file), () => Effect.succeed(file))

/**
 * A store that reads the state file (a missing or empty one is a fresh state)
 * and keeps it up to date: a change is in the file before the next one begins
 * and before `modify` ends. The file is written once at the start, so that one
 * that can't be written shows at once. It is for one sandbox at a time: a second
 * one fails (`state-locked`). The scope's end waits for a write that has begun.
 */
export const inFile = (
  named: string,
  seed: State = empty,
): Effect.Effect<Store, SandboxFailed, FileSystem.FileSystem | Scope.Scope> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const file = yield* behindLinks(fs, named)
    yield* lock(fs, file)
    const current = yield* SynchronizedRef.make(yield* load(fs, file, seed))
    const update: Store["modify"] = (change) =>
      SynchronizedRef.modifyEffect(current, (state) =>
        Effect.tap(change(state), ([, next]) => (next === state ? Effect.void : write(fs, file, next))),
      )
    yield* Effect.addFinalizer(() => SynchronizedRef.updateEffect(current, Effect.succeed))
    yield* SynchronizedRef.updateEffect(current, (state) => Effect.as(write(fs, file, state), state))
    // A client that hangs up must not leave half a change behind.
    return { modify: (change) => Effect.uninterruptible(update(change)) }
  })

const load = (fs: FileSystem.FileSystem, file: string, fresh: State): Effect.Effect<State, SandboxFailed> => {
  const unreadable = (code: string | undefined) =>
    new SandboxFailed({ reason: "state-unreadable", subject: file, code })
  return fs.readFileString(file).pipe(
    Effect.matchEffect({
      onFailure: (error) => {
        const code = codeOf(error)
        return code === "ENOENT" ? Effect.succeed(fresh) : Effect.fail(unreadable(code))
      },
      // The parse error would quote the file, and says no more that helps.
      onSuccess: (text) =>
        text.trim() === ""
          ? Effect.succeed(fresh)
          : Schema.decode(StateFile)(text).pipe(
              Effect.mapBoth({
                onFailure: () => unreadable(undefined),
                onSuccess: (state) => (state.dealt === 0 && state.pats.length === 0 ? fresh : state),
              }),
            ),
    }),
  )
}

/** Whole by rename: whoever reads the file sees the old state or the new one, never a part. */
const write = (fs: FileSystem.FileSystem, file: string, state: State) =>
  Effect.flatMap(randomName, (name) => {
    const temporary = `${file}.${name}.tmp`
    return fs
      .writeFileString(temporary, `${JSON.stringify(state, null, 2)}\n`, { flag: "wx", mode: 0o600 })
      .pipe(
        Effect.zipRight(fs.rename(temporary, file)),
        Effect.onError(() => Effect.ignore(fs.remove(temporary))),
        Effect.mapError((error) => unwritable(file, error)),
      )
  })
