import { type ApiUrl, dashboardUrl } from "../../domain/ApiUrl.ts"
import type { Signer } from "../../domain/Credential.ts"
import {
  type ApiError,
  CredentialRefused,
  HttpFailure,
  NotAllowed,
  NotOffered,
  Redirected,
  RequestRefused,
  ServiceUnavailable,
} from "../../domain/Errors.ts"
import type { NewPat } from "../../domain/NewPat.ts"
import type { Path } from "./request.ts"

/** A request, as far as the meaning of its refusal depends on it. */
export interface Asked {
  readonly path: Path
  readonly credential: Signer
  /** What not every API offers: signing in by password, and creating PATs. */
  readonly feature?: { readonly what: NotOffered["what"]; readonly api: ApiUrl; readonly pat?: NewPat }
}

/**
 * What a failing status means for what was asked. Any other failure stays as it
 * is. A 403 depends on who speaks (`Envelope.speakerOf`):
 *
 * - the gateway: it doesn't know the path. The API lacks this feature, or the URL is wrong
 * - the API: the PAT needs another scope; at sign-in, no password is accepted
 * - anybody else, such as a proxy: not allowed, for a reason that zpcli doesn't know
 */
export const meaningOf =
  ({ credential, feature, path }: Asked) =>
  <E>(error: E | HttpFailure): E | ApiError | NotOffered => {
    const failed = error instanceof HttpFailure || error instanceof ServiceUnavailable ? error : undefined
    if (failed === undefined) return error as E
    const { requestId, serverMessage, status } = failed
    const answered = { status, requestId, serverMessage }
    const speaker = failed._tag === "HttpFailure" ? failed.speaker : undefined
    if (feature !== undefined) {
      const { api, pat, what } = feature
      // A wrong password is a 401.
      const refusesPasswords = what === "login" && status === 403 && speaker === "api"
      if (refusesPasswords || speaker === "gateway" || [404, 405, 501].includes(status))
        return new NotOffered({ ...answered, what, host: api.host, page: dashboardUrl(api, pat) })
    }
    if (failed._tag === "ServiceUnavailable") return failed
    if (status === 401) return new CredentialRefused({ ...answered, credential })
    if (status === 403 && speaker !== "gateway") {
      const needs = speaker === "api" && path.startsWith("/pat") ? "pat" : undefined
      return new NotAllowed({ ...answered, credential, needs })
    }
    const { location, origin } = failed
    return status >= 300 && status < 400
      ? new Redirected({ ...answered, origin, location })
      : new RequestRefused({ ...answered, path })
  }
