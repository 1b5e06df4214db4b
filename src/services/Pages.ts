import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { SettingsError } from "../domain/Errors.ts"

/** The pages of the docs, which come with the program. */
export class Pages extends Context.Tag("zpcli/Pages")<
  Pages,
  {
    /**
     * The Markdown of a page.
     *
     * @param name - of its file in `docs/`, without `.md`
     */
    readonly read: (name: string) => Effect.Effect<string, SettingsError>
  }
>() {}

/** @param read - gives a page, or throws an error of the system */
export const pagesOf = (read: (name: string) => string): Pages["Type"] => ({
  read: (name) =>
    Effect.try({
      try: () => read(name),
      catch: (error) => {
        const { code, path } = error as { readonly code?: string; readonly path?: string }
        return new SettingsError({
          source: path ?? `docs/${name}.md`,
          reason: `can't be read (${code ?? error})`,
          advice: "It is part of zpcli: install zpcli again.",
        })
      },
    }),
})
