import { describe, expect, it } from "vitest"
import { limited } from "../support/program/program.ts"
import { pages, runSnippet, snippetsOf } from "../support/program/snippets.ts"

/** How the new token of a command line travels: what makes its PAT, where it goes, and what it goes through. */
const formOf = (text: string) =>
  text.match(/pat (create|rotate)|--(token-only|out|save|keep-old|or-create)\b|\||-- (?=[\w.])/g)?.join(" ")

/** The command lines of the docs that make a PAT for a job, one of each form. */
const recipes = [
  ...new Map(
    pages
      .flatMap(snippetsOf)
      .filter(({ text }) => /zpcli pat (create .*(--json|--token-only|--out| -- )|rotate .*--yes)/.test(text))
      .filter(({ code, text }) => code === 0 && !text.includes("--dry-run"))
      .map((recipe) => [formOf(recipe.text), recipe]),
  ).values(),
]

/** A fault at each request, and at the end of the way. */
const faults = [
  "GET /pat 503",
  "POST /pat after-drop",
  "POST /pat 503",
  "GET /hello 401",
  "DELETE /pat 503",
  "DELETE /pat after-drop",
  "the store",
]

interface Item {
  readonly key_id: string
  readonly status: string
}

describe("the store that checks what it stored", () => {
  const rotate = "ZPOOLPAT_COMMAND='vault kv get -field=pat secret/ci' zpcli pat rotate --label CI --yes --"

  it.each([
    [
      "another value",
      "{ cat >/dev/null; printf other; }",
      "./store-and-check",
      "./store-and-check exited with 1",
    ],
    ["half of it", "head -c 20", "./store-and-check", "./store-and-check exited with 1"],
    ["all of it, too late,", "{ cat; sleep 2; }", "timeout 1 ./store-and-check", "timeout exited with 124"],
  ])("puts the old token back if %s was stored, and the new PAT is revoked", async (_, spoil, store, why) => {
    const line = `${rotate} ${store}`
    const spoils = `printf '#!/bin/sh\ncase "$*" in "kv get "*) cat ../vault.stdin 2>/dev/null || printf %%s "$OLD"; exit ;; esac\nif [ -e ../vault.stdin ]; then cat >../vault.stdin; else ${spoil} >../vault.stdin; fi\n' >vault; chmod +x vault; PATH=$PWD:$PATH; OLD=$(../bin/vault kv get x); export OLD`
    const { code, old, output, sandbox, stored } = await runSnippet({ text: `${spoils}; ${line}`, code: 9 })
    expect(code, output).toBe(9)
    expect(output).toContain(why)
    expect(output).toContain("The new token no longer works, so check whether")
    const headers = { authorization: `Bearer ${stored.join()}` }
    expect((await fetch(`${sandbox.url}/hello`, { headers })).status).toBe(200)
    const { items } = (await sandbox.call("GET", "/pat")) as { readonly items: ReadonlyArray<Item> }
    const active = items.filter(({ status }) => status === "active").map(({ key_id }) => key_id)
    expect(active.sort()).toEqual([...old].sort())
  })
})

describe("a recipe of the docs, run by bash -e -o pipefail", () => {
  it("is found in eight forms at least", () => {
    expect(recipes.length).toBeGreaterThanOrEqual(8)
  })

  it.each(faults)(
    "never leaves a working token that is stored nowhere, after a fault at %s",
    { timeout: 60_000 },
    async (fault) => {
      // A create sends nothing but its POST.
      const met = recipes.filter(({ text }) => /^POST|store/.test(fault) || text.includes("rotate"))
      const ran = await limited(met, 4, async (recipe) => {
        const shell = ["env", "ZPOOL_MAX_RETRIES=0", "bash", "-e", "-o", "pipefail"]
        const { code, files, old, output, sandbox, stored } = await runSnippet(recipe, {
          ...(fault === "the store" ? { storeFails: true } : { faults: [`${fault} 1`] }),
          shell,
        })
        const list = () => sandbox.call("GET", "/pat") as Promise<{ readonly items: ReadonlyArray<Item> }>
        // The first one may meet the fault.
        const { items } = (await list()) ?? (await list())
        const works = async (token: string) => {
          const headers = { authorization: `Bearer ${token}` }
          const statuses = []
          // The first one may meet the fault.
          for (const _ of "12") statuses.push((await fetch(`${sandbox.url}/hello`, { headers })).status)
          return statuses.includes(200)
        }
        const tokens = new Set([...stored, ...files, output].join("\n").match(/zpat_[\w-]+/g) ?? [])
        const held = (await Promise.all([...tokens].map(works))).filter(Boolean).length
        const active = items.filter(({ status }) => status === "active").map(({ key_id }) => key_id)
        const made = active.filter((keyId) => !old.includes(keyId)).length
        const oldWork = old.every((keyId) => active.includes(keyId))
        return {
          text: recipe.text,
          code,
          output,
          safe: code === 7 || (made <= held && (oldWork || held > 0)),
        }
      })
      expect(ran.filter(({ safe }) => !safe)).toEqual([])
    },
  )
})
