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
import { Files } from "../../../src/services/Files.ts"
import { Pages, pagesOf } from "../../../src/services/Pages.ts"
import { detached, Process, type Surroundings } from "../../../src/services/Process.ts"
import { textOf } from "../../../src/start.ts"
import { fakeApiByPath, type Replies } from "../http/client.ts"
import { realFiles } from "./files.ts"
import { here } from "./process.ts"
import { runsNothing } from "./runner.ts"

/** One request as the program sent it. */
interface Sent {
  readonly method: string
  readonly url: string
  readonly authorization: string | undefined
  /** Parsed, where it is JSON. */
  readonly body: unknown
}

/** Who answers requests. */
interface Network {
  /** Answers to requests, each of which has to be asked for. */
  readonly api?: Replies
  /** More answers, as of a whole server: a run asks for those that it needs. */
  readonly routes?: Replies
  /** Answers in the place of both. */
  readonly http?: HttpClient.HttpClient
}

/** What the program reads from, and where it writes to. */
interface Streams {
  /** Which of them are terminals: all, or none (the default). */
  readonly terminal?: boolean | Readonly<Record<"stdin" | "stdout" | "stderr", boolean>>
  readonly color?: boolean
  /** The width of a terminal; 80 by default. */
  readonly columns?: number
  /** Keys typed at the terminal. */
  readonly keys?: ReadonlyArray<Terminal.UserInput>
  /** The line that stdin holds where it is no terminal; the end of input reads as an empty one. */
  readonly line?: string
  /** All that stdin holds as data: key IDs to be read, beside which a question goes to the terminal itself. */
  readonly data?: string
  /** Keys typed at the terminal itself, while stdin is data; undefined where there is no terminal. */
  readonly keysBeside?: ReadonlyArray<Terminal.UserInput>
  /** Hears what is written to stderr, also of a run that is interrupted. */
  readonly onStderr?: (text: string) => void
}

/** What the program runs on. */
interface Machine {
  readonly env?: Readonly<Record<string, string>>
  /** The time zone; the system's by default. */
  readonly zone?: string
  /** What runs the command after `--`; without it none may be run. */
  readonly runner?: CommandRunner["Type"]
  /** What the program reads files by; the real file system by default. */
  readonly fileSystem?: Layer.Layer<FileSystem.FileSystem>
  /** What it writes them by; real files by default. */
  readonly files?: Files["Type"]
  /** Whatever else is special about the process. */
  readonly process?: Partial<Surroundings>
}

/** The world that a command line runs in. */
export interface World extends Network, Streams, Machine {}

/** What came of a run. `stderr` holds what prompts displayed too, in order. */
export interface WorldRan {
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

/** Runs an effect; gives its value and what it wrote to stderr. */
export const withStderr = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    let stderr = ""
    const console = fakeConsole(
      () => {},
      (text) => {
        stderr += text
      },
    )
    return Effect.map(Effect.withConsole(effect, console), (value) => ({ value, stderr }))
  })

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

const tree = shape()

/** The client that answers, what it received, and which answers nobody asked for. */
const networkOf = ({ api = {}, http, routes = {} }: Network, base: string) => {
  const requests: Array<Sent> = []
  const { client, unused } = fakeApiByPath({ ...routes, ...api }, base, ({ body, headers, method, url }) =>
    requests.push({
      method,
      url,
      authorization: headers.authorization,
      body: body === undefined ? undefined : JSON.parse(body),
    }),
  )
  return {
    client: http ?? client,
    requests,
    forgotten: () => unused().filter((route) => !(route in routes)),
  }
}

/** The process and terminal of these streams; what they display goes to `onError`. */
const streamsOf = (streams: Streams, onError: (text: string) => void) => {
  const { color = false, columns = 80, data, keys = [], keysBeside, line = "", terminal = false } = streams
  const is =
    typeof terminal === "boolean" ? { stdin: terminal, stdout: terminal, stderr: terminal } : terminal
  const width = () => columns
  return {
    surroundings: {
      stdin: { isTerminal: is.stdin },
      stdout: { isTerminal: is.stdout, color, columns: width, discards: Effect.succeed(false) },
      stderr: { ...detached.stderr, isTerminal: is.stderr, color, columns: width },
      readStdin:
        data === undefined ? Effect.dieMessage("the test must not read stdin") : Effect.succeed(data),
      openTerminal: Effect.succeed(keysBeside && fakeTerminal(keysBeside, "", onError, true, columns)),
    },
    terminal: fakeTerminal(keys, line, onError, is.stdin && is.stderr, columns),
  }
}

const pages = pagesOf((name) => readFileSync(`docs/${name}.md`, "utf8"))

/** Runs a command line (without the program's name) in a world of fakes. */
export const runIn = (argv: ReadonlyArray<string>, world: World = {}): Effect.Effect<WorldRan> =>
  Effect.suspend(() => {
    const { env = {}, files = realFiles, fileSystem = NodeFileSystem.layer, runner = runsNothing } = world
    let stdout = ""
    let stderr = ""
    const onLog = (text: string) => {
      stdout += text
    }
    const onError = (text: string) => {
      stderr += text
      world.onStderr?.(text)
    }
    const { client, forgotten, requests } = networkOf(world, env.ZPOOL_API_URL ?? "https://api.zpools.io/v1")
    const { surroundings, terminal } = streamsOf(world, onError)
    const services = Layer.mergeAll(
      Layer.succeedContext(
        Context.make(Process, { ...here, ...surroundings, ...world.process }).pipe(
          Context.add(CommandRunner, runner),
          Context.add(Files, files),
          Context.add(Pages, pages),
          Context.add(Terminal.Terminal, terminal),
          Context.add(HttpClient.HttpClient, client),
        ),
      ),
      world.zone === undefined ? Layer.empty : DateTime.layerCurrentZoneNamed(world.zone).pipe(Layer.orDie),
      Layer.setConfigProvider(
        ConfigProvider.fromMap(new Map(Object.entries({ ZPOOL_MAX_RETRIES: "0", ...env }))),
      ),
      fileSystem,
      NodePath.layer,
    )
    const request = parse(tree, argv)
    if (request._tag === "Help" || request._tag === "Version")
      return Effect.succeed({ code: 0, stdout: textOf(request, tree, undefined), stderr, requests })
    return run(argv, tree, request).pipe(
      Effect.provide(services),
      Effect.withConsole(fakeConsole(onLog, onError)),
      Effect.map((code) => ({ code, stdout, stderr, requests })),
      Effect.tap(() =>
        forgotten().length === 0
          ? Effect.void
          : Effect.dieMessage(`answers that nobody asked for: ${forgotten().join(", ")}`),
      ),
    )
  })
