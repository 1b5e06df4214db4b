import { describe, expect, it } from "vitest"
import { limited, pages, runSnippet, snippetsOf } from "../support/snippets.ts"

/** The command lines of the docs that rotate a PAT, one of each form. */
const recipes = [
  ...new Map(
    pages
      .flatMap(snippetsOf)
      .filter(({ text }) => /zpcli pat rotate .*--yes/.test(text))
      .map((recipe) => [
        recipe.text.replace(/ -- .*|\d+/g, "").replace(/[a-z]+-[a-z]+-[a-z]+-[a-z]+/, "ID"),
        recipe,
      ]),
  ).values(),
]

/** A fault at each request of a rotation. */
const faults = [
  "GET /pat 503",
  "POST /pat after-drop",
  "GET /hello 401",
  "DELETE /pat 503",
  "DELETE /pat after-drop",
]

interface Item {
  readonly key_id: string
  readonly label: string
  readonly status: string
}

describe("a rotation of the docs, run by bash -e -o pipefail", () => {
  it("is shown often enough to be worth a test", () => {
    expect(recipes.length).toBeGreaterThanOrEqual(5)
  })

  it.each(faults)("never ends with a token that nobody has, at %s", { timeout: 60_000 }, async (fault) => {
    const ran = await limited(recipes, 4, async (recipe) => {
      const shell = ["env", "ZPOOL_MAX_RETRIES=0", "bash", "-e", "-o", "pipefail"]
      const { code, files, oldKeyId, output, sandbox, stored } = await runSnippet(recipe, {
        faults: [`${fault} 1`],
        shell,
      })
      const { items } = (await sandbox.call("GET", "/pat")) as { readonly items: ReadonlyArray<Item> }
      const works = async (token: string) => {
        const headers = { authorization: `Bearer ${token}` }
        const statuses = []
        // The first one may meet the fault.
        for (const _ of "12") statuses.push((await fetch(`${sandbox.url}/hello`, { headers })).status)
        return statuses.includes(200)
      }
      const tokens = new Set([...stored, ...files, output].join("\n").match(/zpat_[\w-]+/g) ?? [])
      const held = (await Promise.all([...tokens].map(works))).filter(Boolean).length
      const made = items.filter(
        ({ key_id, label, status }) =>
          status === "active" &&
          key_id !== oldKeyId &&
          !["third", "nightly", "the one to sign in with"].includes(label),
      ).length
      const oldWorks = items.some(({ key_id, status }) => key_id === oldKeyId && status === "active")
      return { text: recipe.text, code, output, safe: code === 7 || (made <= held && (oldWorks || held > 0)) }
    })
    expect(ran.filter(({ safe }) => !safe)).toEqual([])
  })
})
