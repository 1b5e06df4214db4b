import * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { BearerToken } from "../../domain/Envelope.ts"
import { codeOf, Files, isForeign, wordsOf } from "../Files.ts"
import { Process } from "../Process.ts"
import { Account } from "../settings/Account.ts"
import { Connection } from "../settings/Connection.ts"

/** The file's form, shared with the other zpools.io clients. `expires_at` is in seconds since the epoch. */
const CacheFile = Schema.suspend(() =>
  Schema.parseJson(
    Schema.Struct({
      access_token: BearerToken,
      id_token: Schema.optionalWith(Schema.NullOr(Schema.String), { default: () => null }),
      expires_at: Schema.Number,
    }),
  ),
)

/** What is kept of a sign-in. */
export interface CachedTokens {
  readonly accessToken: Redacted.Redacted
  readonly idToken: Redacted.Redacted | undefined
  /** Seconds since the epoch. */
  readonly expiresAt: number
}

/**
 * JWTs kept between runs, only when `ZPOOL_TOKEN_CACHE_DIR` is set. It is an
 * optimisation: an unusable cache costs a warning and a sign-in, but never fails
 * the command. A folder or file that others can write, that another user owns,
 * or a symbolic link in the file's place is not used.
 */
export class TokenCache extends Context.Tag("zpcli/TokenCache")<
  TokenCache,
  {
    /** The user's access token, if there is one that is still valid. */
    readonly read: (user: string) => Effect.Effect<Option.Option<Redacted.Redacted>>
    readonly write: (user: string, tokens: CachedTokens) => Effect.Effect<void>
    readonly drop: (user: string) => Effect.Effect<void>
  }
>() {
  static readonly make = Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const files = yield* Files
    const { isWindows, uid: me } = yield* Process
    const { api } = yield* Connection
    const { tokenCacheDir } = yield* Account
    const pathFor = (dir: string, user: string) => `${dir}/${fileName(api.host, user, isWindows)}`

    let warned = false
    /** Warns once in a run: the reason is the same for reading and for writing. */
    const ignored = (path: string, why: string) =>
      Effect.suspend(() => {
        if (warned) return Effect.void
        warned = true
        return Effect.logWarning(`The token cache ${path} is not used: ${why}.`)
      })

    /** What keeps a folder or file from being trusted. */
    const distrust = (kind: "File" | "Directory", { mode, type, uid }: FileSystem.File.Info) => {
      // A named pipe in the file's place would be waited for.
      if (type !== kind) return kind === "File" ? "it is not a file" : "it is not a folder"
      if (isForeign(Option.getOrUndefined(uid), me)) return "it belongs to another user"
      return me !== undefined && (mode & 0o022) !== 0 ? "other users can write to it" : undefined
    }

    /** Whether a folder or file may be used. It warns if not, and fails if there is none. */
    const trusted = (path: string, kind: "File" | "Directory") =>
      Effect.flatMap(fs.stat(path), (info) => {
        const why = distrust(kind, info)
        return why === undefined ? Effect.succeed(true) : Effect.as(ignored(path, why), false)
      })

    const read = Effect.fn("TokenCache.read")(function* (user: string) {
      const none = Option.none<Redacted.Redacted>()
      if (Option.isNone(tokenCacheDir)) return none
      const dir = tokenCacheDir.value
      const path = pathFor(dir, user)
      return yield* Effect.gen(function* () {
        if (!(yield* trusted(dir, "Directory"))) return none
        if (yield* Effect.isSuccess(fs.readLink(path))) {
          yield* ignored(path, "it is a symbolic link")
          return none
        }
        if (!(yield* trusted(path, "File"))) return none
        const cached = yield* Schema.decode(CacheFile)(yield* fs.readFileString(path))
        const now = yield* Clock.currentTimeMillis
        return cached.expires_at * 1000 > now ? Option.some(cached.access_token) : none
      }).pipe(
        Effect.catchAll((error) =>
          // A damaged file is ignored, and so is a missing one.
          error._tag === "ParseError" || codeOf(error) === "ENOENT"
            ? Effect.succeed(none)
            : Effect.as(ignored(path, `it can't be read (${codeOf(error)})`), none),
        ),
      )
    })

    const write = Effect.fn("TokenCache.write")(function* (user: string, tokens: CachedTokens) {
      if (Option.isNone(tokenCacheDir)) return
      const dir = tokenCacheDir.value
      const path = pathFor(dir, user)
      yield* Effect.gen(function* () {
        // It can't be trusted before it is there.
        const trust = Effect.catchIf(
          trusted(dir, "Directory"),
          (error) => codeOf(error) === "ENOENT",
          () => Effect.succeed(true),
        )
        if (!(yield* trust)) return
        const text = JSON.stringify({
          access_token: Redacted.value(tokens.accessToken),
          id_token: tokens.idToken === undefined ? null : Redacted.value(tokens.idToken),
          expires_at: tokens.expiresAt,
        })
        yield* files.cache(path, new TextEncoder().encode(text))
      }).pipe(
        Effect.catchAll((error) => {
          const code = error._tag === "CannotWrite" ? error.code : codeOf(error)
          const words = error._tag === "CannotWrite" ? wordsOf(error) : undefined
          return ignored(path, `it ${words ?? `can't be written (${code})`}`)
        }),
      )
    })

    const drop = (user: string) =>
      Option.isNone(tokenCacheDir)
        ? Effect.void
        : Effect.ignore(fs.remove(pathFor(tokenCacheDir.value, user)))

    return TokenCache.of({ read, write, drop })
  })

  static readonly layer = Layer.effect(this, this.make)
}

/**
 * The file's name for a host and user: `zpool_token_<host>_<user>`, as the other
 * clients write it, with characters percent-encoded that could lead out of the folder.
 */
export const fileName = (host: string, user: string, isWindows: boolean): string => {
  const safe = (part: string) =>
    part
      .replace(/[^A-Za-z0-9._@+:~-]/gu, (char) => encodeURIComponent(char))
      .replaceAll("..", "%2E%2E")
      .replaceAll(":", isWindows ? "_" : ":")
  return `zpool_token_${safe(host)}_${safe(user)}`
}
