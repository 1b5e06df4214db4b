import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { CredentialMissing, InvalidInput, Quit } from "../domain/Errors.ts"

/**
 * Asks the person at the terminal for what signing in needs. Without a
 * terminal it fails at once with the variable to set: it never waits.
 */
export class Prompter extends Context.Tag("zpcli/Prompter")<
  Prompter,
  {
    readonly username: (host: string) => Effect.Effect<string, CredentialMissing | InvalidInput | Quit>
    /** Hidden while it is typed. */
    readonly password: (
      user: string,
      host: string,
    ) => Effect.Effect<Redacted.Redacted, CredentialMissing | Quit>
  }
>() {}
