/** A command line that can't be understood. It isn't a `Data.TaggedError`, since Effect may not be loaded yet. */
export class UsageError {
  readonly _tag = "UsageError"
  /**
   * @param command - the command as it is typed, such as `git remote add`
   * @param message - what is wrong, in one line, in which words of the command line are as they were typed
   * @param hint - what to do about it, in one line like `message`
   */
  constructor(
    readonly command: string,
    readonly message: string,
    readonly hint: string = seeHelp(command),
  ) {}
}

/** The hint that is always true. */
export const seeHelp = (command: string): string => `See: ${command} --help`
