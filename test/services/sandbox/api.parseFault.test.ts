import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import { parseFault } from "../../../src/services/sandbox/api.ts"

const all = Number.POSITIVE_INFINITY

describe("parseFault", () => {
  it.each([
    ["DELETE /pat after-drop 1", { method: "DELETE", path: "/pat", answer: "drop", after: true, times: 1 }],
    ["POST /pat 503", { method: "POST", path: "/pat", answer: 503, after: false, times: all }],
    ["GET /hello 401 2", { method: "GET", path: "/hello", answer: 401, after: false, times: 2 }],
    ["POST /pat after-200", { method: "POST", path: "/pat", answer: 200, after: true, times: all }],
    ["  GET   /  drop ", { method: "GET", path: "/", answer: "drop", after: false, times: all }],
  ])("reads %s", (text, fault) => {
    expect(parseFault(text)).toStrictEqual(Either.right(fault))
  })

  it.each([
    ["", /METHOD PATH WHAT/],
    ["GET /pat", /METHOD PATH WHAT/],
    ["GET /pat 503 1 1", /METHOD PATH WHAT/],
    ["get /pat 503", /start with one of GET, POST, DELETE/],
    ["PUT /pat 503", /start with one of/],
    ["GET pat 503", /path that starts with/],
    ["GET /pat 99", /HTTP status from 200 to 599/],
    ["GET /pat 600", /HTTP status/],
    ["GET /pat 101", /HTTP status/],
    ["GET /pat before-drop", /HTTP status/],
    ["GET /pat after-", /HTTP status/],
    ["GET /pat drop 0", /positive number of times/],
    ["GET /pat drop 1.5", /positive number of times/],
    ["GET /pat drop -1", /positive number of times/],
  ])("says what is wrong with %j", (text, reason) => {
    expect(Either.getOrThrow(Either.flip(parseFault(text)))).toMatch(reason)
  })

  it.prop(
    "reads back every fault that can be written",
    {
      method: FastCheck.constantFrom("GET", "POST", "DELETE"),
      status: FastCheck.oneof(FastCheck.constant("drop"), FastCheck.integer({ min: 200, max: 599 })),
      after: FastCheck.boolean(),
      times: FastCheck.option(FastCheck.integer({ min: 1, max: 1_000_000 })),
    },
    ({ after, method, status, times }) => {
      const text = `${method} /pat ${after ? "after-" : ""}${status}${times === null ? "" : ` ${times}`}`
      expect(parseFault(text)).toStrictEqual(
        Either.right({ method, path: "/pat", answer: status, after, times: times ?? all }),
      )
    },
  )

  it.prop("never throws", [FastCheck.string()], ([text]) => Either.isEither(parseFault(text)))
})
