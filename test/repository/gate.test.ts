import { existsSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import {
  action,
  hostile,
  inDays,
  installed,
  resolved,
  runAction,
  runJob,
  type Variables,
} from "../support/program/ci.ts"
import { startSandbox } from "../support/sandbox.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

/** What a gate meets: the requests that made the label's PATs, and what comes of it with `--expiring-within 14d`. */
interface Met {
  readonly name: string
  readonly label?: string
  /** The expiry of each PAT with the label, in days from now, oldest first; `revoked` for one that was revoked. */
  readonly pats: ReadonlyArray<number | "revoked">
  /** Changes a list on its way to the gate; of its answers, counted from 1. */
  readonly rewrite?: (body: string, answers: number) => string
  readonly faults?: ReadonlyArray<string>
  readonly code: number
  readonly says?: string
  /** Whether the template meets it too; its script is the same as the action's. */
  readonly template?: true
}

const dayBefore = inDays(-1)
const met: ReadonlyArray<Met> = [
  { name: "is active", pats: [90], code: 0, template: true },
  { name: "is active beside ended ones", pats: ["revoked", -1, 90], code: 0 },
  { name: "is active twice", pats: [90, 90], code: 0 },
  { name: "expires soon", pats: [10], code: 8, template: true },
  { name: "expires soon, and another one does not", pats: [90, 10], code: 8 },
  { name: "has expired", pats: [-1], code: 5, says: `the newest one expired on ${dayBefore}` },
  {
    name: "has expired, and the API still calls it active",
    pats: [-1],
    rewrite: (body) => body.replaceAll('"expired"', '"active"'),
    code: 5,
    says: `the newest one expired on ${dayBefore}`,
  },
  {
    name: "has expired, and the API does not say when",
    pats: [-1],
    rewrite: (body) => body.replace(/"(hard_)?expiry_at":"[^"]*",/g, ""),
    code: 5,
    says: "the newest one has expired",
  },
  {
    name: "has a status that the API does not say",
    pats: [90],
    rewrite: (body) => body.replaceAll(/"status":"active",/g, ""),
    code: 5,
    says: "the newest one has an unknown status",
  },
  { name: "was revoked", pats: ["revoked"], code: 5, says: "the newest one was revoked", template: true },
  {
    name: "was revoked after an older one had expired",
    pats: [-1, "revoked"],
    code: 5,
    says: `the newest one was revoked, an older one expired on ${dayBefore}`,
  },
  { name: "is missing", pats: [], code: 5, says: "no PAT has this label" },
  ...[`it's "mine" $HOME`, "my-project CI", hostile, "--all", "a,b *"].map((label) => ({
    name: `is active and called ${label}`,
    label,
    pats: [90],
    code: 0,
  })),
  {
    name: `was revoked and is called ${hostile}`,
    label: hostile,
    pats: ["revoked"],
    code: 5,
    template: true,
  },
  { name: "can't be looked up", pats: [90], faults: ["GET /pat 503 9"], code: 6, template: true },
  { name: "can't be looked up, since the answer is lost", pats: [90], faults: ["GET /pat drop 9"], code: 6 },
  { name: "is listed in words that can't be read", pats: [90], rewrite: () => "<html>", code: 1 },
  {
    name: "can't be looked up any more",
    template: true,
    pats: [90],
    rewrite: (body, answers) => (answers === 1 ? body : "<html>"),
    code: 1,
  },
]

describe.skipIf(process.platform === "win32")("a gate with a label", () => {
  const kinds = [
    ["the action", (inputs: Variables, place: { cwd: string; path: string }) => runAction(inputs, place)],
    [
      "the GitLab template",
      ({ "api-url": url = "", label = "", token = "" }: Variables, place: { cwd: string; path: string }) =>
        runJob(
          ".zpcli-gate",
          { ZPOOLPAT: token, ZPOOL_API_URL: url, ZPCLI_LABEL: label, ZPOOL_MAX_RETRIES: "0" },
          place,
        ),
    ],
  ] as const
  describe.each(kinds)("of %s", (kind, run) => {
    it.each(kind === "the action" ? met : met.filter(({ template }) => template))(
      "exits with $code if the label's PAT $name",
      async (given) => {
        const { code, faults = [], label = "my CI", pats, rewrite, says = "" } = given
        const sandbox = await startSandbox()
        const own = await sandbox.call("POST", "/pat", { label: "own", scopes: ["pat"] })
        for (const pat of pats) {
          const expiry = pat === "revoked" ? {} : { expiry: inDays(pat) }
          const { key_id } = await sandbox.call("POST", "/pat", { label, scopes: ["job"], ...expiry })
          if (pat === "revoked") await sandbox.call("DELETE", `/pat/${key_id}`)
        }
        let answers = 0
        const env = await sandbox.behind({
          faults,
          ...(rewrite === undefined ? {} : { rewrite: (_at, body) => rewrite(body, ++answers) }),
        })
        const cwd = temporaryFolder()
        const inputs = { "api-url": env.ZPOOL_API_URL, token: String(own.token), label }
        const ran = await run(inputs, { cwd, path: installed(cwd) })
        expect(ran.code, ran.output).toBe(code)
        expect(ran.output).toContain(says === "" ? "" : `No active PAT has the label of this job: ${says}.\n`)
        expect(ran.output.includes("No active PAT has the label")).toBe(code === 5)
        expect(existsSync(join(cwd, "pwned"))).toBe(false)
      },
    )
  })

  it("is the same in both", () => {
    const script = (text: string | undefined) =>
      /node -e '([^']*)'/.exec(text ?? "")?.[1]?.replace(/^ +/gm, "")
    const [first] = resolved(".zpcli-gate").script ?? []
    const step = action.runs.steps.find(({ run }) => run.includes("--exit-code"))
    expect(script(first)).toBe(script(step?.run))
    expect(script(first)).toContain("expired on")
  })
})
