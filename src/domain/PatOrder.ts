import { expiryOf, type Pat } from "./Pat.ts"

/** What PATs can be sorted by; a `-` in front means descending. */
export const orders = [
  "created",
  "expiry",
  "last-used",
  "label",
  "-created",
  "-expiry",
  "-last-used",
  "-label",
] as const
export type PatOrder = (typeof orders)[number]

/** The value that counts; a time that can't be read is none. */
const valueOf = (pat: Pat, key: string): number | string | undefined => {
  if (key === "label") return pat.label
  const time = key === "created" ? pat.created_at : key === "expiry" ? expiryOf(pat) : pat.last_used_at
  return typeof time === "number" ? time : undefined
}

/** The indexes of PATs in an order. Equal ones keep their places, and those without the value come last either way. */
export const sorted = (pats: ReadonlyArray<Pat>, order: PatOrder): ReadonlyArray<number> => {
  const key = order.replace(/^-/, "")
  const sign = key === order ? 1 : -1
  const present: Array<{ readonly index: number; readonly value: number | string }> = []
  const missing: Array<number> = []
  for (const [index, pat] of pats.entries()) {
    const value = valueOf(pat, key)
    if (value === undefined) missing.push(index)
    else present.push({ index, value })
  }
  present.sort((one, other) => (one.value === other.value ? 0 : one.value < other.value ? -sign : sign))
  return [...present.map(({ index }) => index), ...missing]
}
