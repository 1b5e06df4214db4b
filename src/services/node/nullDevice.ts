import { fstatSync, statSync } from "node:fs"

/**
 * Whether a descriptor is the null device. Node opens it in the place of a
 * standard stream that is closed. Windows does not tell.
 */
export const isNullDevice = (descriptor: number): boolean => {
  try {
    const stat = fstatSync(descriptor)
    return stat.isCharacterDevice() && stat.rdev === statSync("/dev/null").rdev
  } catch {
    return false
  }
}
