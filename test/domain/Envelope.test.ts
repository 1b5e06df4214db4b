import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import {
  CreatedPat,
  failureMessage,
  isOwnSuccess,
  LoginGrant,
  PatList,
  plainMessage,
  saysRevoked,
  speakerOf,
} from "../../src/domain/Envelope.ts"

const anything = FastCheck.jsonValue() as FastCheck.Arbitrary<unknown>

describe("CreatedPat", () => {
  const decode = Schema.decodeUnknownEither(CreatedPat)

  it.prop("has the token, whatever else is in the answer", [anything, anything], ([keyId, other]) => {
    const body = { message: other, detail: { key_id: keyId, token: "zpat_secret", other }, more: other }
    const { detail } = Either.getOrThrow(decode(body))
    expect(detail.token && Redacted.value(detail.token)).toBe("zpat_secret")
    expect(JSON.stringify(detail)).not.toContain("zpat_secret")
  })

  it.each([{}, null, [], { detail: null }])("needs a detail: %j", (body) => {
    expect(Either.isLeft(decode(body))).toBe(true)
  })

  it("has no key ID if that repeats the token", () => {
    const token = "zpat_0123456789abcdef"
    const { detail } = Either.getOrThrow(decode({ detail: { key_id: `id-${token}`, token } }))
    expect(detail.key_id).toBeUndefined()
  })

  it.each([undefined, null, "", 5, "two words", "line\nbreak", "zpat_é", "zpat_[hidden]"])(
    "has no token if it can't be sent in a header (%j), but keeps the key ID",
    (token) => {
      const { detail } = Either.getOrThrow(decode({ detail: { key_id: "a-b-c-d", token } }))
      expect([detail.key_id, detail.token]).toStrictEqual(["a-b-c-d", undefined])
    },
  )
})

describe("a success", () => {
  it.each([
    [{ message: "PAT revoked" }, true],
    [{ message: "", detail: { error: "of another kind" } }, true],
    [{ message: "ok", errorMessage: "Task timed out after 3.00 seconds" }, false],
    [{ errorMessage: "Task timed out after 3.00 seconds" }, false],
    [{ message: "x", errorType: "Error" }, false],
    [{ message: "x", error: null }, false],
    [{ message: "x", errors: [] }, false],
    [{ message: "x", statusCode: 500 }, false],
    [{ message: "Internal server error" }, false],
    [{ message: "Unauthorized" }, false],
    [{ message: "Service Unavailable." }, false],
    [{ message: "Hello, unauthorized@example.com" }, true],
    [{ message: "x", success: false }, false],
    [{ message: "x", success: true }, true],
    [{ message: "x", ok: false }, false],
    [{ message: null }, false],
    [{}, false],
    [[{ message: "x" }], false],
    ["ok", false],
    [null, false],
    [false, false],
  ])("with %j is the API's own: %s", (value, own) => {
    expect(isOwnSuccess(value)).toBe(own)
  })
})

describe("a revoke", () => {
  it.each([
    [{ message: "PAT revoked" }, true],
    [{ message: "PAT revoked", detail: { key_id: "a-b-c-d" } }, true],
    [{ message: "PAT revoked", detail: { key_id: null } }, true],
    [{ message: "Token deleted successfully", detail: "gone" }, true],
    [{ message: "PAT revoked", detail: { key_id: "e-f-g-h" } }, false],
    [{ message: "Unauthorized" }, false],
    [{ message: "PAT revoked", success: false }, false],
    [{}, false],
  ])("answered with %j is confirmed: %s", (value, done) => {
    expect(saysRevoked(value, "a-b-c-d")).toBe(done)
  })
})

describe("a failure", () => {
  it.each([
    ["", undefined, "api"],
    ['{"message":"No"}', { message: "No" }, "api"],
    ['{"Message":"No"}', { Message: "No" }, "api"],
    ["", { message: "Missing Authentication Token" }, "api"],
    ['{"message":"Missing Authentication Token"}', { message: "Missing Authentication Token" }, "gateway"],
    ["<html>", undefined, "other"],
    ["Forbidden", undefined, "other"],
    ['"Forbidden"', "Forbidden", "other"],
  ])("with the body %j is attributed to the API, its gateway or something else", (text, value, speaker) => {
    expect(speakerOf(text, value)).toBe(speaker)
  })
})

describe("LoginGrant", () => {
  const decode = Schema.decodeUnknownEither(LoginGrant)

  it.prop(
    "has the access token, whatever else is in the answer",
    [anything, anything, anything],
    ([id, expires, other]) => {
      const body = {
        detail: { access_token: "jwt", id_token: id, expires_in: expires, refresh_token: other },
        other,
      }
      const { detail } = Either.getOrThrow(decode(body))
      expect(Redacted.value(detail.access_token)).toBe("jwt")
      expect(Number.isFinite(detail.expires_in)).toBe(true)
    },
  )

  it.each([
    [3600, 3600],
    ["3600", 3600],
    [undefined, 0],
    [null, 0],
    ["soon", 0],
  ])("reads expires_in %j as %j s", (expires_in, seconds) => {
    const { detail } = Either.getOrThrow(decode({ detail: { access_token: "jwt", expires_in } }))
    expect(detail.expires_in).toBe(seconds)
  })

  it.each([
    {},
    { detail: {} },
    { detail: { access_token: "" } },
    { detail: { access_token: null } },
    { detail: { access_token: "a\nb" } },
  ])("needs an access token that can be sent in a header: %j", (body) => {
    expect(Either.isLeft(decode(body))).toBe(true)
  })
})

describe("PatList", () => {
  it.each([
    {},
    { detail: null },
    { detail: {} },
    { detail: { items: null } },
    { detail: { items: {} } },
    [],
    null,
  ])("needs a list: %j", (body) => {
    expect(Either.isLeft(Schema.decodeUnknownEither(PatList)(body))).toBe(true)
  })
})

describe("failureMessage", () => {
  it.each([
    [{ message: "Not found" }, "Not found"],
    [{ Message: "User is not authorized" }, "User is not authorized"],
    [{ message: "Bad request", detail: "label is missing" }, "Bad request: label is missing"],
    [{ message: "Bad request", detail: { message: "label is missing" } }, "Bad request: label is missing"],
    [{ message: "Forbidden", detail: "Forbidden" }, "Forbidden"],
    [{ message: "a", Message: "b" }, "a"],
    [{ detail: "only this" }, "only this"],
    [{ detail: { message: "only this" } }, "only this"],
    [{ message: "  padded \n", detail: {} }, "padded"],
    [{ message: null, Message: "b" }, "b"],
    [{ message: " ", detail: null }, undefined],
    [{ message: 404, detail: ["x"] }, "x"],
    [{ message: { message: "nested" } }, "nested"],
    [{ message: { expiry: ["in the past"] } }, "in the past"],
    [{ message: ["first", "second"], error: "Bad Request" }, "first"],
    [{ error: "x" }, "x"],
    [{ error: { code: "E1", message: "x" } }, "x"],
    [{ error: { code: "E1" } }, "E1"],
    [{ message: "Invalid", errors: { label: ["too long"] } }, "Invalid: too long"],
    [{ errors: [{}, [], { loc: ["body"], msg: "x" }] }, "x"],
    [{ title: "Gone", status: 410 }, "Gone"],
    [{ other: "not this" }, undefined],
    ["as told", "as told"],
    [" ", undefined],
    [["Not found"], undefined],
    [null, undefined],
    [undefined, undefined],
    [{}, undefined],
    [{ message: Array(2_000).fill(null).concat("too far") }, undefined],
  ])("finds in %j: %j", (body, expected) => {
    expect(failureMessage(body)).toBe(expected)
  })

  it.prop("returns trimmed text or nothing, whatever the body", [anything], ([body]) => {
    const said = failureMessage(body)
    expect(said === undefined || (said !== "" && said === said.trim())).toBe(true)
  })

  it.prop(
    "finds the only text, however deeply it is nested",
    [FastCheck.array(FastCheck.boolean())],
    ([wraps]) => {
      const wrapped = wraps.reduce<unknown>(
        (inner, list) => (list ? [null, inner] : { n: 1, inner }),
        "words",
      )
      expect(failureMessage({ errors: wrapped })).toBe("words")
    },
  )
})

describe("plainMessage", () => {
  it.each([
    ["words", "text/plain; charset=utf-8", "words"],
    ["words", "TEXT/PLAIN", "words"],
    ["words", undefined, undefined],
    ["words", "application/json", undefined],
    [" words\n", "text/plain", "words"],
    ["x".repeat(500), "text/plain", "x".repeat(500)],
    ["x".repeat(501), "text/plain", undefined],
    [" <p>words", "text/plain", undefined],
    ['{"message":"cut o', "text/plain", undefined],
    ["", "text/plain", undefined],
  ])("accepts only short plain text: %j, %s", (text, contentType, expected) => {
    expect(plainMessage(text, contentType)).toBe(expected)
  })
})
