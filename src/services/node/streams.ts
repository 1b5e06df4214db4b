import { isatty } from "node:tty"
import { colorAllowed } from "../Streams.ts"
import { isNullDevice } from "./nullDevice.ts"

// Asked of the descriptors: opening a stream, stdin above all, takes longer than the answer is worth.
export const makeStreams = () => {
  const stream = (descriptor: 1 | 2) => {
    const isTerminal = isatty(descriptor)
    return {
      isTerminal,
      color: colorAllowed(isTerminal, process.env),
      columns: (isTerminal && (descriptor === 1 ? process.stdout : process.stderr).columns) || 80,
    }
  }
  return {
    stdin: { isTerminal: isatty(0) },
    stdout: {
      ...stream(1),
      get discards() {
        return isNullDevice(1)
      },
    },
    stderr: stream(2),
  }
}
