import type {
  CannotRotate,
  ReplacedPat,
  RotationNotBegun,
  RotationStopped,
  TokenRevokedMeanwhile,
} from "../../domain/Errors.ts"
import * as KeyId from "../../domain/KeyId.ts"
import { exitCodes } from "./exitCodes.ts"
import { asTheyWere, because, codeOf, reportOf, takenBack } from "./handover.ts"
import { afterUndo, answerOf, failed, type Report, type Table } from "./words.ts"

/** Names PATs in the fields of an error: the first, and all of several. */
const named = (old: ReadonlyArray<ReplacedPat>): Pick<Report, "oldKeyId" | "keyIds"> => ({
  oldKeyId: old[0]?.keyId,
  ...(old.length > 1 ? { keyIds: old.map(({ keyId }) => keyId) } : {}),
})

/** Exit code, message and hint of a rotation that stopped: how far it came, and which token works. */
const stopped = (
  { cause, newKeyId, old, step, undone }: RotationStopped,
  why: string,
  remedy: string | undefined,
): readonly [exitCode: number, message: string, hint: string] => {
  const before = asTheyWere(old)
  const oldKeyIds = old.map(({ keyId }) => keyId)
  const newPat = newKeyId ?? "(no key ID)"
  const code = cause === undefined ? exitCodes.interrupted : codeOf(undone)
  const attention = cause === undefined ? exitCodes.interrupted : exitCodes.oldRemains
  // The remedy is about the new PAT, not about the one that signs in.
  const [state, hint] = takenBack(newKeyId, undone, step === "deliver" ? remedy : undefined, cause)
  switch (step) {
    case "create":
      return undone
        ? [code, `${before}. ${state}, since its token did not arrive: ${why}.`, hint]
        : [code, `${before}. ${state}: ${why}.`, hint]
    case "check":
      return [code, `${before}. ${state}: it could not be checked, since ${why}.`, hint]
    case "deliver":
      return [code, `${before}. ${state}: ${why}.`, hint]
    case "confirm": {
      const delivered = `The token of the new PAT ${newPat} was delivered, but could not be checked once more: ${why}.`
      return oldKeyIds.length === 0
        ? [attention, delivered, "Check that the PAT is active with: zpcli pat list"]
        : [
            attention,
            `${delivered} ${before}.`,
            `Check that the new PAT is active with zpcli pat list, then run: zpcli pat revoke ${oldKeyIds.join(" ")}`,
          ]
    }
    case "revoke": {
      const oldPats = oldKeyIds.length > 1 ? "old PATs" : "old PAT"
      return [
        attention,
        `The new PAT ${newPat} works and was handed over. The ${oldPats} ${oldKeyIds.join(", ")} may still work: ${why}.`,
        `Revoke the ${oldPats} with: zpcli pat revoke ${oldKeyIds.join(" ")}`,
      ]
    }
  }
}

/** What the list doesn't say of a PAT, or not readably. */
const unreadable = {
  label: "label",
  scopes: "list of scopes",
  expiry: "expiry",
  creation: "time of creation",
}

/** How the list shows old PATs after the new one was revoked by somebody else. */
const nowListed = (old: TokenRevokedMeanwhile["old"]): string =>
  old
    .map(({ keyId, works }) => {
      if (works === undefined) return ` It's not known whether the old PAT ${keyId} still works.`
      return works ? ` The old PAT ${keyId} still works.` : ` The old PAT ${keyId} no longer works either.`
    })
    .join("")

/** How a rotation ends that doesn't end well. */
export const rotation = {
  CannotRotate: (error) =>
    error.reason === "lifetime"
      ? failed(
          error,
          exitCodes.misuse,
          `PAT ${error.keyId} lives for less than a day, so its successor would be expired from the start. Nothing was changed.`,
          "Choose an expiry with --expires-in or --expiry.",
          { oldKeyId: error.keyId },
        )
      : failed(
          error,
          exitCodes.refused,
          `PAT ${error.keyId} can't be rotated: the API doesn't give a readable ${unreadable[error.reason]}. Nothing was changed.`,
          {
            label: "Create its successor with: zpcli pat create",
            scopes: "Create its successor with: zpcli pat create",
            expiry: `Rotate it now, with an expiry of your choice: zpcli pat rotate ${error.keyId} --expires-in 90d`,
            creation: `Rotate it now, without --older-than: zpcli pat rotate ${error.keyId}`,
          }[error.reason],
          { oldKeyId: error.keyId },
        ),
  RotationNotBegun: (error) =>
    failed(
      error,
      exitCodes.interrupted,
      error.keyId === undefined
        ? "Interrupted: nothing was changed."
        : `Interrupted: nothing was changed. PAT ${error.keyId} was not rotated.`,
      "Run the command again to rotate it.",
      { oldKeyId: error.keyId },
    ),
  RotationStopped: (error) => {
    const cause = reportOf(error.cause)
    const { newKeyId: keyId, old, step } = error
    return failed(error, ...stopped(error, because(cause), cause?.hint), {
      ...answerOf(cause ?? {}),
      keyId,
      ...named(old),
      delivered: step === "confirm" || step === "revoke",
      ...afterUndo(error.undone, cause),
      // The lost PAT is gone, so the same command can simply be run again.
      ...(step === "create" && cause !== undefined && error.undone ? { retryable: true } : {}),
    })
  },
  TokenRevokedMeanwhile: (error) => {
    const { active, newKeyId, old } = error
    return failed(
      error,
      exitCodes.oldRemains,
      `The token of the new PAT ${newKeyId ?? "(no key ID)"} was delivered, and has since been revoked: the place of delivery now holds a token that doesn't work.${nowListed(old)}`,
      KeyId.is(active)
        ? `Store a token that works with: zpcli pat rotate ${active} -- COMMAND`
        : "Find the active PAT with zpcli pat list, then store a token that works with: zpcli pat rotate ID -- COMMAND",
      {
        keyId: newKeyId,
        oldKeyId: old[0]?.keyId,
        ...(old.length > 1 ? { keyIds: old.map(({ keyId }) => keyId) } : {}),
        delivered: true,
      },
    )
  },
} satisfies Table<CannotRotate | RotationNotBegun | RotationStopped | TokenRevokedMeanwhile>
