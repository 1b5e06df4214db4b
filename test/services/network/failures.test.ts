import { describe, expect, it } from "@effect/vitest"
import { isCertificateProblem } from "../../../src/services/network/failures.ts"

describe("an untrusted certificate", () => {
  it("is recognized by its error code", () => {
    for (const code of [
      "CERT_HAS_EXPIRED",
      "SELF_SIGNED_CERT_IN_CHAIN",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "ERR_TLS_CERT_ALTNAME_INVALID",
    ]) {
      expect([code, isCertificateProblem(code)]).toStrictEqual([code, true])
    }
    expect(isCertificateProblem("ECONNRESET")).toBe(false)
  })
})
