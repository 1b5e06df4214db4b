import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { account, item, listed, loggedIn, pat } from "../../support/fixtures.ts"
import { runIn, typed } from "../../support/world/world.ts"

const id = "law-hotel-shape-community"
const revoke = ["pat", "revoke", id]
const gone = { [`DELETE /pat/${id}`]: {} }
const hostile = "x\u001b[2J\u202e\n\u0085"
const methods = (requests: ReadonlyArray<{ readonly method: string }>) => requests.map(({ method }) => method)

describe("pat revoke", () => {
  it.effect("asks at the terminal about the PAT by name, then revokes it", () =>
    Effect.gen(function* () {
      const ran = yield* runIn(revoke, {
        env: account,
        terminal: true,
        keys: typed("y\r"),
        api: {
          "POST /login": loggedIn,
          "GET /pat": listed(
            item({ key_id: "a-b-c-d", label: "no" }),
            item({ last_used_at: "2026-02-01T00:00:00Z" }),
          ),
          ...gone,
        },
      })
      expect(ran).toMatchObject({ code: 0, stdout: `PAT ${id} revoked successfully.\n` })
      expect(ran.stderr).toBe(
        `Revoke PAT ${id} ("My CI Token", scopes zpool, job, last\n  used 2026-02-01 00:00:00 UTC)? This can't be undone. [y/N] y\n`,
      )
      expect(methods(ran.requests)).toEqual(["POST", "GET", "DELETE"])
      expect(ran.requests[2]?.url).toBe(`https://api.zpools.io/v1/pat/${id}`)
    }),
  )

  it.effect.each(["\r", "n\r", "no\r", "x\r", "\u0004"])(
    "changes nothing if the answer at the terminal is %j",
    (keys) =>
      Effect.gen(function* () {
        const ran = yield* runIn(revoke, {
          env: pat,
          terminal: true,
          keys: typed(keys),
          api: { "GET /pat": listed(item()) },
        })
        expect(ran).toMatchObject({ code: 3, stdout: "" })
        // Whoever said no wants no advice on how to say yes.
        expect(ran.stderr).toMatch(
          keys.startsWith("n") ? /nothing was changed\.\n$/ : /nothing was changed\.\nAnswer y .*\n$/,
        )
        expect(methods(ran.requests)).toEqual(["GET"])
      }),
  )

  it.effect.each([
    [{ status: 404, body: { message: "PAT not found" } }, "404 (the API says: PAT not found)"],
    [{ status: 200, body: { message: "OK", error: "boom" } }, "200 (the API says: boom)"],
    [{ status: 202, body: { message: "Accepted" } }, "202, which doesn't confirm it"],
  ] as const)("shows the API's answer if the PAT is still listed as active: %j", ([answer, words]) =>
    Effect.gen(function* () {
      const api = { "GET /pat": listed(item()), [`DELETE /pat/${id}`]: answer }
      const ran = yield* runIn([...revoke, "--yes"], { env: pat, api })
      expect(ran).toMatchObject({ code: 1, stdout: "" })
      expect(ran.stderr).toContain(
        `PAT ${id} was not revoked: it is still listed as active, and the API answered with status ${words}.`,
      )
    }),
  )

  it.effect("changes nothing and exits with 130 if interrupted at the prompt", () =>
    Effect.gen(function* () {
      const ran = yield* runIn(revoke, {
        env: pat,
        terminal: true,
        keys: typed("y\u0003"),
        api: { "GET /pat": listed(item()) },
      })
      expect(ran).toMatchObject({ code: 130, stdout: "" })
      expect(methods(ran.requests)).toEqual(["GET"])
      expect(ran.stderr).toMatch(/\[y\/N\] y\n$/)
    }),
  )

  it.effect.each([
    ["y", 0],
    ["yes", 0],
    ["n", 3],
    ["", 3],
    ["sure", 3],
  ] as const)("reads the answer from stdin without a terminal: %j exits with %d", ([line, code]) =>
    Effect.gen(function* () {
      const ran = yield* runIn(revoke, { env: pat, line, api: { "GET /pat": listed(item()) }, routes: gone })
      expect(ran.code).toBe(code)
      expect(ran.stdout).toBe(code === 0 ? `PAT ${id} revoked successfully.\n` : "")
      expect(ran.stderr).toContain("[y/N] \n")
      expect(methods(ran.requests)).toEqual(code === 0 ? ["GET", "DELETE"] : ["GET"])
    }),
  )

  it.effect("still asks if the list isn't available", () =>
    Effect.gen(function* () {
      for (const answer of [{ status: 503 }, { status: 200, body: "<html>" }]) {
        const ran = yield* runIn(revoke, { env: pat, line: "y", api: { "GET /pat": answer, ...gone } })
        expect(ran).toMatchObject({ code: 0, stderr: `Revoke PAT ${id}? This can't be undone. [y/N] \n` })
      }
    }),
  )

  it.effect("with --json asks nothing, and only looks up which PAT signs in", () =>
    Effect.gen(function* () {
      const withPat = yield* runIn([...revoke, "--json"], {
        env: pat,
        api: { "GET /pat": { status: 503 }, ...gone },
      })
      expect(withPat).toMatchObject({ code: 0, stderr: "" })
      expect(methods(withPat.requests)).toEqual(["GET", "DELETE"])
      const ran = yield* runIn([...revoke, "--json"], {
        env: account,
        terminal: true,
        api: { "POST /login": loggedIn, ...gone },
      })
      expect(ran).toMatchObject({ code: 0, stderr: "" })
      expect(ran.stdout).toBe(
        `${JSON.stringify({ message: "PAT revoked", detail: { key_id: id } }, null, 2)}\n`,
      )
      expect(methods(ran.requests)).toEqual(["POST", "DELETE"])
    }),
  )

  it.effect("with --json prints the server's envelope, if it sent one", () =>
    Effect.gen(function* () {
      const body = { message: "gone", detail: { key_id: id, at: "now" }, extra: hostile }
      const ran = yield* runIn(["pat", "revoke", "--json", id], {
        env: pat,
        api: { "GET /pat": listed(), [`DELETE /pat/${id}`]: { body } },
      })
      expect(JSON.parse(ran.stdout)).toEqual(body)
      expect(ran.stdout.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
    }),
  )

  it.effect("escapes a hostile label and scope in the question", () =>
    Effect.gen(function* () {
      const ran = yield* runIn(revoke, {
        env: pat,
        line: "n",
        api: { "GET /pat": listed(item({ label: hostile, scopes: [hostile], last_used_at: hostile })) },
      })
      const shown = "x\\x1b[2J\\u202e\\n\\x85"
      expect(ran.stderr).toContain(`("${shown}", scopes "${shown}", last used "${shown}")`)
      expect(ran.stderr.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
    }),
  )

  it.effect.each([
    "law-hotel-shape",
    "law-hotel-shape-community-x",
    "../zpool/x",
    "law_hotel_shape_community",
    "law-hotel-shape-c0mmunity",
    "",
    "law-hotel-shape-community\n",
    "\u001b[2J-b-c-d",
    "lаw-hotel-shape-community",
  ])("refuses %j before anything is sent", (keyId) =>
    Effect.gen(function* () {
      const ran = yield* runIn(["pat", "revoke", "--json", "--", keyId], { env: pat })
      expect(ran).toMatchObject({ code: 2, stdout: "", requests: [] })
      expect(JSON.parse(ran.stderr).error).toMatchObject({ type: "InvalidInput", exitCode: 2 })
      expect(ran.stderr.trimEnd()).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
    }),
  )

  it.effect("exits with 5 and shows the request ID if the PAT is unknown", () =>
    Effect.gen(function* () {
      const ran = yield* runIn([...revoke, "--json"], {
        env: pat,
        api: {
          "GET /pat": listed(item({ status: "revoked" })),
          [`DELETE /pat/${id}`]: {
            status: 404,
            body: { Message: "no such thing" },
            headers: { "x-amzn-requestid": "req-404" },
          },
        },
      })
      expect(ran).toMatchObject({ code: 5, stdout: "" })
      expect(JSON.parse(ran.stderr)).toEqual({
        error: {
          type: "PatNotFound",
          message: `There is no PAT ${id}, or it is already revoked (the API says: no such thing).`,
          hint: "See the key IDs with: zpcli pat list",
          status: 404,
          requestId: "req-404",
          retryable: false,
          exitCode: 5,
          keyId: id,
        },
      })
    }),
  )
})
