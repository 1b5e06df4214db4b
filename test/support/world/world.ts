import { readFileSync } from "node:fs"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Terminal from "@effect/platform/Terminal"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Mailbox from "effect/Mailbox"
import * as Option from "effect/Option"
import { shape } from "../../../src/cli/root.ts"
import { run } from "../../../src/cli/run.ts"
import { parse } from "../../../src/cli/strict/parse.ts"
import { CommandRunner } from "../../../src/services/CommandRunner.ts"
import { Files } from "../../../src/services/files.ts"
import { Pages, pagesOf } from "../../../src/services/Pages.ts"
import { Process, type Surroundings } from "../../../src/services/Process.ts"
import { textOf } from "../../../src/start.ts"
import { broken, type Reply, systemError, text } from "../http/client.ts"
import { realFiles } from "./files.ts"
import { here } from "./process.ts"
import { runsNothing } from "./runner.ts"

/** One request as the program sent it. */
export interface Sent {
  readonly method: string
  readonly url: string
  readonly authorization: string | undefined
  /** Parsed, where it is JSON. */
  readonly body: unknown
}

/** What the fake API answers: a string is sent as it is, anything else as JSON; `undefined` is no body. */
export interface Answer {
  readonly status?: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Answers by `METHOD /path` below the base URL; each list is used up from its front, a single one for ever. */
export type Api = Readonly<Record<string, Answer | Error | ReadonlyArray<Answer | Error>>>

/** The world that a command line runs in. */
export interface World {
  readonly env?: Readonly<Record<string, string>>
  /** Answers to requests, each of which has to be asked for. */
  readonly api?: Api
  /** More answers, as of a whole server: a run asks for those that it needs. */
  readonly routes?: Api
  /** Whether stdin, stdout and stderr are terminals: all by default, or none. */
  readonly terminal?:
    | boolean
    | { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean }
  readonly color?: boolean
  readonly columns?: number
  /** In the place of `api`. */
  readonly http?: HttpClient.HttpClient
  /** What runs the command after `--`; without it none may be run. */
  readonly runner?: CommandRunner["Type"]
  /** Keys typed at the terminal. */
  readonly keys?: ReadonlyArray<Terminal.UserInput>
  /** All that stdin holds as data: key IDs to be read, beside which a question goes to the terminal itself. */
  readonly data?: string
  /** Keys typed at the terminal itself, while stdin is data; undefined where there is no terminal. */
  readonly keysBeside?: ReadonlyArray<Terminal.UserInput>
  /** The line that stdin holds where it is no terminal; the end of input reads as an empty one. */
  readonly line?: string
  readonly zone?: string
  /** Hears what is written to stderr, also of a run that is interrupted. */
  readonly onStderr?: (text: string) => void
  /** The real file system by default. */
  readonly fileSystem?: Layer.Layer<FileSystem.FileSystem>
  /** Whatever else is special about the process. */
  readonly process?: Partial<Surroundings>
  /** Real files by default. */
  readonly files?: Files["Type"]
}

/** What came of a run. `stderr` holds what prompts displayed too, in order. */
export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  readonly requests: ReadonlyArray<Sent>
}

const key = (name: string, text: string | undefined, ctrl = false): Terminal.UserInput => ({
  input: Option.fromNullable(text),
  key: { name, ctrl, meta: false, shift: false },
})

/** The keys of a text, one for each character; `\r` is Enter, and control characters are the keys that make them. */
export const typed = (text: string): ReadonlyArray<Terminal.UserInput> =>
  Array.from(text, (char) => {
    if (char === "\r") return key("return", char)
    if (char === "\b") return key("backspace", char)
    const code = char.charCodeAt(0)
    return code < 0x20 ? key(String.fromCharCode(code + 0x60), char, true) : key(char, char)
  })

/** A terminal that has had these keys typed at it; what it displays goes to `display`. */
export const fakeTerminal = (
  keys: ReadonlyArray<Terminal.UserInput>,
  line: string,
  display: (text: string) => void,
  isTTY = true,
  columns = 80,
) => {
  const left = [...keys]
  return Terminal.Terminal.of({
    columns: Effect.succeed(columns),
    rows: Effect.succeed(24),
    isTTY: Effect.succeed(isTTY),
    readLine: Effect.succeed(line),
    display: (text) => Effect.sync(() => display(text)),
    // What one prompt leaves is there for the next one, as `terminal.ts` keeps what is typed ahead.
    readInput: Effect.gen(function* () {
      const mailbox = yield* Mailbox.make<Terminal.UserInput>()
      const take = Effect.suspend(() => {
        const next = left.shift()
        return next === undefined
          ? Effect.dieMessage("the prompt waits for a key that is never typed")
          : Effect.succeed(next)
      })
      return new Proxy(mailbox, {
        get: (target, name, self) => (name === "take" ? take : Reflect.get(target, name, self)),
      }) as Mailbox.ReadonlyMailbox<Terminal.UserInput>
    }),
  })
}

/** A console whose two streams are collected. */
export const fakeConsole = (
  onLog: (line: string) => void,
  onError: (line: string) => void,
): Console.Console => {
  const defaults = Effect.runSync(Console.consoleWith(Effect.succeed))
  return {
    ...defaults,
    log: (text: unknown) => Effect.sync(() => onLog(`${text}\n`)),
    error: (text: unknown) => Effect.sync(() => onError(`${text}\n`)),
    unsafe: { ...defaults.unsafe, error: (text: unknown) => onError(`${text}\n`) },
  }
}

const replyOf = (answer: Answer | Error): Reply => {
  if (answer instanceof Error) return broken(answer)
  const { body = "", headers, status = 200 } = answer
  return text(status, typeof body === "string" ? body : JSON.stringify(body), headers)
}

/** An HTTP client that answers from a table, and dies at a request that is not in it. */
export const fakeHttp = (api: Api, base: string, onRequest: (sent: Sent) => void) => {
  const left = new Map(
    Object.entries(api).map(([route, answers]) => [route, Array.isArray(answers) ? [...answers] : answers]),
  )
  const asked = new Set<string>()
  const client = HttpClient.make((request, url) => {
    const route = `${request.method} ${url.href.replace(base, "")}`
    const { body } = request
    const sent = body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : undefined
    onRequest({
      method: request.method,
      url: url.href,
      authorization: request.headers.authorization,
      body: sent === undefined ? undefined : JSON.parse(sent),
    })
    asked.add(route)
    const answers = left.get(route)
    const answer = (Array.isArray(answers) ? answers.shift() : answers) as Answer | Error | undefined
    return answer === undefined ? Effect.dieMessage(`nothing answers ${route}`) : replyOf(answer)(request)
  })
  /** The routes whose answers were given and not asked for. */
  const unused = (): ReadonlyArray<string> =>
    [...left].flatMap(([route, answers]) =>
      (Array.isArray(answers) ? answers.length > 0 : !asked.has(route)) ? [route] : [],
    )
  return { client, unused }
}

const tree = shape()

export { runsNothing, systemError }

/** Runs a command line (without the program's name) in a world of fakes. */
export const runIn = (argv: ReadonlyArray<string>, world: World = {}): Effect.Effect<Ran> =>
  Effect.suspend(() => {
    const {
      api = {},
      color = false,
      columns = 80,
      env = {},
      http,
      files = realFiles,
      fileSystem = NodeFileSystem.layer,
      keys = [],
      line = "",
      onStderr,
      routes = {},
      runner = runsNothing,
      terminal = false,
      zone,
      data,
      keysBeside,
    } = world
    let stdout = ""
    let stderr = ""
    const requests: Array<Sent> = []
    const onError = (text: string) => {
      stderr += text
      onStderr?.(text)
    }
    const {
      stdin: typing,
      stdout: out,
      stderr: err,
    } = typeof terminal === "boolean" ? { stdin: terminal, stdout: terminal, stderr: terminal } : terminal
    const base = env.ZPOOL_API_URL ?? "https://api.zpools.io/v1"
    const { client, unused } = fakeHttp({ ...routes, ...api }, base, (sent) => requests.push(sent))
    const services = Layer.mergeAll(
      Layer.succeedContext(
        Context.make(Process, {
          ...here,
          stdin: { isTerminal: typing },
          stdout: { isTerminal: out, color, columns: () => columns, discards: Effect.succeed(false) },
          stderr: { isTerminal: err, color, columns: () => columns },
          readStdin:
            data === undefined ? Effect.dieMessage("the test must not read stdin") : Effect.succeed(data),
          openTerminal: Effect.succeed(keysBeside && fakeTerminal(keysBeside, "", onError, true, columns)),
          ...world.process,
        }).pipe(
          Context.add(CommandRunner, runner),
          Context.add(Files, files),
          Context.add(
            Pages,
            pagesOf((name) => readFileSync(`docs/${name}.md`, "utf8")),
          ),
        ),
      ),
      Layer.succeed(Terminal.Terminal, fakeTerminal(keys, line, onError, typing && err, columns)),
      Layer.succeed(HttpClient.HttpClient, http ?? client),
      zone === undefined ? Layer.empty : DateTime.layerCurrentZoneNamed(zone).pipe(Layer.orDie),
      Layer.setConfigProvider(
        ConfigProvider.fromMap(new Map(Object.entries({ ZPOOL_MAX_RETRIES: "0", ...env }))),
      ),
      fileSystem,
      NodePath.layer,
    )
    const onLog = (text: string) => {
      stdout += text
    }
    const request = parse(tree, argv)
    if (request._tag === "Help" || request._tag === "Version")
      return Effect.succeed({ code: 0, stdout: textOf(request, tree, undefined), stderr, requests })
    return run(argv, tree, request).pipe(
      Effect.provide(services),
      Effect.withConsole(fakeConsole(onLog, onError)),
      Effect.map((code) => ({ code, stdout, stderr, requests })),
      Effect.tap(() => {
        const forgotten = unused().filter((route) => !(route in routes))
        return forgotten.length === 0
          ? Effect.void
          : Effect.dieMessage(`answers that nobody asked for: ${forgotten.join(", ")}`)
      }),
    )
  })

/** The environment of someone who signs in with username and password. */
export const account = { ZPOOL_USER: "demo", ZPOOL_PASSWORD: "s3cret-Pa55word" } as const

/** The environment of someone who has a PAT. */
export const pat = { ZPOOLPAT: "zpat_FakeFakeFakeFakeFakeFake00000000" } as const

export const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJkZW1vIn0.c2lnbmF0dXJl"

/** The answer to a good sign-in. */
export const loggedIn: Answer = {
  body: {
    message: "Login successful",
    detail: { access_token: jwt, id_token: jwt, refresh_token: jwt, expires_in: 3600 },
  },
}

/** An item of `GET /pat` with everything in it. */
export const item = (fields: Readonly<Record<string, unknown>> = {}) => ({
  key_id: "law-hotel-shape-community",
  label: "My CI Token",
  status: "active",
  created_at: "2026-01-26T02:05:37.123Z",
  expiry_at: null,
  hard_expiry_at: null,
  last_used_at: null,
  last_ip: null,
  last_ua: null,
  scopes: ["zpool", "job"],
  token_ver: 1,
  usage_count: 0,
  ...fields,
})

export const listed = (...items: ReadonlyArray<unknown>): Answer => ({
  body: { message: "PATs retrieved", detail: { items } },
})
