import * as HttpClient from "@effect/platform/HttpClient"
import * as Terminal from "@effect/platform/Terminal"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import { shape } from "../../../src/cli/root.ts"
import { run } from "../../../src/cli/run.ts"
import { parse } from "../../../src/cli/strict/parse.ts"
import { CommandRunner } from "../../../src/services/CommandRunner.ts"
import { Files } from "../../../src/services/files.ts"
import { commandRunner } from "../../../src/services/node/commandRunner.ts"
import { make as makeHttpClient } from "../../../src/services/node/http.ts"
import { Pages } from "../../../src/services/Pages.ts"
import { Process } from "../../../src/services/Process.ts"
import { realFiles } from "../world/files.ts"
import { here } from "../world/process.ts"
import type { Ran } from "./program.ts"

const unused = () => Effect.dieMessage("nothing is asked here")
const tree = shape()

/**
 * Runs the source as the built program would run, its streams being pipes. It costs a tenth of a process:
 * for variants, beside a run of the built program that shows that it does the same.
 */
export const runInProcess = async (
  argv: ReadonlyArray<string>,
  env: Readonly<Record<string, string>>,
): Promise<Ran> => {
  let stdout = ""
  let stderr = ""
  const log = (text: unknown) => {
    stdout += `${text}\n`
  }
  const error = (text: unknown) => {
    stderr += `${text}\n`
  }
  const defaults = Effect.runSync(Console.consoleWith(Effect.succeed))
  const services = Layer.mergeAll(
    Console.setConsole({
      ...defaults,
      log: (text: unknown) => Effect.sync(() => log(text)),
      error: (text: unknown) => Effect.sync(() => error(text)),
      unsafe: { ...defaults.unsafe, log, error },
    }),
    Layer.scoped(HttpClient.HttpClient, makeHttpClient({})),
    Layer.succeed(CommandRunner, commandRunner),
    NodeFileSystem.layer,
    NodePath.layer,
    Layer.succeed(Files, realFiles),
    Layer.succeed(Pages, { read: unused }),
    Layer.succeed(Process, here),
    Layer.succeed(
      Terminal.Terminal,
      Terminal.Terminal.of({
        columns: Effect.succeed(80),
        rows: Effect.succeed(24),
        isTTY: Effect.succeed(false),
        readInput: unused(),
        readLine: unused(),
        display: unused,
      }),
    ),
  )
  const request = parse(tree, argv)
  if (request._tag === "Help" || request._tag === "Version")
    throw new Error("It is answered without the program.")
  const code = await run(argv, tree, request).pipe(
    Effect.provide(services),
    Effect.withConfigProvider(
      ConfigProvider.fromMap(new Map(Object.entries({ HOME: "/nonexistent", ...env }))),
    ),
    // Full jitter of nothing: no waiting between attempts.
    Effect.withRandom(Random.fixed([0])),
    Effect.runPromise,
  )
  return { code, signal: null, stdout, stderr }
}
