import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { failureMessage, plainMessage } from "../../src/domain/failureMessage.ts"

const anything = FastCheck.jsonValue() as FastCheck.Arbitrary<unknown>

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
  ])("of %j is %j", (body, expected) => {
    expect(failureMessage(body)).toBe(expected)
  })

  it.prop("of anything is words or nothing", [anything], ([body]) => {
    const said = failureMessage(body)
    expect(said === undefined || (said !== "" && said === said.trim())).toBe(true)
  })

  it.prop("finds the only text, however it is wrapped", [FastCheck.array(FastCheck.boolean())], ([wraps]) => {
    const wrapped = wraps.reduce<unknown>((inner, list) => (list ? [null, inner] : { n: 1, inner }), "words")
    expect(failureMessage({ errors: wrapped })).toBe("words")
  })
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
  ])("of %j, %s", (text, contentType, expected) => {
    expect(plainMessage(text, contentType)).toBe(expected)
  })
})
