import * as Context from "effect/Context"
import * as Option from "effect/Option"

/**
 * The numeric user that this process runs as, where the system has such a
 * thing (Windows has not); files that another user owns are not trusted.
 */
export class Identity extends Context.Reference<Identity>()("zpcli/Identity", {
  defaultValue: () => ({ uid: Option.fromNullable(process.getuid?.()) }),
}) {}
