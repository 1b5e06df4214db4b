import * as Either from "effect/Either"
import { CannotRotate, type ReplacedPat } from "./Errors.ts"
import * as Expiry from "./Expiry.ts"
import type { Label } from "./Label.ts"
import { type Pat, works } from "./Pat.ts"
import type { Scope } from "./Scope.ts"

/** What a person asks a PAT to be, each part checked by its own rules. */
export interface PatInput {
  readonly label: Label
  readonly scopes: ReadonlyArray<Scope>
  /** Absent for a PAT that never expires. */
  readonly expiry?: Expiry.ExpiryDate | undefined
  readonly tenantId?: string | undefined
}

/**
 * A PAT to be made. There are two ways to ask for one: by what a person typed,
 * and as the successor of a PAT that exists.
 */
export class NewPat {
  private constructor(
    /** A `Label`, or the label of an existing PAT as the server gave it. */
    readonly label: string,
    /** At least one `Scope`, or those of an existing PAT, which may be newer than this program. */
    readonly scopes: ReadonlyArray<string>,
    readonly expiry: Expiry.ExpiryDate | undefined,
    readonly tenantId: string | undefined,
    /** The PAT that it is to replace. */
    readonly replaces: ReplacedPat | undefined,
  ) {}

  /** The body of `POST /pat`. */
  get body(): Readonly<Record<string, unknown>> {
    const { expiry, label, scopes, tenantId } = this
    return {
      label,
      scopes,
      ...(expiry === undefined ? {} : { expiry }),
      ...(tenantId === undefined ? {} : { tenant_id: tenantId }),
    }
  }

  static fromInput({ expiry, label, scopes, tenantId }: PatInput): NewPat {
    return new NewPat(label, scopes, expiry, tenantId, undefined)
  }

  /**
   * A PAT with the label and scopes of an old one. The API does not list the
   * old one's tenant, so that one is the chosen one. Its expiry is the chosen one
   * or else as many days after today as lie between the dates of the old one's
   * creation and expiry; none where the old one had none. The old one's
   * `hard_expiry_at` is the server's own limit, and is not copied. Fails where
   * the list does not say what the old one is like, or where it lived for less
   * than a day.
   *
   * @param now - the server's clock where it is known, in milliseconds since the epoch
   */
  static successorOf(
    old: Pat & { readonly key_id: string },
    chosen: Pick<PatInput, "expiry" | "tenantId">,
    now: number,
  ): Either.Either<NewPat, CannotRotate> {
    const { created_at: created, expiry_at: expiry, key_id: keyId, label, scopes } = old
    const cannot = (reason: CannotRotate["reason"]) => Either.left(new CannotRotate({ keyId, reason }))
    const replaces = { keyId, works: works(old, now) }
    if (label === undefined) return cannot("label")
    if (scopes === undefined || scopes.length === 0) return cannot("scopes")
    const successor = (expiry: Expiry.ExpiryDate | undefined) =>
      Either.right(new NewPat(label, scopes, expiry, chosen.tenantId, replaces))
    if (chosen.expiry !== undefined || expiry === undefined) return successor(chosen.expiry)
    if (typeof expiry !== "number" || typeof created !== "number") return cannot("expiry")
    const days = Expiry.daysBetween(created, expiry)
    return days < 1 ? cannot("lifetime") : successor(Expiry.daysAfter(days, now))
  }
}
