import * as Match from "effect/Match"
import type * as Errors from "../../domain/Errors.ts"
import type { UsageError } from "../strict/errors.ts"
import { api } from "./api.ts"
import type { Exit } from "./exitCodes.ts"
import { handover } from "./handover.ts"
import { input } from "./input.ts"
import { lent } from "./lent.ts"
import { type InternalError, program } from "./program.ts"
import { renewal } from "./renewal.ts"
import { rotation } from "./rotation.ts"
import { sandbox } from "./sandbox.ts"
import { signIn } from "./signIn.ts"
import type { Report, Table } from "./words.ts"

/** Every error that can reach the top of a command. */
export type Failure =
  | Errors.SignInError
  | Errors.RevokeError
  | Errors.OutcomeUnknown
  | Errors.TokenUndelivered
  | Errors.PatLeft
  | Errors.TokenWouldBeLost
  | Errors.CannotRotate
  | Errors.RotationNotBegun
  | Errors.LabelNotFound
  | Errors.SeveralPats
  | Errors.ScopesDiffer
  | Errors.DueAtOnce
  | Errors.RotationStopped
  | Errors.RotationUnderWay
  | Errors.PatsInUse
  | Errors.TokenRevokedMeanwhile
  | Errors.InvalidInput
  | Errors.InputUnreadable
  | Errors.SettingsError
  | Errors.SandboxFailed
  | Errors.CannotAsk
  | Errors.CommandUnusable
  | Errors.Declined
  | Errors.OutputFailed
  | Exit
  | InternalError
  | UsageError

/** The words and the exit code of every error, by area. A tag that is missing here does not compile. */
const table = {
  ...api,
  ...signIn,
  ...handover,
  ...lent,
  ...renewal,
  ...rotation,
  ...input,
  ...sandbox,
  ...program,
} satisfies Table<Failure>

/** What is reported of an error: its message, a hint, the fields of its JSON, and the exit code. */
export const describe = (failure: Failure): Report => Match.valueTags(failure, table)
