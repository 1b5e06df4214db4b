import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Redacted from "effect/Redacted"
import type { Method } from "../../domain/Errors.ts"
import type { KeyId } from "../../domain/KeyId.ts"
import { version } from "../../version.ts"
import type { Flight } from "./trace.ts"

/** A path below the base URL. A key ID has nothing in it that would have to be encoded. */
export type Path = "/login" | "/hello" | "/pat" | `/pat/${KeyId}`

/** One request to the API. */
export interface ApiRequest {
  readonly method: Method
  readonly path: Path
  readonly bearer?: Redacted.Redacted
  /** Sent as JSON; redacted since it may hold a password. */
  readonly body?: Redacted.Redacted<unknown>
  /** Whether it is not worth a second attempt. */
  readonly noRetry?: boolean
  /** Records how far it has come, for a caller that wants to know. */
  readonly flight?: Flight
  /** Further secrets that an answer could echo. */
  readonly secrets?: ReadonlyArray<Redacted.Redacted>
}

/** Encodes a request to the API below its base URL. */
export const encode = (base: string, request: ApiRequest): HttpClientRequest.HttpClientRequest =>
  HttpClientRequest.make(request.method)(`${base}${request.path}`).pipe(
    HttpClientRequest.accept("application/json"),
    HttpClientRequest.setHeaders({ "accept-encoding": "identity", "user-agent": `zpcli/${version}` }),
    request.bearer ? HttpClientRequest.bearerToken(request.bearer) : (self) => self,
    request.body ? HttpClientRequest.bodyUnsafeJson(Redacted.value(request.body)) : (self) => self,
  )
