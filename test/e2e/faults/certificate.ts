import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createSecureContext, type SecureContext } from "node:tls"

export interface Certificate {
  readonly secureContext: SecureContext
  /** For `NODE_EXTRA_CA_CERTS`. */
  readonly file: string
}

/** A self-signed certificate for localhost, fresh for this run; undefined where there is no openssl to make it. */
export const makeCertificate = (): Certificate | undefined => {
  const folder = mkdtempSync(join(tmpdir(), "zpcli-certificate-"))
  const file = join(folder, "cert.pem")
  const keyFile = join(folder, "key.pem")
  const options =
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
  try {
    execFileSync(
      "openssl",
      [
        ...options.split(" "),
        "-addext",
        "subjectAltName=DNS:localhost,IP:127.0.0.1",
        "-keyout",
        keyFile,
        "-out",
        file,
      ],
      { stdio: "ignore" },
    )
  } catch {
    return undefined
  }
  return {
    file,
    secureContext: createSecureContext({ cert: readFileSync(file), key: readFileSync(keyFile) }),
  }
}
