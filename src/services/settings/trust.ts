/**
 * Who else could have a hand in a file, by its owner and mode. `me` is the
 * numeric user that we run as; it is undefined on Windows, which has neither.
 */
export const isForeign = (owner: number | undefined, me: number | undefined): boolean =>
  me !== undefined && owner !== undefined && owner !== me

/** Whether group or others can write. */
export const othersCanWrite = (mode: number, me: number | undefined): boolean =>
  me !== undefined && (mode & 0o022) !== 0
