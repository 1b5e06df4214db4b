import { describe, expect, it } from "vitest"
import { startGate } from "../support/program/gate.ts"
import { runCli } from "../support/program/program.ts"
import { startSandbox } from "../support/sandbox.ts"

/** The IDs that a sandbox deals, in their order. */
const [first, second, third] = [
  "law-hotel-shape-community",
  "market-night-plain-object",
  "basket-doctor-humble-figure",
]

/** Runs a command with `--json` against a sandbox with one PAT and these faults; gives the errors. */
const errorsOf = async (args: ReadonlyArray<string>, ...faults: ReadonlyArray<string>) => {
  const sandbox = await startSandbox()
  await sandbox.call("POST", "/pat", { label: "CI", scopes: ["job", "pat"] })
  const url = await startGate(sandbox, { faults })
  const env = { ...sandbox.env, ZPOOL_API_URL: url, ZPOOL_MAX_RETRIES: "0" }
  const { stderr } = await runCli([...args, "--json"], { env })
  const lines = stderr.split("\n").filter((line) => line.startsWith("{"))
  return lines.map((line) => (JSON.parse(line) as { readonly error: Record<string, unknown> }).error)
}

const create = ["pat", "create", "CI", "--scope", "job"]
const rotate = ["pat", "rotate", first, "--yes"]

describe("an error in JSON has in fields what a script needs to go on", () => {
  it("the PAT that may exist after a create whose answer was lost", async () => {
    const [error] = await errorsOf(["pat", "create", "other", "--scope", "job"], "POST /pat after-drop")
    expect(error).toMatchObject({ type: "OutcomeUnknown", keyId: second, delivered: false, exitCode: 7 })
    expect(error).not.toHaveProperty("keyIds")
  })

  it("the PATs of which one may be it", async () => {
    const [error] = await errorsOf(create, "POST /pat after-drop")
    expect(error).toMatchObject({ type: "OutcomeUnknown", keyIds: [first, second], delivered: false })
    expect(error).not.toHaveProperty("keyId")
  })

  it("none where none is listed", async () => {
    const [error] = await errorsOf(["pat", "create", "other", "--scope", "job"], "POST /pat drop")
    expect(error).toMatchObject({ type: "OutcomeUnknown", delivered: false })
    expect(error).not.toHaveProperty("keyId")
    expect(error).not.toHaveProperty("keyIds")
  })

  it("the new and the old PAT of a rotation that stopped before the token was handed over", async () => {
    const [error] = await errorsOf(rotate, "GET /hello 503")
    expect(error).toMatchObject({ keyId: second, oldKeyId: first, delivered: false, status: 503 })
  })

  it("the same where the old PAT may still work", async () => {
    const [error] = await errorsOf(rotate, "DELETE /pat 503")
    expect(error).toMatchObject({ keyId: second, oldKeyId: first, delivered: true, status: 503 })
  })

  it("the PAT that is not there, or that could not be revoked", async () => {
    expect(await errorsOf(["pat", "revoke", third])).toMatchObject([{ keyId: third, exitCode: 5 }])
    expect(await errorsOf(["pat", "revoke", first], "DELETE /pat 503")).toMatchObject([
      { type: "ServiceUnavailable", keyId: first, exitCode: 6 },
    ])
  })

  it("each of several that could not be revoked", async () => {
    const errors = await errorsOf(["pat", "revoke", first, third], "DELETE /pat 503")
    expect(errors.map(({ keyId }) => keyId)).toEqual([first, third])
    for (const { keyId, message } of errors) expect(message).toMatch(new RegExp(`^${keyId}: `))
  })

  it("no PAT where the error is about none", async () => {
    const errors = await errorsOf(["pat", "list"], "GET /pat 503")
    for (const field of ["keyId", "oldKeyId", "keyIds", "delivered", "childExitCode"]) {
      expect(errors[0]).not.toHaveProperty(field)
    }
  })
})
