import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import * as Expiry from "../../src/domain/Expiry.ts"

// A calendar of its own, without `Date`: the Gregorian rule, and days counted one month after the other.
const isLeap = (year: number) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
const lengthOf = (year: number, month: number) =>
  month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31
const pad = (value: number, width: number) => String(value).padStart(width, "0")
const written = (year: number, month: number, day: number) =>
  `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`

const dayMillis = 86_400_000
/** Year, month and day of an instant from 1970 on. */
const civil = (millis: number): readonly [number, number, number] => {
  let days = Math.floor(millis / dayMillis)
  let year = 1970
  while (days >= (isLeap(year) ? 366 : 365)) days -= isLeap(year++) ? 366 : 365
  let month = 1
  while (days >= lengthOf(year, month)) days -= lengthOf(year, month++)
  return [year, month, days + 1]
}

const instant = FastCheck.integer({ min: 0, max: 4_000_000_000_000 })
const fixedUnits = { h: 3_600_000, d: dayMillis, w: 7 * dayMillis } as const

const reasonOf = (value: string) =>
  Either.isRight(Expiry.parseDate(value)) ? "accepted" : Expiry.problem(value)

describe("parseDate", () => {
  it.prop(
    "accepts exactly the days of the calendar",
    [
      FastCheck.integer({ min: 0, max: 9999 }),
      FastCheck.integer({ min: 0, max: 13 }),
      FastCheck.integer({ min: 0, max: 32 }),
    ],
    ([year, month, day]) => {
      const exists = year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= lengthOf(year, month)
      expect(reasonOf(written(year, month, day))).toBe(exists ? "accepted" : "no-such-day")
    },
    { fastCheck: { numRuns: 2000 } },
  )

  it.each(["2025-02-30", "2025-02-29", "2023-04-31", "1900-02-29", "2100-02-29", "2025-13-01", "2025-00-10"])(
    "refuses %s",
    (value) => {
      expect(reasonOf(value)).toBe("no-such-day")
    },
  )

  it.each(["2000-02-29", "2024-02-29", "0096-02-29", "0001-01-01", "9999-12-31"])("accepts %s", (value) => {
    expect(Expiry.parseDate(value)).toStrictEqual(Either.right(value))
  })

  it.each([
    "",
    "2025-1-1",
    "2025/01/01",
    "20250101",
    "2025-01-01T00:00Z",
    " 2025-01-01",
    "2025-01-01\n",
    "٢٠٢٥-٠١-٠١",
    "+02025-01-01",
    "tomorrow",
  ])("rejects %j as unreadable", (value) => {
    expect(reasonOf(value)).toBe("format")
  })
})

describe("dateOf and hasEnded", () => {
  it.prop("agree with a calendar that this test calculates itself", [instant], ([millis]) => {
    expect(Expiry.dateOf(millis)).toBe(written(...civil(millis)))
  })

  it.prop("end a PAT at the first millisecond of its date", [instant], ([millis]) => {
    const date = Expiry.dateOf(millis)
    const midnight = millis - (millis % dayMillis)
    expect(Expiry.hasEnded(date, midnight - 1)).toBe(false)
    expect(Expiry.hasEnded(date, midnight)).toBe(true)
    expect(Expiry.hasEnded(date, millis)).toBe(true)
  })
})

describe("parseDuration", () => {
  it.prop(
    "reads a whole number and a unit",
    [
      FastCheck.integer({ min: 1, max: 999_999 }),
      FastCheck.constantFrom<Expiry.Duration["unit"]>("h", "d", "w", "mo", "y"),
    ],
    ([amount, unit]) => {
      expect(Expiry.parseDuration(`${amount}${unit}`)).toStrictEqual(Either.right({ amount, unit }))
    },
  )

  it.each([
    "",
    "12",
    "h",
    "0d",
    "01d",
    "-1d",
    "1.5d",
    "1 d",
    " 1d",
    "1d\n",
    "1D",
    "1m",
    "1min",
    "1mon",
    "1000000d",
    "1d2h",
    "٣d",
  ])("refuses %j", (value) => {
    expect(Either.getOrThrow(Either.flip(Expiry.parseDuration(value)))).toMatchObject({
      _tag: "InvalidInput",
      message: `"${value}" is not a valid duration.`,
      value,
    })
  })
})

/** The instant at which a duration has passed. */
const passed = (duration: Expiry.Duration, from: number) => Either.getOrThrow(Expiry.after(duration, from))

describe("after", () => {
  it.prop(
    "adds hours, days and weeks in full",
    [
      instant,
      FastCheck.integer({ min: 1, max: 5000 }),
      FastCheck.constantFrom<"h" | "d" | "w">("h", "d", "w"),
    ],
    ([from, amount, unit]) => {
      expect(passed({ amount, unit }, from)).toBe(from + amount * fixedUnits[unit])
    },
  )

  it.prop(
    "adds months and years by the calendar, at the same time of day",
    [instant, FastCheck.integer({ min: 1, max: 300 }), FastCheck.constantFrom<"mo" | "y">("mo", "y")],
    ([from, amount, unit]) => {
      const [year, month, day] = civil(from)
      const months = unit === "y" ? amount * 12 : amount
      const [toYear, toMonth] = [
        year + Math.floor((month - 1 + months) / 12),
        ((month - 1 + months) % 12) + 1,
      ]
      const to = passed({ amount, unit }, from)
      expect(civil(to)).toStrictEqual([toYear, toMonth, Math.min(day, lengthOf(toYear, toMonth))])
      expect(to % dayMillis).toBe(from % dayMillis)
    },
  )

  it.prop(
    "never returns an earlier time for a longer duration",
    [instant, FastCheck.nat(400), FastCheck.constantFrom<Expiry.Duration["unit"]>("h", "d", "w", "mo", "y")],
    ([from, amount, unit]) => {
      expect(passed({ amount: amount + 1, unit }, from)).toBeGreaterThan(
        amount === 0 ? from : passed({ amount, unit }, from),
      )
    },
  )

  it.each([
    ["2026-01-31T10:00:00Z", "1mo", "2026-02-28T10:00:00Z"],
    ["2024-01-31T10:00:00Z", "1mo", "2024-02-29T10:00:00Z"],
    ["2026-03-31T23:59:59Z", "6mo", "2026-09-30T23:59:59Z"],
    ["2024-02-29T00:00:00Z", "1y", "2025-02-28T00:00:00Z"],
    ["2024-02-29T00:00:00Z", "4y", "2028-02-29T00:00:00Z"],
    ["2026-12-15T00:00:00Z", "1mo", "2027-01-15T00:00:00Z"],
  ])("%s and %s is %s", (from, duration, to) => {
    expect(passed(Either.getOrThrow(Expiry.parseDuration(duration)), Date.parse(from))).toBe(Date.parse(to))
  })
})

describe("before", () => {
  it.each([
    ["12h", "2026-03-01T00:00Z", "2026-02-28T12:00Z"],
    ["30d", "2026-03-31T10:00Z", "2026-03-01T10:00Z"],
    ["8w", "2026-03-01T00:00Z", "2026-01-04T00:00Z"],
    ["1mo", "2026-03-31T10:00Z", "2026-02-28T10:00Z"],
    ["14mo", "2026-01-15T10:00Z", "2024-11-15T10:00Z"],
    ["1y", "2024-02-29T10:00Z", "2023-02-28T10:00Z"],
    ["1y", "1970-01-01T00:00Z", "1969-01-01T00:00Z"],
  ])("%s before %s is %s", (duration, until, expected) => {
    const parsed = Either.getOrThrow(Expiry.parseDuration(duration))
    expect(Expiry.before(parsed, Date.parse(until))).toEqual(Either.right(Date.parse(expected)))
  })

  it("refuses an impossibly long duration", () => {
    const duration = { amount: 999_999, unit: "y" } as const
    expect(Either.getOrThrow(Either.flip(Expiry.before(duration, 0)))).toMatchObject({
      message: "999999y from now is past the year 9999.",
    })
  })
})

describe("dateAfter", () => {
  it.prop(
    "is the first date that begins after the whole duration",
    [
      instant,
      FastCheck.integer({ min: 1, max: 5000 }),
      FastCheck.constantFrom<Expiry.Duration["unit"]>("h", "d", "w", "mo", "y"),
    ],
    ([from, amount, unit]) => {
      const date = Either.getOrThrow(Expiry.dateAfter({ amount, unit }, from))
      const end = passed({ amount, unit }, from)
      const begins = Date.parse(`${date}T00:00:00Z`)
      expect(begins).toBeGreaterThanOrEqual(end)
      expect(begins - end).toBeLessThan(dayMillis)
      expect(Expiry.hasEnded(date, end - 1)).toBe(false)
    },
  )

  it.each([
    ["2026-01-01T11:59:59Z", "1h", "2026-01-02"],
    ["2026-01-01T11:59:59Z", "12h", "2026-01-02"],
    ["2026-01-01T12:00:00Z", "12h", "2026-01-02"],
    ["2026-01-01T12:00:00.001Z", "12h", "2026-01-03"],
    ["2026-01-01T00:00:00Z", "30d", "2026-01-31"],
    ["2026-01-01T00:00:01Z", "30d", "2026-02-01"],
    ["2025-12-31T23:59:59Z", "8w", "2026-02-26"],
    ["2025-08-31T12:00:00Z", "6mo", "2026-03-01"],
    ["2026-05-05T12:00:00Z", "1y", "2027-05-06"],
    ["9998-12-30T12:00:00Z", "1y", "9999-12-31"],
  ])("%s and %s is %s", (from, duration, date) => {
    expect(
      Expiry.dateAfter(Either.getOrThrow(Expiry.parseDuration(duration)), Date.parse(from)),
    ).toStrictEqual(Either.right(date))
  })

  it("refuses a date in the year 10000", () => {
    expect(Either.isLeft(Expiry.dateAfter({ amount: 1, unit: "y" }, Date.UTC(9998, 11, 31, 12)))).toBe(true)
  })
})

describe("after and dateAfter", () => {
  it.each<Expiry.Duration>([
    { amount: 8000, unit: "y" },
    { amount: 300_000, unit: "y" },
    { amount: 999_999, unit: "y" },
    { amount: 999_999, unit: "mo" },
    { amount: 999_999, unit: "w" },
  ])("refuse a time after the year 9999: %j", (duration) => {
    const value = `${duration.amount}${duration.unit}`
    const from = Date.UTC(2026, 0, 1)
    const refused = { _tag: "InvalidInput", message: `${value} from now is past the year 9999.`, value }
    expect(Either.getOrThrow(Either.flip(Expiry.after(duration, from)))).toMatchObject(refused)
    expect(Either.getOrThrow(Either.flip(Expiry.dateAfter(duration, from)))).toMatchObject(refused)
  })
})

describe("whole days", () => {
  it("are counted between UTC dates", () => {
    const late = Date.UTC(2026, 0, 26, 23, 59)
    expect(Expiry.daysBetween(late, Date.UTC(2026, 0, 27))).toBe(1)
    expect(Expiry.daysBetween(late, late)).toBe(0)
    expect(Expiry.daysBetween(late, Date.UTC(2026, 1, 26))).toBe(31)
  })

  it("are added up to 9999-12-31, the last date that the API accepts", () => {
    const now = Date.UTC(2026, 0, 31, 23, 59)
    expect(Expiry.daysAfter(1, now)).toBe("2026-02-01")
    expect(Expiry.daysAfter(5_000_000, now)).toBe("9999-12-31")
  })
})

describe("the brand", () => {
  it.each([
    ["2026-02-28", true],
    ["2026-02-29", false],
    ["26-02-28", false],
  ])("accepts the same values as parseDate: %s", (value, valid) => {
    expect(Schema.is(Expiry.ExpiryDate)(value)).toBe(valid)
  })
})
