import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { parseSeed } from "./Seed.ts"

const day = 86_400_000

/** PATs of each kind, so that a first `pat list` has something to show. Times are in days from now. */
const pats: ReadonlyArray<
  readonly [
    keyId: string,
    label: string,
    scopes: ReadonlyArray<string>,
    created: number,
    /** The last 00:00 UTC that is no later. */
    expiry: number | null,
    used: readonly [last: number, count: number] | null,
    status?: "revoked",
  ]
> = [
  ["apple-ink-open-idea", "laptop", ["*"], -412, null, [-0.2, 1893]],
  ["river-glass-knot-unit", "old deploy key", ["sshkey"], -310, null, [-95, 64], "revoked"],
  [
    "table-hill-calm-year",
    "Nightly snapshots of the staging zpools, by cron on backup-2",
    ["zpool", "job", "sshkey"],
    -240,
    125,
    [-0.6, 240],
  ],
  ["quilt-arrow-warm-group", "billing report", ["billing"], -200, -19, [-21, 6]],
  ["saddle-yard-dusty-energy", "account audit", ["pat", "billing"], -170, null, [-130, 2]],
  ["valley-eagle-quiet-height", "staging tests", ["zpool", "job"], -120, 245, null],
  ["anchor-lemon-plain-season", "my-project CI", ["job"], -84, 7, [-1.3, 83]],
]

/** The seed that is built in, by the clock of the sandbox. */
export const demo = Effect.gen(function* () {
  const now = yield* Clock.currentTimeMillis
  const items = pats.map(([key_id, label, scopes, created, expiry, used, status]) => ({
    ...{ key_id, label, scopes, status },
    created_at: new Date(now + created * day),
    expiry_at: expiry === null ? null : new Date(Math.floor(now / day + expiry) * day),
    ...(used && {
      last_used_at: new Date(now + used[0] * day),
      usage_count: used[1],
      last_ip: "203.0.113.7",
      last_ua: "zpcli/0.1.0",
    }),
  }))
  return yield* Effect.orDie(parseSeed(JSON.stringify(items)))
})
