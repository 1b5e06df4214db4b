import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import { formatter } from "../../../src/cli/output/time.ts"

const tokyo = DateTime.zoneUnsafeMakeNamed("Asia/Tokyo")
const berlin = DateTime.zoneUnsafeMakeNamed("Europe/Berlin")
const winter = Date.UTC(2026, 0, 26, 2, 5, 37, 999)
const summer = Date.UTC(2026, 6, 1, 23, 30, 0)

describe("times", () => {
  it("are shown in UTC, without fractions of a second", () => {
    const format = formatter(false, tokyo)
    expect(format(winter, "-")).toBe("2026-01-26 02:05:37 UTC")
    expect(format(0, "-")).toBe("1970-01-01 00:00:00 UTC")
  })

  it.each([
    ["Europe/Berlin", "2026-01-26 03:05:37 CET", "2026-07-02 01:30:00 CEST"],
    ["America/New_York", "2026-01-25 21:05:37 EST", "2026-07-01 19:30:00 EDT"],
    ["Europe/London", "2026-01-26 02:05:37 GMT", "2026-07-02 00:30:00 BST"],
    ["Asia/Kolkata", "2026-01-26 07:35:37 IST", "2026-07-02 05:00:00 IST"],
    ["Asia/Tokyo", "2026-01-26 11:05:37 GMT+9", "2026-07-02 08:30:00 GMT+9"],
    ["UTC", "2026-01-26 02:05:37 UTC", "2026-07-01 23:30:00 UTC"],
  ])("are shown in local time with --local, in %s", (zone, inWinter, inSummer) => {
    const format = formatter(true, DateTime.zoneUnsafeMakeNamed(zone))
    expect(format(winter, "-")).toBe(inWinter)
    expect(format(summer, "-")).toBe(inSummer)
  })

  it.each([
    ["0001-01-01T00:00:00Z", "0001-01-01 ", "0001-01-01 00:00:00 UTC"],
    ["0099-03-01T12:00:00Z", "0099-03-01 ", "0099-03-01 12:00:00 UTC"],
    ["0000-06-01T00:00:00Z", "0000-06-01 ", "0000-06-01 00:00:00 UTC"],
    ["9999-12-31T20:00:00Z", "+010000-01-01 05:00:00", "9999-12-31 20:00:00 UTC"],
  ])("have years of at least four digits: %s", (instant, inTokyo, inUtc) => {
    expect(formatter(true, tokyo)(Date.parse(instant), "-")).toContain(inTokyo)
    expect(formatter(false)(Date.parse(instant), "-")).toBe(inUtc)
  })

  it("change the name of their zone at the hour when the clock changes", () => {
    const format = formatter(true, berlin)
    const change = Date.UTC(2026, 2, 29, 1)
    expect(format(change - 1000, "-")).toBe("2026-03-29 01:59:59 CET")
    expect(format(change, "-")).toBe("2026-03-29 03:00:00 CEST")
  })

  it("are shown as received if they're unreadable, and as the caller says if they're missing", () => {
    for (const local of [false, true]) {
      const format = formatter(local, berlin)
      expect(format("soon", "-")).toBe("soon")
      expect(format(undefined, "Never")).toBe("Never")
      expect(format(undefined, "-")).toBe("-")
    }
  })
})
