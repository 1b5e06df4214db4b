/** A command line that can't be understood. It isn't a `Data.TaggedError`, since Effect may not be loaded yet. */
export class UsageError {
  readonly _tag = "UsageError"
  /**
   * @param command - the command as it is typed, such as `git remote add`
   * @param message - what is wrong, in one line. It contains words as they were typed, unescaped
   * @param hint - what to do about it, likewise
   */
  constructor(
    readonly command: string,
    readonly message: string,
    readonly hint: string = seeHelp(command),
  ) {}
}

/** The hint if there is no better one. */
export const seeHelp = (command: string): string => `See: ${command} --help`
