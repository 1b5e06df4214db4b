import type {
  CannotRotate,
  ReplacedPat,
  RotationNotBegun,
  RotationStopped,
  TokenRevokedMeanwhile,
} from "../../domain/Errors.ts"
import * as KeyId from "../../domain/KeyId.ts"
import { Printable, printable } from "../output/printable.ts"
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
  why: Printable,
  remedy: Printable | undefined,
): readonly [exitCode: number, message: Printable, hint: Printable] => {
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
        ? [code, printable`${before}. ${state}, since its token did not arrive: ${why}.`, hint]
        : [code, printable`${before}. ${state}: ${why}.`, hint]
    case "check":
      return [code, printable`${before}. ${state}: it could not be checked, since ${why}.`, hint]
    case "deliver":
      return [code, printable`${before}. ${state}: ${why}.`, hint]
    case "confirm": {
      const delivered = printable`The token of the new PAT ${newPat} was delivered, but could not be checked once more: ${why}.`
      return oldKeyIds.length === 0
        ? [attention, delivered, printable`Check that the PAT is active with: zpcli pat list`]
        : [
            attention,
            printable`${delivered} ${before}.`,
            printable`Check that the new PAT is active with zpcli pat list, then run: zpcli pat revoke ${oldKeyIds.join(" ")}`,
          ]
    }
    case "revoke": {
      const oldPats = oldKeyIds.length > 1 ? "old PATs" : "old PAT"
      return [
        attention,
        printable`The new PAT ${newPat} works and was handed over. The ${oldPats} ${oldKeyIds.join(", ")} may still work: ${why}.`,
        printable`Revoke the ${oldPats} with: zpcli pat revoke ${oldKeyIds.join(" ")}`,
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
const nowListed = (old: TokenRevokedMeanwhile["old"]): Printable =>
  Printable.join(
    old.map(({ keyId, works }) => {
      if (works === undefined) return printable` It's not known whether the old PAT ${keyId} still works.`
      return works
        ? printable` The old PAT ${keyId} still works.`
        : printable` The old PAT ${keyId} no longer works either.`
    }),
    "",
  )

/** How a rotation ends that doesn't end well. */
export const rotation = {
  CannotRotate: (error) =>
    error.reason === "lifetime"
      ? failed(
          error,
          exitCodes.misuse,
          printable`PAT ${error.keyId} lives for less than a day, so its successor would be expired from the start. Nothing was changed.`,
          printable`Choose an expiry with --expires-in or --expiry.`,
          { oldKeyId: error.keyId },
        )
      : failed(
          error,
          exitCodes.refused,
          printable`PAT ${error.keyId} can't be rotated: the API doesn't give a readable ${unreadable[error.reason]}. Nothing was changed.`,
          {
            label: printable`Create its successor with: zpcli pat create`,
            scopes: printable`Create its successor with: zpcli pat create`,
            expiry: printable`Rotate it now, with an expiry of your choice: zpcli pat rotate ${error.keyId} --expires-in 90d`,
            creation: printable`Rotate it now, without --older-than: zpcli pat rotate ${error.keyId}`,
          }[error.reason],
          { oldKeyId: error.keyId },
        ),
  RotationNotBegun: (error) =>
    failed(
      error,
      exitCodes.interrupted,
      error.keyId === undefined
        ? printable`Interrupted: nothing was changed.`
        : printable`Interrupted: nothing was changed. PAT ${error.keyId} was not rotated.`,
      printable`Run the command again to rotate it.`,
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
      printable`The token of the new PAT ${newKeyId ?? "(no key ID)"} was delivered, and has since been revoked: the place of delivery now holds a token that doesn't work.${nowListed(old)}`,
      KeyId.is(active)
        ? printable`Store a token that works with: zpcli pat rotate ${active} -- COMMAND`
        : printable`Find the active PAT with zpcli pat list, then store a token that works with: zpcli pat rotate ID -- COMMAND`,
      {
        keyId: newKeyId,
        oldKeyId: old[0]?.keyId,
        ...(old.length > 1 ? { keyIds: old.map(({ keyId }) => keyId) } : {}),
        delivered: true,
      },
    )
  },
} satisfies Table<CannotRotate | RotationNotBegun | RotationStopped | TokenRevokedMeanwhile>
