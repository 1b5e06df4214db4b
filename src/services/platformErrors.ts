import type { PlatformError } from "@effect/platform/Error"

/** What a file system said: its code, such as `ENOENT`, or else the platform's own word. */
export const codeOf = (error: PlatformError): string => {
  if (error._tag !== "SystemError") return error._tag
  const { code } = (error.cause ?? {}) as NodeJS.ErrnoException
  return code ?? error.reason
}
