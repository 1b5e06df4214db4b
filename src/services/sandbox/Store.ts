import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { SandboxFailed } from "../../domain/Errors.ts"
import { empty, State } from "./State.ts"
import { randomName } from "./tokens.ts"

/** Where the state is kept: in memory, and in a file if there is one. */
export interface Store {
  readonly read: Effect.Effect<State>
  /**
   * Makes one change, alone and whole: it is in the file before the next one
   * begins and before the effect ends, and when it can't be written
   * (`state-unwritable`) it was not made. A change that gives back the very same
   * state is not written.
   */
  readonly modify: <A>(change: (state: State) => readonly [A, State]) => Effect.Effect<A, SandboxFailed>
  /** Writes the state as it is, so that a file that can't be written shows at the start. */
  readonly save: Effect.Effect<void, SandboxFailed>
}

const codeOf = (error: PlatformError): string => {
  const cause = error.cause
  return typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : error._tag
}

const StateFile = Schema.parseJson(State)

/**
 * Reads the state file (a missing one is an empty state) and keeps it up to
 * date. It is meant for one sandbox at a time: nothing locks it. The scope's end
 * waits for a write that has begun.
 */
export const openStore = (
  file: string | undefined,
): Effect.Effect<Store, SandboxFailed, FileSystem.FileSystem | Scope.Scope> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const lock = yield* Effect.makeSemaphore(1)
    let current = file === undefined ? empty : yield* load(fs, file)

    const put = (state: State) =>
      (file === undefined ? Effect.void : write(fs, file, state)).pipe(
        Effect.tap(() => {
          current = state
        }),
        // A client that hangs up must not leave half a change behind.
        Effect.uninterruptible,
      )

    yield* Effect.addFinalizer(() => lock.withPermits(1)(Effect.void))
    return {
      read: Effect.sync(() => current),
      modify: (change) =>
        lock.withPermits(1)(
          Effect.suspend(() => {
            const [result, next] = change(current)
            return next === current ? Effect.succeed(result) : Effect.as(put(next), result)
          }),
        ),
      save: lock.withPermits(1)(Effect.suspend(() => put(current))),
    }
  })

const load = (fs: FileSystem.FileSystem, file: string): Effect.Effect<State, SandboxFailed> => {
  const unreadable = (code: string | undefined) =>
    new SandboxFailed({ reason: "state-unreadable", subject: file, code })
  return fs.readFileString(file).pipe(
    Effect.matchEffect({
      onFailure: (error) => {
        const code = codeOf(error)
        return code === "ENOENT" ? Effect.succeed(empty) : Effect.fail(unreadable(code))
      },
      // The parse error would quote the file, and says no more that helps.
      onSuccess: (text) => Effect.mapError(Schema.decode(StateFile)(text), () => unreadable(undefined)),
    }),
  )
}

/** Whole by rename: whoever reads the file sees the old state or the new one, never a part. */
const write = (fs: FileSystem.FileSystem, file: string, state: State) => {
  const temporary = `${file}.${randomName()}.tmp`
  return fs
    .writeFileString(temporary, `${JSON.stringify(state, null, 2)}\n`, { flag: "wx", mode: 0o600 })
    .pipe(
      Effect.zipRight(fs.rename(temporary, file)),
      Effect.onError(() => Effect.ignore(fs.remove(temporary))),
      Effect.mapError(
        (error) => new SandboxFailed({ reason: "state-unwritable", subject: file, code: codeOf(error) }),
      ),
    )
}
