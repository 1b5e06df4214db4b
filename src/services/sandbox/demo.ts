import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { parseSeed } from "./Seed.ts"

const day = 86_400_000

/** PATs of each kind, so that a first `pat list` has something to show, with times relative to an instant. */
const itemsAt = (now: number) => {
  const after = (days: number) => new Date(now + days * day).toISOString()
  /** PATs end at 00:00 UTC: the last one that is no more than so many days later. */
  const midnightAfter = (days: number) => new Date(Math.floor(now / day + days) * day).toISOString()
  const used = { last_ip: "203.0.113.7", last_ua: "zpcli/0.1.0" }
  return [
    {
      key_id: "apple-ink-open-idea",
      label: "laptop",
      scopes: ["*"],
      created_at: after(-412),
      last_used_at: after(-0.2),
      usage_count: 1893,
      ...used,
    },
    {
      key_id: "river-glass-knot-unit",
      label: "old deploy key",
      scopes: ["sshkey"],
      status: "revoked",
      created_at: after(-310),
      last_used_at: after(-95),
      usage_count: 64,
      ...used,
    },
    {
      key_id: "table-hill-calm-year",
      label: "Nightly snapshots of the staging zpools, by cron on backup-2",
      scopes: ["zpool", "job", "sshkey"],
      created_at: after(-240),
      expiry_at: midnightAfter(125),
      last_used_at: after(-0.6),
      usage_count: 240,
      ...used,
    },
    {
      key_id: "quilt-arrow-warm-group",
      label: "billing report",
      scopes: ["billing"],
      created_at: after(-200),
      expiry_at: midnightAfter(-19),
      last_used_at: after(-21),
      usage_count: 6,
      ...used,
    },
    {
      key_id: "saddle-yard-dusty-energy",
      label: "account audit",
      scopes: ["pat", "billing"],
      created_at: after(-170),
      last_used_at: after(-130),
      usage_count: 2,
      ...used,
    },
    {
      key_id: "valley-eagle-quiet-height",
      label: "staging tests",
      scopes: ["zpool", "job"],
      created_at: after(-120),
      expiry_at: midnightAfter(245),
    },
    {
      key_id: "anchor-lemon-plain-season",
      label: "my-project CI",
      scopes: ["job"],
      created_at: after(-84),
      expiry_at: midnightAfter(7),
      last_used_at: after(-1.3),
      usage_count: 83,
      ...used,
    },
  ]
}

/** The seed that is built in, by the clock of the sandbox. */
export const demo = Effect.gen(function* () {
  const now = yield* Clock.currentTimeMillis
  return yield* Effect.orDie(parseSeed(JSON.stringify(itemsAt(now))))
})
