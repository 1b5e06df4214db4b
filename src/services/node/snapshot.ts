import { startupSnapshot } from "node:v8"

/**
 * Starts the program: in the process that starts from the snapshot that is
 * being built now, or at once where none is built.
 *
 * @param prepare - runs only while a snapshot is built
 */
export const fromSnapshot = (prepare: () => void, start: () => void): void => {
  if (startupSnapshot.isBuildingSnapshot()) {
    prepare()
    startupSnapshot.setDeserializeMainFunction(start)
  } else start()
}
