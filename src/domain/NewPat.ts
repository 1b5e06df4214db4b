import * as Either from "effect/Either"
import { CannotRotate, type ReplacedPat } from "./Errors.ts"
import * as Expiry from "./Expiry.ts"
import type { Label } from "./Label.ts"
import { type Known, works } from "./Pat.ts"
import type { Scope } from "./Scope.ts"

/** What a user wants, each part checked by its own rules. */
export interface PatInput {
  readonly label: Label
  readonly scopes: ReadonlyArray<Scope>
  /** Absent for a PAT that never expires. */
  readonly expiry?: Expiry.ExpiryDate | undefined
  readonly tenantId?: string | undefined
}

/** A PAT to be created: from what a user typed, or as the successor of another PAT. */
export class NewPat {
  private constructor(
    /** A `Label`, or the label of an existing PAT as the server gave it. */
    readonly label: string,
    /** Each a `Scope`, or those of an existing PAT, which this program may not know. */
    readonly scopes: ReadonlyArray<string>,
    readonly expiry: Expiry.ExpiryDate | undefined,
    readonly tenantId: string | undefined,
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

  /** When it will expire, in milliseconds since the epoch; undefined for never. */
  get expiresAt(): number | undefined {
    return this.expiry === undefined ? undefined : Date.parse(this.expiry)
  }

  static fromInput({ expiry, label, scopes, tenantId }: PatInput): NewPat {
    return new NewPat(label, scopes, expiry, tenantId, undefined)
  }

  /**
   * A PAT with the label, the scopes and, unless another expiry is chosen, the
   * lifetime of an old one, in days. `hard_expiry_at` is not copied, since it is
   * the server's own limit, and neither is the tenant, which is not listed. Fails
   * if the list doesn't say enough about the old one, or if it lived for less
   * than a day.
   *
   * @param now - the server's clock, in milliseconds since the epoch
   */
  static successorOf(
    old: Known,
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
