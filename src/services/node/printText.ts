/** The width of stdout if it is a terminal. */
export const terminalColumns = (): number | undefined => process.stdout.columns

/**
 * Prints a text on stdout, before the program is loaded. It is fine if the reader has
 * gone (EPIPE); any other failure is reported on stderr, with exit code 1.
 */
export const printText = (text: string): void => {
  process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
    if (code === "EPIPE") return
    process.exitCode = 1
    // The words of `OutputFailed`.
    process.stderr
      .on("error", () => {})
      .write(
        `zpcli: The result could not be written to stdout (${code ?? message}).\n` +
          "Check the destination of stdout, for example for free disk space.\n",
      )
  })
  process.stdout.write(text)
}
