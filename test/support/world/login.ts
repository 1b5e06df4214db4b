import * as Option from "effect/Option"
import { jwt } from "../fixtures.ts"
import { json } from "../http/answer.ts"
import { secret } from "./services.ts"

/** Ada signs in: what she types, and what the fake API answers. */
export const password = "correct horse, batterie"
export const granted = (detail: Record<string, unknown> = {}) =>
  json(200, {
    message: "Login successful",
    detail: { access_token: jwt, id_token: "id", expires_in: 3600, ...detail },
  })
export const login = ["POST /v1/login", granted()] as const
export const ada = { user: Option.some("ada"), password: secret(password) }
