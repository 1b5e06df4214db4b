import { readFileSync } from "node:fs"
import { createSecureContext, type SecureContext } from "node:tls"
import { certificateFiles } from "../../support/http/network.ts"

export interface Certificate {
  readonly secureContext: SecureContext
  /** For `NODE_EXTRA_CA_CERTS`. */
  readonly file: string
}

/** A self-signed certificate for localhost, fresh for this run; undefined where there is no openssl to make it. */
export const makeCertificate = (): Certificate | undefined => {
  const files = certificateFiles()
  return (
    files && {
      file: files.certificate,
      secureContext: createSecureContext({
        cert: readFileSync(files.certificate),
        key: readFileSync(files.key),
      }),
    }
  )
}
